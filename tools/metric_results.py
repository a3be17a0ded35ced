"""What a question about a metric is answered with."""

from pydantic import Field

from domain.figure import Cell
from tools.base import ToolResult


class Line(ToolResult):
    """One product in one channel, and what it did to the change."""

    sku: str
    title: str
    channel: str
    change: Cell
    effects: dict[str, Cell]


class Part(ToolResult):
    """One part of a split."""

    code: str
    title: str
    value: Cell
    before: Cell | None = None
    change: Cell | None = None


class MetricAnswer(ToolResult):
    """The metric over its days, and against others where that was asked; `because` where there is no value."""

    metric: str
    status: str = Field(description="told, or abstained")
    because: str = ""
    german_because: str = ""
    first_day: str = ""
    last_day: str = ""
    before_first_day: str = ""
    before_last_day: str = ""
    value: Cell | None = None
    before: Cell | None = None
    change: Cell | None = None
    effects: dict[str, Cell] = Field(default_factory=dict, description="they add up to the change")
    lines: list[Line] = Field(default_factory=list, description="those that contribute most")
    lines_total: int = 0
    parts: list[Part] = Field(default_factory=list)
    uncosted: Cell | None = Field(default=None, description="lines left out of a margin: nobody said what they cost")
