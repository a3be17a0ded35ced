"""Events in the CloudEvents 1.0 envelope."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.cause import Cause
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
    causationid: UUID | None = None
    causationchain: str = ""
    datacontenttype: str = "application/json"
    data: dict[str, Any]

    @property
    def cause(self) -> Cause:
        """Why it happened."""
        return Cause(event=self.causationid, chain=tuple(self.causationchain.split()))


def new_event(ctx: Context, type_: str, subject: str, data: dict[str, Any], cause: Cause | None = None) -> Event:
    """An event of this Context's brand, by its actor, now; of the longer of the Context's cause and this one."""
    because = ctx.cause if cause is None else ctx.cause.longer_of(cause)
    return Event(
        id=ctx.new_id(),
        source=f"/brands/{ctx.brand}",
        type=type_,
        subject=subject,
        time=ctx.now(),
        brandid=ctx.brand_id,
        actor=ctx.actor.label,
        causationid=because.event,
        causationchain=" ".join(because.chain),
        data=data,
    )
