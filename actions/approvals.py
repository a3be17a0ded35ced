"""Approvals: a person's yes to exactly what was shown, by someone who may, spent once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from actions.decide import decide, gates_for
from actions.handler import Look
from actions.items import action_of, find_item, handler_of, prediction_of, queue_execution
from actions.local_time import local_moment
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
from domain.verdict import Decision, gate_names
from guardrails.cedar import PolicyEngine
from store.audit import append_audit
from store.database import Database
from store.leases import lock_row
from store.session import BrandSession
from store.tables import ActionItem, Approval, Effect

_AGREED = (ItemStatus.APPROVED, ItemStatus.RUNNING, ItemStatus.DONE, ItemStatus.MEASURED)


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
        _require_not_approved(session, engine, item)
        check_transition(ItemStatus(item.status), ItemStatus.APPROVED)
        if item.expires_at > ctx.now():
            outdated = _approve_shown(session, engine, item, undo_delay)
        else:
            set_status(session, item, ItemStatus.EXPIRED, Message(key="item.because.unanswered"))
            outdated = Conflict(
                "This action item has expired.",
                remedy="Hold a meeting to look at it afresh.",
                written=True,
                said=message("item.error.expired", **local_moment(session, item.expires_at)),
                advice=Message(key="item.advice.meet"),
            )
    if outdated is not None:
        raise outdated
    return item


def _require_not_approved(session: BrandSession, engine: PolicyEngine, item: ActionItem) -> None:
    """Raises Conflict where it has been approved already, or this person has said yes and others have not yet."""
    told = session.scalars(
        select(Approval)
        .where(col(Approval.action_item_id) == item.id)
        .order_by(col(Approval.created_at).desc(), col(Approval.id).desc())
    ).all()
    if item.status in _AGREED and told:
        names = ", ".join(dict.fromkeys(_name(approval.approver) for approval in reversed(told)))
        when = local_moment(session, told[0].created_at)
        raise Conflict(
            f"Already approved by {names}.",
            remedy="Nothing is left to do.",
            said=message("item.error.already_approved", who=names, **when),
            advice=Message(key="item.advice.nothing_to_do"),
        )
    own = [approval for approval in unspent(session, engine, item) if approval.approver_id == session.ctx.actor.id]
    if item.status == ItemStatus.PROPOSED and own and set(gates_for(session.ctx.actor)) <= set(own[-1].gates):
        given = {gate for approval in unspent(session, engine, item) for gate in approval.gates}
        open_gates = gate_names([gate for gate in item.verdict.get("gates", []) if gate not in given])
        raise Conflict(
            "You have said yes to this already.",
            remedy="Somebody else's yes is still needed.",
            said=message("item.error.own_yes", **local_moment(session, own[-1].created_at)),
            advice=message("item.advice.other_yes", gates=open_gates),
        )


def _name(actor: str) -> str:
    """Who it is, without what they are."""
    return actor.rpartition(":")[2]


def _approve_shown(
    session: BrandSession, engine: PolicyEngine, item: ActionItem, undo_delay: timedelta
) -> Conflict | None:
    """The error to raise once what was found out about the item is written; None when all is well."""
    actor = session.ctx.actor
    look = handler_of(item.kind).look(session, action_of(item), prediction_of(item))
    if item.proposer_id == actor.id and not _own_to_decide(session, engine, item, look):
        raise Forbidden(
            "Nobody approves what they proposed themselves.",
            remedy="Ask another person: --as PROFILE.",
            said=Message(key="item.error.own_proposal"),
            advice=Message(key="item.advice.other_person"),
        )
    differences = differences_since(item, look, engine.policy_version)
    if differences:
        remedy = ask_again(session, engine, item, look, differences)
        reasons = [difference.document() for difference in differences]
        return ApprovalOutdated(
            "Things have changed since this was shown.",
            remedy=remedy,
            written=True,
            said=Message(key="item.error.changed"),
            advice=Message(key=f"item.advice.{'meet' if item.status == ItemStatus.SUPERSEDED else 'look_again'}"),
            reasons=reasons,
        )
    _record(session, engine, item, actor)
    granted = [gate for approval in unspent(session, engine, item) for gate in approval.gates]
    verdict = decide(session, engine, item, look, granted)
    item.verdict = verdict.model_dump(mode="json")
    if verdict.decision is Decision.DENY:
        set_status(session, item, ItemStatus.DENIED, together(verdict.reasons))
    elif verdict.decision is Decision.ALLOW:
        set_status(session, item, ItemStatus.APPROVED, message("item.because.approved", actor=actor.name))
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
