"""The Virtual Office: how meetings are held, what colleagues recomputed of each other, what people said there."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from store.tables.base import BIGINT, DOCUMENT, MOMENT, BrandOwned, belongs_to, unique
from store.tables.runs import ProposalRow, Receipt, Run


class ChallengeRow(BrandOwned, table=True):
    """A recomputation of a proposal by a colleague, once a run, proposal, tool, and what stood beside it."""

    __tablename__ = "challenge"
    __table_args__ = (
        belongs_to(Run),
        belongs_to(ProposalRow),
        belongs_to(Receipt),
        unique("run_id", "proposal_id", "receipt_id"),
    )
    APPEND_ONLY = True

    run_id: UUID
    proposal_id: UUID
    receipt_id: UUID
    agent: str = Field(description="who challenged")
    tool: str
    beside: list[str] = Field(default_factory=list, sa_type=DOCUMENT, description="proposals taken as carried out")
    status: str = Field(description="stands, changed or abstained")
    prediction: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT, description="as recomputed")
    action: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT, description="with other amounts")
    expected_minor: int = Field(default=0, sa_type=BIGINT)
    text: str = ""
    german: str = ""
    message: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT, description="the same by key")
    figures: dict[str, str] = Field(default_factory=dict, sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=MOMENT)


class TurnRow(BrandOwned, table=True):
    """A person's turn in a meeting: a question with its answer, an objection, a limit, a strike, or go on."""

    __tablename__ = "turn"
    __table_args__ = (belongs_to(Run), belongs_to(ProposalRow))
    APPEND_ONLY = True

    run_id: UUID
    kind: str = Field(description="ask, object, limit, strike, point, invite or go")
    step: str = Field(description="the step that the meeting had come to")
    person: str
    person_id: UUID
    text: str = ""
    proposal_id: UUID | None = None
    limits: dict[str, int] = Field(default_factory=dict, sa_type=DOCUMENT)
    answer: str = ""
    german: str = ""
    figures: dict[str, str] = Field(default_factory=dict, sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=MOMENT)


class MeetingDefinitionRow(BrandOwned, table=True):
    """A brand's version of a meeting definition: the newest holds, earlier ones stay."""

    __tablename__ = "meeting_definition"
    __table_args__ = (unique("name", "version"),)
    APPEND_ONLY = True

    name: str = Field(max_length=64)
    version: int = Field(description="1 and up; the product's own file counts as 0")
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    author: str
    reason: str
    created_at: datetime = Field(sa_type=MOMENT)
