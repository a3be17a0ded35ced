"""The one way an action item changes its status: checked, audited, and told as an event."""

from domain.action import ItemStatus, check_transition
from domain.cause import Cause
from domain.message import Message
from store.audit import append_audit
from store.outbox import emit
from store.session import BrandSession
from store.tables import ActionItem


def set_status(session: BrandSession, item: ActionItem, status: ItemStatus, reason: str | Message = "") -> None:
    """`reason` is a message, or somebody's words. Raises Conflict where the item cannot go there."""
    check_transition(ItemStatus(item.status), status)
    by_key = reason.document() if isinstance(reason, Message) else None
    detail = {
        "from": item.status,
        "to": status.value,
        "reason": by_key or reason,
        "kind": item.kind,
        "subject": item.subject,
    }
    detail["proposer"] = item.proposer
    item.status, item.status_reason = status.value, "" if isinstance(reason, Message) else reason
    item.status_message = by_key
    item.version += 1
    item.updated_at = session.ctx.now()
    session.flush()
    append_audit(session, f"action_item.{status.value}", str(item.id), detail)
    emit(session, f"action_item.{status.value}", str(item.id), detail, cause_of(item))
    if status is ItemStatus.DENIED:
        breach = {
            **detail,
            "title": item.preview.get("title", item.subject),
            "policies": item.verdict.get("policies", []),
        }
        emit(session, "guardrail.breached", str(item.id), breach, cause_of(item))


def cause_of(item: ActionItem) -> Cause:
    """The cause an item was opened with; its later events carry the same, also where a person decided."""
    return Cause.model_validate(item.cause)
