"""Meetings as the API shows them, and what people say in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from api.shapes.items import ItemSummary
from api.shapes.words import AgentName, Asked, Figures, FindingShape, ProposalShape, Text
from domain.money import LARGEST_MINOR
from virtual_office.meeting.limits import CASH, STOCK_MONEY
from virtual_office.meeting.turns import Kind

DEFAULT_AGENDA = "Trading review: what changed, and what should we do about it?"
_MOST = LARGEST_MINOR
_MONEY = (CASH, STOCK_MONEY)


class Limits(Asked):
    """The meeting's limits: money in minor units of the brand's currency, attention in action items."""

    cash_minor: int | None = Field(default=None, ge=0, le=_MOST)
    stock_money_minor: int | None = Field(default=None, ge=0, le=_MOST)
    attention: int | None = Field(default=None, ge=0, le=1_000)

    @model_validator(mode="before")
    @classmethod
    def _in_minor_units(cls, said: Any) -> Any:
        """The command line takes `cash=100` for a hundred euros: here the name has to say what is counted."""
        for name in _MONEY:
            if isinstance(said, dict) and name in said:
                raise ValueError(f"{name} is {name}_minor here, in minor units: 10000 is 100.00 euros")
        return said

    def given(self) -> dict[str, int]:
        """By the names that the chair knows."""
        given = {name: amount for name, amount in self.model_dump().items() if amount is not None}
        return {name.removesuffix("_minor"): amount for name, amount in given.items()}


def _named_by_unit(limits: Mapping[str, int]) -> dict[str, int]:
    return {f"{name}_minor" if name in _MONEY else name: amount for name, amount in limits.items()}


LimitsShown = Annotated[
    dict[str, int], BeforeValidator(_named_by_unit), Field(description="`cash_minor`, `stock_money_minor`, `attention`")
]


class NewMeeting(Asked):
    """The meeting's agenda; without agents everybody attends."""

    agenda: Text = Field(default=DEFAULT_AGENDA)
    agents: list[AgentName] = Field(default_factory=list, max_length=20)
    limits: Limits = Field(default_factory=Limits)
    wait: list[Literal["report", "challenge", "decide"]] = Field(
        default_factory=list, max_length=3, description="steps after which it waits for people"
    )
    points: list[Text] = Field(default_factory=list, max_length=20, description="points for the agenda")


class MeetingLine(BaseModel):
    """One line of a list of meetings."""

    id: str
    kind: str
    status: str = Field(description="running, waiting or done")
    agenda: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    action_items: int


class Attendee(BaseModel):
    name: str
    title: str | None
    status: str | None
    reason: str | None
    missing_data: list[str] | None


class TurnShape(BaseModel):
    """A person's turn; a question carries its answer."""

    id: str
    kind: str
    after: str
    person: str
    text: str
    proposal: str | None
    limits: LimitsShown
    answer: str
    figures: Figures
    at: datetime


class DefinitionName(BaseModel):
    name: str
    version: int | None


class ModelsCost(BaseModel):
    """Tokens and cost of calls of models."""

    of: str = Field(description="the run")
    calls: int
    input_tokens: int
    output_tokens: int
    usd: str = Field(description="in US dollars")
    at_most: bool = Field(description="whether it is an upper bound: not counted, not settled, or of an unknown price")


class FigureShape(BaseModel):
    """A number that can be opened."""

    value: float
    unit: str
    decimals: int
    receipt: str


class SourceShape(BaseModel):
    """A number of the minutes in the order in which it appears; of a sum, the figures that it adds up."""

    number: int
    text: str
    figures: list[str]


class MinutesText(BaseModel):
    """The minutes as Markdown, without any code; and what opens their numbers."""

    minutes: str = Field(description="the page and its annex")
    page: str = Field(description="the one page")
    words: int = Field(description="of the page")
    annex: str = Field(description="what stands behind it")
    linked: str = Field(default="", description="the same, each number a link to `figure:ID`")
    figures: dict[str, FigureShape]
    sources: list[SourceShape]


class MeetingDetails(MinutesText):
    """All that a meeting found, weighed and left."""

    meeting_id: str
    status: str
    held: bool = Field(description="whether some process is at it now; running and not held: it was interrupted")
    agenda: str
    as_of: datetime | None
    agents: list[Attendee]
    language: str
    definition: DefinitionName | None
    findings: list[FindingShape]
    dissent: list[str]
    limits: LimitsShown
    waits_after: str | None
    points: list[Any]
    challenges: list[Any]
    proposals: list[ProposalShape]
    turns: list[TurnShape]
    left_out: list[list[str]] = Field(description="proposal and reason")
    worth_more: list[str]
    action_items: list[ItemSummary]
    models: ModelsCost | None = Field(description="what models cost; none where it was held by rules")


class NewTurn(Asked):
    """A person's turn: `proposal` for an objection or a strike, `limits` for a limit, words for the others."""

    kind: Kind
    text: str = Field(default="", max_length=2_000, pattern=r"^[^\x00]*$")
    proposal: str = Field(default="", max_length=40, pattern=r"^[0-9a-fA-F-]*$")
    limits: Limits = Field(default_factory=Limits)


class MinutesShape(MinutesText):
    """The minutes as they read in a language."""

    meeting_id: str
    language: str


class RunEventShape(BaseModel):
    """One event of a run; `seq` is its id in the stream."""

    seq: int
    kind: str = Field(description="started, held, progress, turn, waiting, finished")
    data: dict[str, Any]
    at: datetime
