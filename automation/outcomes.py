"""Measures what an action brought, at its check date, into the learning journal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from actions.gateway import MEASURE_JOB, UNDO, applied_at, check_at
from actions.items import action_of, prediction_of, source_of
from actions.kinds import handler_of
from actions.outside import never_left
from actions.status import set_status
from automation.read_back import is_seen
from domain.action import ItemStatus
from domain.context import Context
from domain.errors import NotFound
from domain.language import Language
from domain.message import Message
from domain.prediction import Outcome, OutcomeStatus
from language.speech import speak
from memory.journal import Promise, record
from store.database import Database
from store.leases import lock_row
from store.session import BrandSession
from store.tables import ActionItem


def measure_item(database: Database, ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job `outcome.measure`: once per item, whatever the outcome."""
    with database.begin(ctx) as session:
        item = lock_row(session, ActionItem, UUID(payload["item"]))
        if item is None:
            raise NotFound(f"No action item {payload['item']} in brand {ctx.brand}.")
        outcome = _outcome(session, item)
        promise = Promise(item.id, item.proposer.split(":", 1)[1], item.kind, item.subject, item.prediction)
        if record(session, promise, outcome) and item.status == ItemStatus.DONE:
            set_status(session, item, ItemStatus.MEASURED, outcome.message())
    return f"{item.kind} {item.subject}: {speak(outcome.message(), Language.EN)}"


def _outcome(session: BrandSession, item: ActionItem) -> Outcome:
    prediction = prediction_of(item)
    since, undone = applied_at(session, item), applied_at(session, item, UNDO)
    unit = prediction.unit if prediction else f"{item.action['currency']}.minor"
    if since is None:
        return Outcome(
            status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(Message(key="outcome.never_carried_out"),)
        )
    until = check_at(item, since)
    if undone is not None and undone < until:
        return _without(unit, "outcome.undone")
    if never_left(item) and not is_seen(session, item):
        return _without(unit, "outcome.never_left")
    return handler_of(item.kind).measure(
        session, action_of(item), source_of(item), since, min(until, session.ctx.now())
    )


__all__ = ["MEASURE_JOB", "measure_item"]


def _without(unit: str, why: str) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(Message(key=why),))
