"""Notes in the audit who tried to answer an action item without the right to."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from actions.items import find_item
from domain.context import Context
from domain.errors import Forbidden, InvalidInput, NotFound
from store.audit import append_audit
from store.database import Database


@contextmanager
def refusals_noted(database: Database, ctx: Context, item_id: str) -> Iterator[None]:
    """Let Forbidden pass, once it is in the audit: in a transaction of its own, as that of the answer is undone."""
    try:
        yield
    except Forbidden as refused:
        with suppress(NotFound, InvalidInput), database.begin(ctx) as session:
            item = find_item(session, item_id)
            append_audit(session, "action_item.refused", str(item.id), {"kind": item.kind, "why": refused.message})
        raise
