"""Cash once all that a meeting decided is paid, as the chair asks for it: a sentence of the minutes."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain.action import Action
from domain.context import Context
from domain.message import Message, message
from store.database import Database
from tools.finance.decided_cash import DecidedCash, spending_of
from tools.toolbox import Toolbox
from virtual_office.meeting.agenda import CHAIR, recorded

_TOOL = "cash_after_decisions"


def cash_after(database: Database, ctx: Context, run_id: UUID, actions: Sequence[Action]) -> list[dict[str, Any]]:
    """One sentence on the lowest cash ahead, `risk` where it may run out; none where that cannot be told."""
    if not actions:
        return []
    spendings = [spending_of(action).model_dump(mode="json", exclude_defaults=True) for action in actions]
    spent = [spending for spending in spendings if spending["amount_minor"]]
    reply = Toolbox(database, ctx, run_id, CHAIR, [_TOOL]).call(_TOOL, {"spendings": spent})
    if not reply.ok or reply.receipt_id is None:
        return []
    view = DecidedCash.model_validate(json.loads(reply.content)["result"])
    if view.status != "told" or view.date is None:
        return []
    said, paths = _sentence(view)
    with database.begin(ctx) as session:
        point = recorded(session, run_id, reply.receipt_id, said, {name: f"/{name}" for name in paths})
        return [{**point.as_document(), "risk": view.may_end}]


def _sentence(view: DecidedCash) -> tuple[Message, Sequence[str]]:
    assert view.date is not None
    paths = ("decided", "lowest", "lowest_low", "lowest_high", "lowest_without")
    day = date.fromisoformat(view.date)
    if view.may_end:
        return message("office.cash_after.may_end", day=day), (*paths, "risk", "risk_without", "horizon")
    return message("office.cash_after.lowest", day=day), paths
