"""The answer besides yes and no: later."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from actions.items import find_item
from actions.local_time import local_moment
from actions.order import require_present
from actions.seen import require_seen
from actions.status import set_status
from domain.action import ItemStatus, check_transition
from domain.actor import Permission
from domain.errors import InvalidInput
from domain.message import Message, message
from store.audit import append_audit
from store.leases import lock_row
from store.session import BrandSession
from store.tables import ActionItem


def snooze(session: BrandSession, item_id: str, until: datetime, seen: str | None = None) -> ActionItem:
    """Put an item off; it comes back by itself. Raises InvalidInput for a moment outside the item's time."""
    session.ctx.require(Permission.ACTION_APPROVE)
    item = lock_row(session, ActionItem, find_item(session, item_id).id)
    require_present(session)
    require_seen(session, item, seen)
    if item.status != ItemStatus.SNOOZED:
        check_transition(ItemStatus(item.status), ItemStatus.SNOOZED)
    if until <= session.ctx.now():
        raise InvalidInput(
            f"{until:%Y-%m-%d %H:%M %Z} is past.",
            remedy="Choose a later moment.",
            said=message("item.error.past", **local_moment(session, until)),
            advice=Message(key="item.advice.later_moment"),
        )
    if until >= item.expires_at:
        raise InvalidInput(
            f"It can be put off until before it expires, on {item.expires_at:%Y-%m-%d %H:%M %Z}.",
            remedy="Choose an earlier moment, or reject it.",
            said=message("item.error.beyond_expiry", **local_moment(session, item.expires_at)),
            advice=Message(key="item.advice.earlier_moment"),
        )
    item.snoozed_until = until
    put_off = message("item.because.put_off", **local_moment(session, until))
    if item.status == ItemStatus.SNOOZED:
        item.version += 1
        append_audit(session, "action_item.snoozed", str(item.id), {"to": "put off", "reason": put_off.document()})
        item.status_message = put_off.document()
        return item
    set_status(session, item, ItemStatus.SNOOZED, put_off)
    return item


def wake_due(session: BrandSession) -> int:
    """Bring back what was put off until now; how many. What was shown is checked when somebody answers."""
    due = select(ActionItem).where(
        col(ActionItem.status) == ItemStatus.SNOOZED, col(ActionItem.snoozed_until) <= session.ctx.now()
    )
    items = session.scalars(due.with_for_update(skip_locked=True)).all()
    for item in items:
        set_status(session, item, ItemStatus.PROPOSED, Message(key="item.because.time_over"))
    return len(items)
