"""Operations: business to-dos, and the jobs that run in the background."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from domain.actor import Role
from store.tables.base import DOCUMENT, MOMENT, BrandOwned, Fact, unique
from store.tables.served import IN_CHARGE, STAFF, Served


class Task(Fact, table=True):
    """A to-do for a person."""

    __tablename__ = "task"
    SERVED = Served("operations", "tasks", STAFF)

    title: str
    assignee: str = ""
    due_at: datetime | None = Field(default=None, sa_type=MOMENT)
    status: str = "open"


class Job(BrandOwned, table=True):
    """A unit of background work. It is leased while its worker's database connection lives."""

    __tablename__ = "job"
    __table_args__ = (unique("key"), Index("job_due", "brand_id", "status", "run_at"))

    key: str = Field(description="what makes it the same job; a second of that key is not queued")
    kind: str
    payload: dict[str, Any] = Field(sa_type=DOCUMENT)
    run_at: datetime = Field(sa_type=MOMENT)
    status: str = "queued"
    attempts: int = 0
    last_error: str = ""
    cause: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT, description="why it was queued")
    lease_pid: int | None = None
    lease_started: datetime | None = Field(default=None, sa_type=MOMENT)
    claimed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = Field(sa_type=MOMENT)
    finished_at: datetime | None = Field(default=None, sa_type=MOMENT)


class ImportBatch(BrandOwned, table=True):
    """One run of an import and what came of it."""

    __tablename__ = "import_batch"
    APPEND_ONLY = True
    SERVED = Served("connections", "imports", IN_CHARGE | {Role.PLATFORM_ADMIN})

    source: str
    files_sha256: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    fires: bool = Field(default=False, description="whether what it brought may wake rules")
    created_at: datetime = Field(sa_type=MOMENT)
