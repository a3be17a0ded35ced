"""The record of what happened: the event outbox and the hash-chained audit."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Identity, Index
from sqlmodel import Field, SQLModel

from store.tables.base import BIGINT, DOCUMENT, MOMENT, BrandOwned, unique


class OutboxEvent(BrandOwned, table=True):
    """A CloudEvents envelope, written in the transaction that caused it. `seq` rises in the order of commits."""

    __tablename__ = "event"
    __table_args__ = (Index("event_in_order", "brand_id", "seq"),)
    APPEND_ONLY = True

    type: str
    subject: str
    envelope: dict[str, Any] = Field(sa_type=DOCUMENT)
    seq: int = Field(default=None, sa_type=BIGINT, nullable=False, sa_column_args=[Identity()])
    created_at: datetime = Field(sa_type=MOMENT)


class AuditEntry(BrandOwned, table=True):
    """One entry of the brand's chain: its hash covers the entry and the hash before it."""

    __tablename__ = "audit_entry"
    __table_args__ = (unique("seq"),)
    APPEND_ONLY = True

    seq: int = Field(sa_type=BIGINT)
    at: datetime = Field(sa_type=MOMENT)
    actor: str
    action: str
    subject: str
    detail: dict[str, Any] = Field(sa_type=DOCUMENT)
    previous_hash: str
    hash: str


class AuditHead(SQLModel, table=True):
    """The end of a brand's chain; locking it puts the entries in one order."""

    __tablename__ = "audit_head"

    brand_id: UUID = Field(primary_key=True)
    seq: int = Field(default=0, sa_type=BIGINT)
    hash: str = ""
