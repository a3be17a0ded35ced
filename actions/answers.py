"""What a person may answer besides yes and no: later, or yes to other amounts, which are judged anew."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import col

from actions.items import LONGEST_REASON, OPEN, find_item, propose
from actions.order import require_present
from actions.seen import require_seen
from actions.status import set_status
from domain.action import Action, ItemStatus, check_transition, parse_action
from domain.actor import Permission
from domain.errors import Conflict, InvalidInput
from guardrails.cedar import PolicyEngine
from store.audit import append_audit
from store.leases import lock_row
from store.session import BrandSession
from store.tables import ActionItem

_FIXED = frozenset({"kind", "currency"})


def snooze(session: BrandSession, item_id: str, until: datetime, seen: str | None = None) -> ActionItem:
    """Put an item off; it comes back by itself. Raises InvalidInput for a moment outside the item's time."""
    session.ctx.require(Permission.ACTION_APPROVE)
    item = lock_row(session, ActionItem, find_item(session, item_id).id)
    require_present(session)
    require_seen(session, item, seen)
    if item.status != ItemStatus.SNOOZED:
        check_transition(ItemStatus(item.status), ItemStatus.SNOOZED)
    if not session.ctx.now() < until < item.expires_at:
        raise InvalidInput(
            f"It can be put off until before it expires, on {item.expires_at:%Y-%m-%d %H:%M} UTC.",
            remedy="Choose an earlier moment, or reject it.",
        )
    item.snoozed_until = until
    if item.status == ItemStatus.SNOOZED:
        item.version += 1
        append_audit(session, "action_item.snoozed", str(item.id), {"to": f"put off until {until:%Y-%m-%d %H:%M} UTC"})
        return item
    set_status(session, item, ItemStatus.SNOOZED, f"put off until {until:%Y-%m-%d %H:%M} UTC")
    return item


def wake_due(session: BrandSession) -> int:
    """Bring back what was put off until now; how many. What was shown is checked when somebody answers."""
    due = select(ActionItem).where(
        col(ActionItem.status) == ItemStatus.SNOOZED, col(ActionItem.snoozed_until) <= session.ctx.now()
    )
    items = session.scalars(due.with_for_update(skip_locked=True)).all()
    for item in items:
        set_status(session, item, ItemStatus.PROPOSED, "the time it was put off for is over")
    return len(items)


def edit(
    session: BrandSession,
    engine: PolicyEngine,
    item_id: str,
    changes: Mapping[str, Any],
    reason: str,
    undo_delay: timedelta,
    seen: str | None = None,
) -> ActionItem:
    """Ask for the same with other amounts: a new item of this person's, judged anew, in place of the old one.

    It promises nothing, as nobody recomputed it, and nobody approves their own edit beyond what they may decide alone.
    Raises InvalidInput for what the action kind does not take, Conflict when it is too late.
    """
    session.ctx.require(Permission.ACTION_APPROVE)
    old = lock_row(session, ActionItem, find_item(session, item_id).id)
    require_seen(session, old, seen)
    if old.status not in OPEN:
        raise Conflict(f"This action item is {old.status}; it cannot be edited.", remedy="Look at it again.")
    action = _changed(old, changes)
    said = " ".join(reason.split())[:LONGEST_REASON]
    new = propose(session, engine, action, said or f"{old.rationale} (edited)", undo_delay)
    session.refresh(old)
    if old.status in OPEN:
        set_status(session, old, ItemStatus.SUPERSEDED, f"replaced by {new.id}")
    return new


def _changed(item: ActionItem, changes: Mapping[str, Any]) -> Action:
    if unknown := sorted(str(name)[:64] for name in changes if name not in item.action or name in _FIXED):
        open_to = sorted(set(item.action) - _FIXED)
        raise InvalidInput(f"{', '.join(unknown)} cannot be edited here.", remedy=f"What can be: {', '.join(open_to)}.")
    try:
        action = parse_action({**item.action, **changes})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        raise InvalidInput(f"{where}: {first['msg']}", remedy="Give a value that the action takes.") from error
    if action.model_dump(mode="json") == item.action:
        raise InvalidInput("That changes nothing.", remedy="Approve it as it is.")
    return action
