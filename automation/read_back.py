"""Reads back whether what left the house had its effect (`letters.read_back`). What was not seen is reopened."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actions.hand_over import seen
from actions.handler import NotesLeaving, ReadsBack
from actions.items import action_of, source_of, told_of
from actions.kinds import handler_of
from actions.outside import LOOK_BACK_JOB, hold_back, look_back, noted, put, refresh
from automation.notifications import Note, notify
from domain.action import ItemStatus
from domain.context import Context
from domain.errors import NotFound
from domain.letter import HAS_LEFT, Left, Seen
from domain.severity import Severity
from language.speech import say
from language.titles import text_title
from store.database import Database
from store.leases import lock_row
from store.reads.settings import language_of
from store.session import BrandSession
from store.tables import ActionItem, Task

_AGAIN, _AT_MOST = timedelta(weeks=1), timedelta(weeks=6)
_TIME_TO_SEE_TO_IT = timedelta(days=2)
_CARRIED_OUT = (ItemStatus.DONE, ItemStatus.MEASURED)


def read_back(database: Database, ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job: once when it is due, and each week after that, until it was seen or is too old to matter."""
    with database.begin(ctx) as session:
        item = lock_row(session, ActionItem, UUID(payload["item"]))
        if item is None:
            raise NotFound(f"No action item {payload['item']} in brand {ctx.brand}.")
        return f"{item.kind} {item.subject}: {_look(session, item)}"


def _look(session: BrandSession, item: ActionItem) -> str:
    state, now = item.outside.get("state"), session.ctx.now()
    if item.status not in _CARRIED_OUT and not item.outside.get("is_recall"):
        return "undone"
    if item.outside.get("seen") == Seen.CONFIRMED:
        return "seen already"
    if state != Left.TO_HAND_OVER and state not in HAS_LEFT:
        return str(state)
    if not item.outside.get("is_recall") and is_seen(session, item):
        seen(session, item)
        noted(session, item, "seen", {"by": "what came in"})
        return "seen"
    if now - item.updated_at >= _AT_MOST:
        return _let_go(session, item)
    look_back(session, item, now + _AGAIN)
    if state == Left.TO_HAND_OVER:
        _tell(session, item, "hand_over_late")
        return "not handed over yet"
    if item.outside.get("seen_by") is None or datetime.fromisoformat(item.outside["seen_by"]) > now:
        return "waits"
    _reopen(session, item)
    return "not seen"


def is_seen(session: BrandSession, item: ActionItem) -> bool:
    """Whether the brand's own data show the item's effect outside."""
    handler = handler_of(item.kind)
    if not isinstance(handler, ReadsBack):
        return False
    at = item.outside.get("at")
    since = datetime.fromisoformat(at) if at else item.updated_at
    return handler.is_seen(session, action_of(item), source_of(item), since)


def _reopen(session: BrandSession, item: ActionItem) -> None:
    """Its effect outside was not seen in time: a task for a person, once."""
    if item.outside.get("seen") == Seen.OPEN:
        return
    title = f"Find out: {item.preview['title']}"
    task = Task(id=session.ctx.new_id(), title=title, due_at=session.ctx.now() + _TIME_TO_SEE_TO_IT)
    session.add(task)
    session.flush()
    put(session, item, {**item.outside, "seen": Seen.OPEN, "task": str(task.id)})
    noted(session, item, "not_seen", {"since": item.outside.get("at")})
    _tell(session, item, "not_seen")


def _let_go(session: BrandSession, item: ActionItem) -> str:
    """Nobody handed it over for weeks, or nothing was seen of it: what was held for it is free again."""
    if item.outside["state"] == Left.TO_HAND_OVER and isinstance(handler_of(item.kind), NotesLeaving):
        hold_back(session, item)
        refresh(session, item)
        return "never left"
    return "not seen"


def _tell(session: BrandSession, item: ActionItem, what: str) -> None:
    language = language_of(session)
    title = text_title(action_of(item), language, told_of(item))
    kind = handler_of(item.kind).kind.file_name
    more = f"item.notice.{what}.{'more' if what == 'hand_over_late' else kind}"
    notify(
        session,
        Note(
            key=f"{what}:{item.id}",
            severity=Severity.WARNING,
            module="actions",
            title=say(f"item.notice.{what}", language, title=title),
            body=say(more, language, code=str(item.id)[-8:]),
            source="action items",
            subject=str(item.id),
        ),
    )


__all__ = ["LOOK_BACK_JOB", "is_seen", "read_back"]
