"""The answer to a question about a metric."""

from pydantic import Field

from domain.figure import Cell
from domain.message import Message
from tools.base import ToolResult

MOST_PARTS = 5
"""The most rows of a split where the question names no number: what is left beyond these is one of them."""


def parts_shown(count: int, top: int | None) -> int:
    """How many of so many parts are told one by one."""
    return top or (count if count <= MOST_PARTS else MOST_PARTS - 1)


class MetricLine(ToolResult):
    """One product in one channel, and what it did to the change."""

    sku: str
    title: str
    channel: str
    place: str = Field(default="", description="the channel's title")
    change: Cell
    effects: dict[str, Cell]


class Part(ToolResult):
    """One part of a split; of a week, `code` is the first day that is reported of it, of a month, its first day."""

    code: str
    title: str
    value: Cell
    before: Cell | None = None
    change: Cell | None = None
    length: Cell | None = Field(default=None, description="how much is reported of it, where it is a week or month")


class Lagging(ToolResult):
    """A channel that is reported less far than the others."""

    channel: str
    last_day: str = Field(description="the last day that it ever reported")


class LeftOut(ToolResult):
    """A channel that is not in an answer, or not in its comparison: what it lacks, and the days meant."""

    channel: str
    lacks: str = Field(description="days: it reports only as a part of longer ones; now, or before: nothing reported")
    first_day: str
    last_day: str


class ChannelDays(ToolResult):
    """Channels that reported the same days, and the same days of what is compared with."""

    channels: list[str]
    first_day: str
    last_day: str
    length: Cell
    whole: bool = Field(description="whether every day from the first to the last is reported")
    before_first_day: str = ""
    before_last_day: str = ""
    before_length: Cell | None = None
    before_whole: bool = True


class Coverage(ToolResult):
    """Which of the days that were asked about sales are reported for; reports belong to the days that their middle
    lies in, so that the weeks of a month begin and end near its ends."""

    first_day: str = Field(description="of the first report")
    last_day: str = Field(description="of the last report")
    periods: int = Field(description="how many periods are reported: days, weeks, or whatever the brand reports by")
    days: int = Field(description="how many days these have together")
    complete: bool = Field(description="whether every day that was asked about is reported")
    length: Cell = Field(description="weeks, days, or a count of periods")


class MetricAnswer(ToolResult):
    """The metric over its days, and against others where that was asked; `reasons` where there is no value."""

    metric: str
    product: str = Field(default="", description="the title, where one was asked about")
    channel: str = Field(default="", description="the title, where one was asked about")
    status: str = Field(description="told, or abstained")
    channels: list[ChannelDays] = Field(
        default_factory=list, description="the days of each channel, those of most money first"
    )
    lagging: list[Lagging] = Field(default_factory=list, description="channels not reported as far as the others")
    left_out: list[LeftOut] = Field(default_factory=list, description="channels that are not in it or not compared")
    reasons: list[Message] = Field(default_factory=list)
    first_day: str = ""
    last_day: str = ""
    covered: Coverage | None = Field(default=None, description="of the value")
    before_first_day: str = ""
    before_last_day: str = ""
    before_covered: Coverage | None = Field(default=None, description="of what it is compared with")
    before_cut: bool = Field(
        default=False,
        description="whether the base is cut: of each channel to as many days from its beginning as it reported here",
    )
    value: Cell | None = None
    compared: Cell | None = Field(default=None, description="what of the value is compared, where that is not all")
    before: Cell | None = None
    basis: str = Field(
        default="total",
        description="total; or per_week, per_day, where the sides are of different lengths: what the change is of",
    )
    average: Cell | None = Field(
        default=None,
        description="value a week or day, where that is the basis, each channel by the days that it reported; of a "
        "rate, with every channel as long on both sides",
    )
    before_average: Cell | None = None
    change: Cell | None = None
    effects: dict[str, Cell] = Field(default_factory=dict, description="they add up to the change")
    lines: list[MetricLine] = Field(default_factory=list, description="those that contribute most")
    lines_total: int = 0
    split: str = ""
    parts: list[Part] = Field(default_factory=list, description="the largest, or the weeks or months in their order")
    rest: Part | None = Field(default=None, description="all other parts together, or what rounding leaves")
    rest_parts: Cell | None = Field(default=None, description="how many these are; none where it is rounding")
    uncosted: Cell | None = Field(default=None, description="lines left out of a margin: nobody said what they cost")
