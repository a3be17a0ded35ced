"""An agent's report to a meeting: findings whose every number is a figure, and proposals."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from domain.figure import FigureKey, FigureRef
from domain.message import Message
from domain.text import STORABLE

IF_NO = "if_no"
"""The part of a proposal's message that says what a no leads to: read beside the text, not in it."""
LONGEST_TEXT = 2_000
"""Characters that a claim, or a line of a report, has at most."""
Line = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), STORABLE]


class FindingSeverity(StrEnum):
    INFO = "info"
    ATTENTION = "attention"
    RISK = "risk"


class Claim(BaseModel):
    """Prose without digits: every number is written `{key}` and named in `figures`.

    What rules say comes out of the catalogue: `message` says it in every language, and `text` is that in English.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT), STORABLE]
    german: Line = Field(default="", description="the same in German, with the same figures")
    message: SkipJsonSchema[Message | None] = None
    beside: SkipJsonSchema[Line] = ""
    """What rules say beside it, in English: what a no leads to, and the keys of what is promised."""
    figures: dict[FigureKey, FigureRef] = Field(default_factory=dict)


class Finding(BaseModel):
    """A claim about the business (AIInsight)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Annotated[str, StringConstraints(min_length=1, max_length=120), STORABLE] = Field(
        description="what it is about, e.g. a SKU"
    )
    claim: Claim
    severity: FindingSeverity = FindingSeverity.INFO


class AgentReport(BaseModel):
    """The structured answer of one agent for one meeting."""

    model_config = ConfigDict(extra="forbid")

    summary: Claim
    findings: list[Finding] = Field(default_factory=list, max_length=60)
    proposals: list[UUID] = Field(default_factory=list, description="ids that PROPOSE tools returned", max_length=60)
    missing_data: list[Line] = Field(default_factory=list, description="what could not be answered, and why")
    missing_german: list[Line] = Field(default_factory=list, description="missing_data in German, line for line")
    missing: SkipJsonSchema[list[Message]] = Field(default_factory=list)
    """missing_data by key, line for line: what rules say."""
