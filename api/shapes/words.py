"""Words that several shapes are made of: text that can be stored, names, figures by key."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from agents.charter import load_charters
from domain.action import ACTION_KINDS

Text = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=2_000, pattern=r"^[^\x00]*[^\s\x00-\x20\x7f-\xa0\u2000-\u200f][^\x00]*$"
    ),
]
"""Text that a person writes."""
Word = Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00]*$")]
Figures = dict[str, str]
"""Key in the text → the figure's code, which `/figures/{code}` opens."""
if TYPE_CHECKING:
    AgentName = KindName = str
else:
    AgentName = StrEnum("AgentName", {charter.name: charter.name for charter in load_charters()})
    KindName = StrEnum("KindName", {name.replace(".", "_"): name for name in sorted(ACTION_KINDS)})


class Asked(BaseModel):
    """Base of all bodies: nothing beyond what is named."""

    model_config = ConfigDict(extra="forbid")


class ReceiptLine(BaseModel):
    """One tool call."""

    id: str
    tool: str
    arguments: dict[str, Any]


class FindingShape(BaseModel):
    """A claim about the business; each number in its text stands in `figures`."""

    agent: str
    subject: str
    severity: str
    text: str
    figures: Figures
    label: str


class ProposalShape(BaseModel):
    """An agent's proposal, as it was challenged."""

    id: str
    agent: str
    kind: str
    subject: str
    title: str = Field(default="", description="what it would do, by names")
    text: str
    promised: str
    expected: str
    challenges: list[dict[str, Any]]


class Accepted(BaseModel):
    """It goes on in the background; `events` is where to watch it."""

    id: str = Field(description="of the run")
    status: str
    events: str = Field(description="the path of its stream")
