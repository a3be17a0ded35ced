"""AI Brain: runs and what happened in them, receipts, figures, findings and proposals."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from store.tables.base import BIGINT, DOCUMENT, MOMENT, BrandOwned, belongs_to, unique


class Run(BrandOwned, table=True):
    """One execution of a graph. `graph_version` must match to resume; a scheduled slot has one run."""

    __tablename__ = "run"
    __table_args__ = (unique("definition", "slot", nulls_equal=False),)

    kind: str
    graph_version: str
    status: str = Field(description="running, waiting, done, failed")
    agenda: str = ""
    agents: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    limits: dict[str, int] = Field(
        default_factory=dict, sa_type=DOCUMENT, description="what people allowed it to spend, by resource"
    )
    manner: dict[str, Any] = Field(
        default_factory=dict, sa_type=DOCUMENT, description="how it is held: where it waits, without what"
    )
    started_by: str
    definition: str | None = Field(default=None, description="the meeting definition it was held by")
    definition_version: int | None = None
    slot: datetime | None = Field(default=None, sa_type=MOMENT, description="when its definition's rhythm asked for it")
    as_of: datetime | None = Field(default=None, sa_type=MOMENT)
    started_at: datetime = Field(sa_type=MOMENT)
    finished_at: datetime | None = Field(default=None, sa_type=MOMENT)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    lease_pid: int | None = None
    lease_started: datetime | None = Field(default=None, sa_type=MOMENT)


class RunEvent(BrandOwned, table=True):
    """An event of a run, in order: whoever watches the run is told it."""

    __tablename__ = "run_event"
    __table_args__ = (belongs_to("run"), unique("run_id", "seq"))
    APPEND_ONLY = True

    run_id: UUID
    seq: int = Field(description="1 and up within the run; later ones are committed later")
    kind: str
    data: dict[str, Any] = Field(sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=MOMENT)


class Receipt(BrandOwned, table=True):
    """The stored result of one tool call."""

    __tablename__ = "receipt"
    __table_args__ = (belongs_to("run"), unique("run_id", "request_hash"))
    APPEND_ONLY = True

    run_id: UUID
    agent: str
    tool: str
    request_hash: str
    arguments: dict[str, Any] = Field(sa_type=DOCUMENT)
    result: dict[str, Any] = Field(sa_type=DOCUMENT)
    sources: list[dict[str, Any]] = Field(default_factory=list, sa_type=DOCUMENT)
    as_of: datetime = Field(sa_type=MOMENT)
    label: str
    created_at: datetime = Field(sa_type=MOMENT)


class FigureRow(BrandOwned, table=True):
    """A number cited in a finding, a rationale or minutes. `code` is what a person types to open it."""

    __tablename__ = "figure"
    __table_args__ = (belongs_to("receipt"), unique("receipt_id", "path"), unique("code"))
    APPEND_ONLY = True

    code: str
    receipt_id: UUID
    path: str
    value: float
    unit: str
    decimals: int


class FindingRow(BrandOwned, table=True):
    """A finding (AIInsight) as an agent reported it in a run."""

    __tablename__ = "finding"
    __table_args__ = (belongs_to("run"), unique("run_id", "agent", "ordinal"))
    APPEND_ONLY = True

    run_id: UUID
    agent: str
    ordinal: int
    subject: str
    severity: str
    text: str
    german: str = Field(default="", description="the same in German; empty where the agent said it in English only")
    message: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT, description="the same by key")
    figures: dict[str, str] = Field(
        default_factory=dict, sa_type=DOCUMENT, description="key in the text -> figure code"
    )
    label: str
    created_at: datetime = Field(sa_type=MOMENT)


class ProposalRow(BrandOwned, table=True):
    """An action that an agent wants, written by a PROPOSE tool."""

    __tablename__ = "proposal"
    __table_args__ = (belongs_to("run"), unique("run_id", "agent", "request_hash"))
    APPEND_ONLY = True

    run_id: UUID
    agent: str
    request_hash: str
    kind: str
    action: dict[str, Any] = Field(sa_type=DOCUMENT)
    text: str
    german: str = ""
    message: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT, description="the same by key")
    figures: dict[str, str] = Field(default_factory=dict, sa_type=DOCUMENT)
    receipts: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    prediction: dict[str, Any] = Field(sa_type=DOCUMENT)
    expected_minor: int = Field(default=0, sa_type=BIGINT)
    label: str
    created_at: datetime = Field(sa_type=MOMENT)
