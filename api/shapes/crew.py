"""Agents, their answers, the journal, and numbers opened, as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.shapes.words import Asked, Figures, FindingShape, ProposalShape, ReceiptLine, Text


class AgentLine(BaseModel):
    """A member of the crew; `autonomy` is the most it may ever have."""

    name: str
    title: str
    focus: str
    tools: list[str]
    action_kinds: list[str]
    kpis: list[str]
    autonomy: int


class AgentDetails(AgentLine):
    """With what its charter says, and how far it may go now by action kind."""

    charter: str
    settings: list[dict[str, Any]]


class NewAnswer(Asked):
    """The question to the agent; without a question it looks at everything it is for."""

    question: Text = Field(default="What should we do now?")


class AgentAnswer(BaseModel):
    """One agent's own answer. Its proposals are adopted by nobody: a meeting weighs them."""

    id: str
    agent: str
    question: str
    status: str
    language: str
    as_of: datetime | None
    outcome: str | None = Field(description="ok or degraded; null while it works")
    reason: str
    summary: str
    figures: Figures
    findings: list[FindingShape]
    proposals: list[ProposalShape]
    missing_data: list[str]
    receipts: list[ReceiptLine]


class Journal(BaseModel):
    """How often promised intervals held, by agent and kind; promises beside outcomes, newest first."""

    calibration: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    more: int


class ReceiptShape(BaseModel):
    """The stored result of one tool call."""

    id: str
    run_id: str
    agent: str
    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    sources: list[dict[str, Any]]
    as_of: datetime
    label: str
    created_at: datetime


class AuditCheckShape(BaseModel):
    """Whether the chain of what was done in this brand holds."""

    ok: bool
    entries: int
    head: str
    broken_at: int | None


class AuditEntryShape(BaseModel):
    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str
