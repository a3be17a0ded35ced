"""The gateway: the only way an effect happens, decided anew, in one transaction with its ledger, audit and events."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from actions.approvals import unspent
from actions.decide import decide
from actions.handler import Look, RowChange, Undoes
from actions.items import action_of, find_item, prediction_of, source_of
from actions.kinds import handler_of
from actions.order import require_present
from actions.refusals import refusals_noted
from actions.seen import require_seen
from actions.standing import ask_again, differences_since
from actions.status import cause_of, set_status
from domain.action import ItemStatus
from domain.actor import Permission
from domain.context import Context
from domain.errors import Conflict, NotFound
from domain.message import Message, message, read_message, together
from domain.verdict import Decision, gate_names
from guardrails.cedar import PolicyEngine
from store.database import Database
from store.jobs import enqueue
from store.leases import lock_row
from store.outbox import emit
from store.session import BrandSession
from store.tables import ActionItem, Approval, Effect

MEASURE_JOB = "outcome.measure"
APPLY, UNDO, APPLIED = "apply", "undo", "applied"


def execute(database: Database, ctx: Context, engine: PolicyEngine, item_id: UUID) -> ActionItem:
    """Carry out an approved item exactly once. An item that is not, or no longer, approved is left as it is."""
    with database.begin(ctx) as session:
        item = lock_row(session, ActionItem, item_id)
        if item is None:
            raise NotFound(f"No action item {item_id} in brand {ctx.brand}.")
        if item.status == ItemStatus.APPROVED:
            _execute_locked(session, engine, item)
        return item


def _execute_locked(session: BrandSession, engine: PolicyEngine, item: ActionItem) -> None:
    handler, action = handler_of(item.kind), action_of(item)
    handler.lock(session, action)
    look = handler.look(session, action, prediction_of(item))
    if item.expires_at <= session.ctx.now():
        set_status(session, item, ItemStatus.EXPIRED, Message(key="item.because.not_carried_out"))
        return
    if differences := differences_since(item, look, engine.policy_version):
        ask_again(session, engine, item, look, differences)
        return
    approvals = unspent(session, engine, item)
    if not _may_happen(session, engine, item, look, [gate for approval in approvals for gate in approval.gates]):
        return
    changes = handler.apply(session, action, source=source_of(item))
    _book(session, item, APPLY, changes, approvals[-1] if approvals else None)
    set_status(session, item, ItemStatus.DONE, Message(key="item.because.carried_out"))
    _queue_measurement(session, item)


def _may_happen(session: BrandSession, engine: PolicyEngine, item: ActionItem, look: Look, granted: list[str]) -> bool:
    verdict = decide(session, engine, item, look, granted)
    item.verdict = verdict.model_dump(mode="json")
    if verdict.decision is Decision.DENY:
        set_status(session, item, ItemStatus.DENIED, together(verdict.reasons))
    elif verdict.decision is Decision.NEEDS_APPROVAL:
        set_status(session, item, ItemStatus.PROPOSED, message("item.because.needs", gates=gate_names(verdict.gates)))
    return verdict.decision is Decision.ALLOW


def _book(
    session: BrandSession, item: ActionItem, direction: str, changes: Sequence[RowChange], approval: Approval | None
) -> None:
    rows = [change.as_json() for change in changes]
    session.add(
        Effect(
            action_item_id=item.id,
            approval_id=approval.id if approval else None,
            direction=direction,
            state=APPLIED,
            rows=rows,
            created_at=session.ctx.now(),
        )
    )
    session.flush()
    for row in rows:
        payload = {"item": str(item.id), "kind": item.kind, "title": item.preview["title"], "on": item.subject}
        payload |= {"direction": direction, **row}
        emit(session, f"{row['table']}.changed", row["id"], payload, cause_of(item))


def _queue_measurement(session: BrandSession, item: ActionItem) -> None:
    enqueue(session, MEASURE_JOB, f"measure:{item.id}", {"item": str(item.id)}, check_at(item, session.ctx.now()))


def check_at(item: ActionItem, applied: datetime) -> datetime:
    """When the outcome is measured: as the prediction promised, or after the kind's own time."""
    prediction = prediction_of(item)
    return max(prediction.check_at, applied) if prediction else applied + handler_of(item.kind).kind.measured_after


def applied_at(session: BrandSession, item: ActionItem, direction: str = APPLY) -> datetime | None:
    """When the item was carried out (or undone); None when it was not."""
    return session.scalar(
        select(col(Effect.created_at)).where(col(Effect.action_item_id) == item.id, col(Effect.direction) == direction)
    )


def undo(database: Database, ctx: Context, item_id: str, seen: str | None = None) -> ActionItem:
    """Take an item back: withdraw it before it is carried out, restore what it changed after.

    Raises Forbidden for who may not, Conflict when it cannot be undone or someone has changed the same thing since.
    """
    with refusals_noted(database, ctx, item_id), database.begin(ctx) as session:
        ctx.require(Permission.ACTION_UNDO)
        item = lock_row(session, ActionItem, find_item(session, item_id).id)
        require_present(session)
        require_seen(session, item, seen)
        if item.status == ItemStatus.APPROVED:
            set_status(session, item, ItemStatus.REJECTED, message("item.because.withdrawn", actor=ctx.actor.name))
            return item
        _undo_done(session, item)
        return item


def _undo_done(session: BrandSession, item: ActionItem) -> None:
    handler = handler_of(item.kind)
    if item.status not in (ItemStatus.DONE, ItemStatus.MEASURED):
        status = Message(key=f"item.status.{item.status}")
        raise Conflict(
            f"This action item is {item.status}: there is nothing to undo.",
            said=message("item.error.nothing_to_undo", status=status),
        )
    if not isinstance(handler, Undoes):
        raise Conflict(f"{handler.kind.title} cannot be undone.", said=read_message(item.preview["undo"]))
    handler.lock(session, action_of(item))
    effect = session.scalars(
        select(Effect).where(col(Effect.action_item_id) == item.id, col(Effect.direction) == APPLY)
    ).one()
    changes = handler.undo(session, effect.rows, source=f"undo:{item.id}")
    _book(session, item, UNDO, changes, None)
    set_status(session, item, ItemStatus.UNDONE, message("item.because.undone", actor=session.ctx.actor.name))
