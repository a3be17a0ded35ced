"""Events in the CloudEvents 1.0 envelope."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.context import Context


class Event(BaseModel):
    """Something that happened, written to the outbox in the transaction that caused it."""

    model_config = ConfigDict(frozen=True)

    specversion: str = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    brandid: UUID
    actor: str
    datacontenttype: str = "application/json"
    data: dict[str, Any]


def new_event(ctx: Context, type_: str, subject: str, data: dict[str, Any]) -> Event:
    """An event of this Context's brand, by its actor, now."""
    return Event(
        id=ctx.new_id(),
        source=f"/brands/{ctx.brand}",
        type=type_,
        subject=subject,
        time=ctx.now(),
        brandid=ctx.brand_id,
        actor=ctx.actor.label,
        data=data,
    )
