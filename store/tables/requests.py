"""API Gateway: answers kept by the key that a client gave its request, so that asking again does nothing twice."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any

from sqlmodel import Field

from store.tables.base import DOCUMENT, MOMENT, BrandOwned, unique


class IdempotentRequest(BrandOwned, table=True):
    """A request under its key. It is held while its holder's database connection lives, then answered or free."""

    __tablename__ = "idempotent_request"
    __table_args__ = (unique("actor", "key"),)

    key: str
    actor: str
    route: str
    body_hash: str
    status: str = Field(description="running or done")
    answer: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT, description="status, headers and body")
    lease_pid: int | None = None
    lease_started: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = Field(sa_type=MOMENT)
