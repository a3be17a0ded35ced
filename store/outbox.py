"""The outbox: events are written in the transaction that caused them, and only read from there."""

from typing import Any

from domain.event import new_event
from store.session import BrandSession
from store.tables import OutboxEvent


def emit(session: BrandSession, type_: str, subject: str, data: dict[str, Any]) -> None:
    """Write a CloudEvents envelope of this Context's brand into the outbox."""
    event = new_event(session.ctx, type_, subject, data)
    session.add(
        OutboxEvent(
            id=event.id,
            type=event.type,
            subject=event.subject,
            envelope=event.model_dump(mode="json"),
            created_at=event.time,
        )
    )
