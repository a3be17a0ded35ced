"""A person's edit of an action item: the same with other amounts, a new item of theirs that waits for a yes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.items import (
    LONGEST_REASON,
    OPEN,
    action_of,
    asked_by_person,
    enter,
    find_item,
    hold_opening,
    judge,
    require_none_agreed,
)
from actions.order import require_present
from actions.seen import require_seen
from actions.status import set_status
from domain.action import Action, ItemStatus
from domain.actor import ActorKind, Permission
from domain.editing import edited
from domain.errors import Conflict, EditDenied, Forbidden
from domain.message import Message, message
from domain.prediction import Prediction
from domain.verdict import Decision
from guardrails.cedar import PolicyEngine
from store.leases import lock_row
from store.session import BrandSession
from store.tables import ActionItem


@dataclass(frozen=True)
class Foreseen:
    """The prediction of an edited action and the ids of its receipts; None and no ids where no tool can estimate it."""

    prediction: Prediction | None = None
    receipts: tuple[str, ...] = ()


Foresee = Callable[[BrandSession, ActionItem, Action], Foreseen]
"""Recomputes the promise of an item for its action as edited."""


def edit(
    session: BrandSession,
    engine: PolicyEngine,
    item_id: str,
    changes: Mapping[str, Any],
    reason: str,
    foresee: Foresee,
    seen: str | None = None,
) -> ActionItem:
    """Ask for the same with other amounts: a new item of this person's, judged anew, in place of the old one.

    It waits for a yes, also where the guardrails would let this person decide alone: an edit is no approval. Raises
    EditDenied where the guardrails forbid it, InvalidInput for what cannot be edited, Conflict when it is too late;
    the old item then stays as it was.
    """
    session.ctx.require(Permission.ACTION_APPROVE)
    if session.ctx.actor.kind is not ActorKind.PERSON:
        raise Forbidden("Only a person can edit.")
    hold_opening(session)
    old = lock_row(session, ActionItem, find_item(session, item_id).id)
    require_present(session)
    require_seen(session, old, seen)
    if old.status not in OPEN or old.expires_at <= session.ctx.now():
        stands = old.status if old.status not in OPEN else "overdue"
        status = Message(key=f"item.status.{'expired' if stands == 'overdue' else stands}")
        raise Conflict(
            f"This action item is {stands}; it cannot be edited.",
            remedy="Look at it again.",
            said=message("item.error.not_editable", status=status),
            advice=Message(key="item.advice.look_again"),
        )
    action = edited(action_of(old), changes)
    require_none_agreed(session, action)
    foreseen = foresee(session, old, action)
    new = asked_by_person(
        session,
        action,
        " ".join(reason.split())[:LONGEST_REASON],
        edited_from=old.id,
        label=old.label,
        prediction=foreseen.prediction.model_dump(mode="json") if foreseen.prediction else None,
        receipts=list(foreseen.receipts),
    )
    _require_allowed(session, engine, new)
    new.status_message = message("item.because.edited", actor=session.ctx.actor.name).document()
    enter(session, new)
    if old.status in OPEN:
        set_status(session, old, ItemStatus.SUPERSEDED, message("item.because.replaced", item=str(new.id)))
    return new


def _require_allowed(session: BrandSession, engine: PolicyEngine, item: ActionItem) -> None:
    verdict = judge(session, engine, item)
    if verdict.decision is Decision.DENY:
        raise EditDenied(
            "The guardrails forbid that.",
            remedy="The action item stays as it was. Give other amounts, or answer it as it is.",
            said=Message(key="item.error.rules_forbid"),
            advice=Message(key="item.advice.stays_as_it_was"),
            reasons=[reason.document() for reason in verdict.reasons],
            policies=list(verdict.policies),
        )
