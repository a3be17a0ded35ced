"""Action items, what was asked about them, the approvals they got, the effects they had, and what came of them."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from domain.actor import Role
from store.tables.base import BIGINT, DOCUMENT, MOMENT, BrandOwned, belongs_to, unique
from store.tables.runs import ProposalRow, Run
from store.tables.served import STAFF, Served


class ActionItem(BrandOwned, table=True):
    """An adopted proposal on its way from proposed to measured."""

    __tablename__ = "action_item"
    __table_args__ = (
        belongs_to(Run),
        belongs_to(ProposalRow),
        belongs_to("action_item", "edited_from"),
        unique("proposal_id", nulls_equal=False),
    )

    run_id: UUID | None = None
    proposal_id: UUID | None = None
    edited_from: UUID | None = Field(default=None, description="the item whose amounts a person changed")
    ordinal: int = 0
    kind: str
    subject: str = Field(description="what it acts on; one open item a subject")
    proposer: str
    proposer_id: UUID
    delegator_id: UUID | None = None
    charter_cap: int = Field(default=4, description="the agent's autonomy cap when it proposed")
    proposer_gates: list[str] = Field(
        default_factory=list, sa_type=DOCUMENT, description="what a person who asks could approve for others"
    )
    action: dict[str, Any] = Field(sa_type=DOCUMENT)
    rationale: str = ""
    figures: dict[str, str] = Field(default_factory=dict, sa_type=DOCUMENT)
    receipts: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    prediction: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    preview: dict[str, Any] = Field(sa_type=DOCUMENT)
    facts: dict[str, Any] = Field(sa_type=DOCUMENT)
    verdict: dict[str, Any] = Field(sa_type=DOCUMENT)
    dissent: list[str] = Field(default_factory=list, sa_type=DOCUMENT)
    label: str
    cause: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT, description="what led to it by itself")
    risk: str
    status: str
    status_reason: str = Field(default="", description="in somebody's own words")
    status_message: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT, description="the reason by its key")
    version: int = 1
    created_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    updated_at: datetime = Field(sa_type=MOMENT)
    snoozed_until: datetime | None = Field(default=None, sa_type=MOMENT)
    outside: dict[str, Any] = Field(
        default_factory=dict, sa_type=DOCUMENT, description="what of it has left the house, and whether that was seen"
    )


class ItemNote(BrandOwned, table=True):
    """A question about an action item, or the answer to one (which names it)."""

    __tablename__ = "item_note"
    __table_args__ = (belongs_to("action_item"), belongs_to("item_note", "question_id"))
    APPEND_ONLY = True

    action_item_id: UUID
    question_id: UUID | None = None
    author: str
    author_id: UUID
    text: str
    german: str = ""
    figures: dict[str, str] = Field(default_factory=dict, sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=MOMENT)


class Approval(BrandOwned, table=True):
    """A person's yes, bound to exactly what was shown. Spent once: an effect names it."""

    __tablename__ = "approval"
    __table_args__ = (belongs_to("action_item"),)
    APPEND_ONLY = True

    action_item_id: UUID
    approver: str
    approver_id: UUID
    gates: list[str] = Field(sa_type=DOCUMENT)
    action_hash: str
    shown: dict[str, Any] = Field(sa_type=DOCUMENT)
    policy_version: str
    created_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)


class Effect(BrandOwned, table=True):
    """One step of what an action did: reserved, applied, confirmed or unknown, in either direction."""

    __tablename__ = "effect"
    __table_args__ = (
        belongs_to("action_item"),
        belongs_to("approval"),
        unique("action_item_id", "direction", "state"),
    )
    APPEND_ONLY = True

    action_item_id: UUID
    approval_id: UUID | None = None
    direction: str = Field(description="apply or undo")
    state: str
    rows: list[dict[str, Any]] = Field(sa_type=DOCUMENT, description="table, id, before, after")
    created_at: datetime = Field(sa_type=MOMENT)


class OutcomeRow(BrandOwned, table=True):
    """The outcome of an action, measured at its check date; the learning journal's entry."""

    __tablename__ = "outcome"
    __table_args__ = (belongs_to("action_item"), unique("action_item_id"))
    APPEND_ONLY = True
    SERVED = Served("journal", "outcomes", STAFF | {Role.AI_ENGINEER})

    action_item_id: UUID
    agent: str
    kind: str
    predicted: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    status: str
    unit: str
    effect: int | None = Field(default=None, sa_type=BIGINT)
    low: int | None = Field(default=None, sa_type=BIGINT)
    high: int | None = Field(default=None, sa_type=BIGINT)
    detail: dict[str, Any] = Field(sa_type=DOCUMENT)
    measured_at: datetime = Field(sa_type=MOMENT)
