"""The one way an action item changes its status: checked, audited, and told as an event."""

from domain.action import ItemStatus, check_transition
from store.audit import append_audit
from store.outbox import emit
from store.session import BrandSession
from store.tables import ActionItem


def set_status(session: BrandSession, item: ActionItem, status: ItemStatus, reason: str = "") -> None:
    """Raises Conflict when the item cannot go there from where it stands."""
    check_transition(ItemStatus(item.status), status)
    detail = {"from": item.status, "to": status.value, "reason": reason, "kind": item.kind, "subject": item.subject}
    item.status, item.status_reason = status.value, reason
    item.version += 1
    item.updated_at = session.ctx.now()
    session.flush()
    append_audit(session, f"action_item.{status.value}", str(item.id), detail)
    emit(session, f"action_item.{status.value}", str(item.id), detail)
