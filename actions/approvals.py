"""Approvals: a person's yes to exactly what was shown, by someone who may, spent once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from actions.decide import decide, gates_for
from actions.handler import Look
from actions.items import action_of, find_item, handler_of, prediction_of, queue_execution
from actions.order import require_present
from actions.refusals import refusals_noted
from actions.seen import require_seen
from actions.standing import ask_again, differences_since
from actions.status import set_status
from domain.action import ItemStatus, check_transition
from domain.actor import Actor, ActorKind, Permission
from domain.canonical import sha256_of
from domain.context import Context
from domain.errors import ApprovalOutdated, Conflict, Forbidden
from domain.message import Message, message, together
from domain.verdict import Decision
from guardrails.cedar import PolicyEngine
from store.audit import append_audit
from store.database import Database
from store.leases import lock_row
from store.session import BrandSession
from store.tables import ActionItem, Approval, Effect


def approve(
    database: Database,
    ctx: Context,
    engine: PolicyEngine,
    item_id: str,
    undo_delay: timedelta,
    seen: str | None = None,
) -> ActionItem:
    """Say yes, and queue the item once every gate is open. `seen` is the tag of what was looked at (`actions.seen`).

    Raises Forbidden for who may not, SeenOutdated for another tag, Conflict when it is too late, and ApprovalOutdated
    when what stands now is not what the item showed: the item then shows the new state, to be approved again.
    """
    with refusals_noted(database, ctx, item_id), database.begin(ctx) as session:
        ctx.require(Permission.ACTION_APPROVE)
        if ctx.actor.kind is not ActorKind.PERSON:
            raise Forbidden("Only a person can approve.")
        item = lock_row(session, ActionItem, find_item(session, item_id).id)
        require_present(session)
        require_seen(session, item, seen)
        check_transition(ItemStatus(item.status), ItemStatus.APPROVED)
        if item.expires_at > ctx.now():
            outdated = _approve_shown(session, engine, item, undo_delay)
        else:
            set_status(session, item, ItemStatus.EXPIRED, Message(key="item.because.unanswered"))
            outdated = Conflict(
                "This action item has expired.", remedy="Hold a meeting to look at it afresh.", written=True
            )
    if outdated is not None:
        raise outdated
    return item


def _approve_shown(
    session: BrandSession, engine: PolicyEngine, item: ActionItem, undo_delay: timedelta
) -> Conflict | None:
    """The error to raise once what was found out about the item is written; None when all is well."""
    actor = session.ctx.actor
    look = handler_of(item.kind).look(session, action_of(item), prediction_of(item))
    if item.proposer_id == actor.id and not _own_to_decide(session, engine, item, look):
        raise Forbidden("Nobody approves what they proposed themselves.", remedy="Ask another person: --as PROFILE.")
    differences = differences_since(item, look, engine.policy_version)
    if differences:
        remedy = ask_again(session, engine, item, look, differences)
        reasons = [difference.document() for difference in differences]
        return ApprovalOutdated(
            "Things have changed since this was shown.", remedy=remedy, written=True, reasons=reasons
        )
    _record(session, engine, item, actor)
    granted = [gate for approval in unspent(session, engine, item) for gate in approval.gates]
    verdict = decide(session, engine, item, look, granted)
    item.verdict = verdict.model_dump(mode="json")
    if verdict.decision is Decision.DENY:
        set_status(session, item, ItemStatus.DENIED, together(verdict.reasons))
    elif verdict.decision is Decision.ALLOW:
        set_status(session, item, ItemStatus.APPROVED, message("item.because.approved", actor=actor.label))
        queue_execution(session, item, undo_delay, key=str(item.version))
    return None


def _own_to_decide(session: BrandSession, engine: PolicyEngine, item: ActionItem, look: Look) -> bool:
    """Whether no gate of what the Context's person asked for waits for somebody else, by the rights they have now."""
    lost = set(item.proposer_gates) - set(gates_for(session.ctx.actor))
    return not lost and decide(session, engine, item, look).decision is not Decision.NEEDS_APPROVAL


def _record(session: BrandSession, engine: PolicyEngine, item: ActionItem, actor: Actor) -> None:
    shown = _shown(item)
    session.add(
        Approval(
            action_item_id=item.id,
            approver=actor.label,
            approver_id=actor.id,
            gates=gates_for(actor),
            action_hash=action_hash(item),
            shown=shown,
            policy_version=engine.policy_version,
            created_at=session.ctx.now(),
            expires_at=item.expires_at,
        )
    )
    session.flush()
    append_audit(session, "action_item.yes", str(item.id), {"gates": gates_for(actor), "shown": shown})


def action_hash(item: ActionItem) -> str:
    """Hash of the kind and its canonical arguments, which an approval is bound to."""
    return sha256_of([item.kind, item.action])


def _shown(item: ActionItem) -> dict[str, Any]:
    return {"preview": item.preview, "facts": item.facts, "prediction": item.prediction}


def unspent(session: BrandSession, engine: PolicyEngine, item: ActionItem) -> Sequence[Approval]:
    """The approvals that still count: bound to this very action, this policy and what is shown, in time, not spent."""
    spent = select(col(Effect.approval_id)).where(col(Effect.approval_id).is_not(None))
    bound = session.scalars(
        select(Approval)
        .where(col(Approval.action_item_id) == item.id, col(Approval.action_hash) == action_hash(item))
        .where(col(Approval.policy_version) == engine.policy_version)
        .where(col(Approval.expires_at) > session.ctx.now(), col(Approval.id).not_in(spent))
        .order_by(col(Approval.created_at), col(Approval.id))
    ).all()
    return [approval for approval in bound if approval.shown == _shown(item)]
