"""Measures of sales: how each metric is counted, explained and shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from analytics.finance.margins import Contribution
from analytics.metrics import change
from domain.figure import Cell
from domain.metrics import Metric

Lines = Sequence[Contribution]


@dataclass(frozen=True)
class Measure:
    """`is_sum`: whether it adds up over products and days; a rate or an average price does not."""

    total: Callable[[Lines], int | None]
    explain: Callable[[Lines, Lines], change.Change]
    unit: Callable[[str], str]
    is_sum: bool = True

    def cell(self, value: int, currency: str) -> Cell:
        unit = self.unit(currency)
        return Cell(value=value, unit=unit, decimals=1 if unit == "bps" else 0)

    def changed(self, value: int, currency: str) -> Cell:
        """A change of a rate is told in percentage points: per cent would be of the rate."""
        cell = self.cell(value, currency)
        return cell.model_copy(update={"unit": "points"}) if cell.unit == "bps" else cell


def _ratio(
    over: Callable[[Contribution], int], under: Callable[[Contribution], int], scale: int
) -> Callable[[Lines], int | None]:
    def total(lines: Lines) -> int | None:
        whole = sum(map(under, lines))
        return round(scale * sum(map(over, lines)) / whole) if whole else None

    return total


def _money(currency: str) -> str:
    return f"{currency}.minor"


MEASURES: Mapping[Metric, Measure] = {
    Metric.REVENUE: Measure(lambda lines: sum(line.revenue_minor for line in lines), change.explain_revenue, _money),
    Metric.UNITS: Measure(lambda lines: sum(line.units for line in lines), change.explain_units, lambda _: "units"),
    Metric.MARGIN: Measure(lambda lines: sum(line.contribution_minor for line in lines), change.explain_margin, _money),
    Metric.MARGIN_RATE: Measure(
        _ratio(lambda line: line.contribution_minor, lambda line: line.revenue_minor, 10_000),
        change.explain_margin_rate,
        lambda _: "bps",
        is_sum=False,
    ),
    Metric.AVERAGE_PRICE: Measure(
        _ratio(lambda line: line.revenue_minor, lambda line: line.units, 1),
        change.explain_average_price,
        _money,
        is_sum=False,
    ),
}
NEEDS_COST = frozenset({Metric.MARGIN, Metric.MARGIN_RATE})
