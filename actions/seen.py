"""The version of an action item that somebody saw: a tag of it, and what has happened to the item since that tag."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.canonical import sha256_of
from domain.errors import SeenOutdated
from domain.message import Message, message, read_message, verbatim
from store.session import BrandSession
from store.tables import ActionItem, AuditEntry

_SHOWN_AGAIN = "action_item.shown_again"


def tag_of(item: ActionItem) -> str:
    """Changes whenever what an item shows or where it stands does: its version, and a hash of what it shows."""
    shown = [item.kind, item.action, item.preview, item.facts, item.prediction, item.verdict, item.dissent, item.status]
    return f"{item.version}-{sha256_of(shown)[:24]}"


def require_seen(session: BrandSession, item: ActionItem, tag: str | None) -> None:
    """Raises SeenOutdated, with what happened since, where the item is not what was seen; None was not looked."""
    if tag is None or tag == tag_of(item):
        return
    since = _since(session, item, tag)
    raise SeenOutdated(
        "This action item is not what you saw any more.",
        remedy="Read it again, and answer what it shows now.",
        status=item.status,
        since=since,
        reasons=since,
        now=tag_of(item),
    )


def _since(session: BrandSession, item: ActionItem, tag: str) -> list[dict[str, Any]]:
    """As messages, from the audit; empty for a tag that the item never had."""
    version, _, _ = tag.partition("-")
    steps = item.version - int(version) if version.isdecimal() and len(version) < 9 else 0
    if not 0 < steps < item.version:
        return []
    entries = session.scalars(
        select(AuditEntry)
        .where(col(AuditEntry.subject) == str(item.id))
        .order_by(col(AuditEntry.seq).desc())
        .limit(200)
    ).all()
    changes = [entry for entry in entries if "to" in entry.detail or entry.action == _SHOWN_AGAIN]
    return [_said(entry).document() for entry in reversed(changes[:steps])]


def _said(entry: AuditEntry) -> Message:
    if entry.action == _SHOWN_AGAIN:
        return message("common.reasons", reasons=[read_message(moved) for moved in entry.detail.get("differences", [])])
    to, reason = entry.detail["to"], entry.detail.get("reason", "")
    return (
        message("common.in_brackets", words=to, reason=read_message(reason))
        if reason
        else verbatim(f"{to} by {entry.actor}")
    )
