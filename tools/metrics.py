"""Questions about metrics: one typed query in, cells with their rows out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from analytics import metric_change as change
from analytics.margins import Contribution
from domain.figure import Cell
from domain.metrics import OF_SALES, Comparison, Days, Metric, MetricQuery, Split, days_before, days_of
from store.reads.metrics import last_reported, sold_within
from store.reads.pricing import channels as channels_of
from store.reads.products import products_by_id
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Channel, Product
from tools.base import Access, Retry, Tool, ToolAnswer, ToolArguments, ToolEnv
from tools.finance_book import rows_of
from tools.metric_levels import level_of
from tools.metric_results import Line, MetricAnswer, Part
from tools.trade_lines import lines_of

_SHOWN = 5
Lines = Sequence[Contribution]


class MetricArguments(MetricQuery, ToolArguments):
    """The query itself."""


@dataclass(frozen=True)
class _Measure:
    """How a metric is counted, explained and shown."""

    total: Callable[[Lines], int | None]
    explain: Callable[[Lines, Lines], change.Change]
    unit: Callable[[str], str]


def _ratio(
    over: Callable[[Contribution], int], under: Callable[[Contribution], int], scale: int
) -> Callable[[Lines], int | None]:
    def total(lines: Lines) -> int | None:
        whole = sum(map(under, lines))
        return round(scale * sum(map(over, lines)) / whole) if whole else None

    return total


_MEASURES: Mapping[Metric, _Measure] = {
    Metric.REVENUE: _Measure(
        lambda lines: sum(one.revenue_minor for one in lines), change.explain_revenue, lambda money: f"{money}.minor"
    ),
    Metric.UNITS: _Measure(lambda lines: sum(one.units for one in lines), change.explain_units, lambda _: "units"),
    Metric.MARGIN: _Measure(
        lambda lines: sum(one.contribution_minor for one in lines),
        change.explain_margin,
        lambda money: f"{money}.minor",
    ),
    Metric.MARGIN_RATE: _Measure(
        _ratio(lambda one: one.contribution_minor, lambda one: one.revenue_minor, 10_000),
        change.explain_margin_rate,
        lambda _: "bps",
    ),
    Metric.AVERAGE_PRICE: _Measure(
        _ratio(lambda one: one.revenue_minor, lambda one: one.units, 1),
        change.explain_average_price,
        lambda money: f"{money}.minor",
    ),
}
_NEEDS_COST = frozenset({Metric.MARGIN, Metric.MARGIN_RATE})


def brand_metric(session: BrandSession, env: ToolEnv, args: MetricArguments) -> ToolAnswer:
    """Tell a metric of the brand over some days of its own calendar: revenue, units, margin, margin_rate,
    average_price (without VAT, as sales were reported), or as it stands now: stock, stock_outs, receivables, overdue,
    cash. With a comparison, the change; with why, what the change consists of, and the lines that contribute most."""
    if args.metric not in OF_SALES:
        return level_of(session, env, args)
    found = _Sales(session, args)
    return ToolAnswer(found.answer(), rows_of(session, env, "sales_fact", "product", "channel"))


class _Sales:
    """A metric of sales."""

    def __init__(self, session: BrandSession, query: MetricQuery) -> None:
        self._session, self._query, self._measure = session, query, _MEASURES[query.metric]
        brand = brand_of(session)
        self._currency, self._zone = brand.currency, ZoneInfo(brand.zone)
        self._products: Mapping[UUID, Product] = products_by_id(session)
        self._channels: Mapping[UUID, Channel] = {row.id: row for row in channels_of(session)}
        self._titles = {row.sku: row.title or row.sku for row in self._products.values()}
        self._places = {row.code: row.title or row.code for row in self._channels.values()}
        _known(query.product, self._titles, "product")
        _known(query.channel, self._places, "channel")

    def answer(self) -> MetricAnswer:
        query, today = self._query, self._session.ctx.known_until.astimezone(self._zone).date()
        days = days_of(query, today)
        lines, uncosted = self._lines(days)
        told: dict[str, Any] = {"metric": query.metric.value, "first_day": str(days.first), "last_day": str(days.last)}
        value = self._measure.total(lines)
        if not lines or value is None:
            return MetricAnswer(status="abstained", **told, **self._nothing(uncosted))
        answer = MetricAnswer(
            status="told", **told, value=self._cell(value), parts=self._parts(lines, None),
            uncosted=Cell(value=uncosted, unit="count") if uncosted else None,
        )  # fmt: skip
        return answer if query.comparison is Comparison.NONE else self._compared(answer, lines, days)

    def _compared(self, answer: MetricAnswer, lines: Lines, days: Days) -> MetricAnswer:
        earlier = days_before(self._query, days)
        before, _ = self._lines(earlier)
        was, now = self._measure.total(before), self._measure.total(lines)
        told = {"before_first_day": str(earlier.first), "before_last_day": str(earlier.last)}
        if not before or was is None or now is None:
            because = {
                "because": "nothing was reported for the days before",
                "german_because": "für die Zeit davor ist nichts gemeldet",
            }
            return answer.model_copy(update={**told, **because})
        told_change = {"before": self._cell(was), "change": self._cell(now - was), "parts": self._parts(lines, before)}
        if not self._query.why:
            return answer.model_copy(update={**told, **told_change})
        walk = self._measure.explain(before, lines)
        ranked = sorted(walk.lines, key=lambda one: (-abs(sum(one.effects.values())), one.product, one.channel))
        moved = [one for one in ranked if sum(one.effects.values())]
        shown = [self._line(one.product, one.channel, one.effects) for one in moved[:_SHOWN]]
        effects = {_named(name): self._cell(amount) for name, amount in walk.effects.items() if amount}
        more = {"effects": effects, "lines": shown, "lines_total": len(moved)}
        return answer.model_copy(update={**told, **told_change, **more})

    def _lines(self, days: Days) -> tuple[Lines, int]:
        since, until = self._midnight(days.first), self._midnight(days.last + timedelta(days=1))
        rows = sold_within(self._session, self._currency, since, until)
        costed, uncosted = lines_of(rows, self._products, self._channels)
        without_cost = self._query.metric in _NEEDS_COST
        kept = [one for one in (costed if without_cost else [*costed, *uncosted]) if self._is_asked(one)]
        return kept, len([one for one in uncosted if self._is_asked(one)]) if without_cost else 0

    def _is_asked(self, one: Contribution) -> bool:
        return self._query.product in ("", one.product) and self._query.channel in ("", one.channel)

    def _parts(self, lines: Lines, before: Lines | None) -> list[Part]:
        if self._query.split is Split.NONE:
            return []
        by_product = self._query.split is Split.PRODUCT
        titles = self._titles if by_product else self._places

        def key(one: Contribution) -> str:
            return one.product if by_product else one.channel

        codes = {key(one) for one in (*lines, *(before or ()))}
        parts = [self._part(code, titles[code], lines, before, key) for code in codes]
        return sorted(parts, key=lambda part: (-part.value.value, part.code))

    def _part(
        self, code: str, title: str, lines: Lines, before: Lines | None, key: Callable[[Contribution], str]
    ) -> Part:
        now = self._measure.total([one for one in lines if key(one) == code]) or 0
        if before is None:
            return Part(code=code, title=title, value=self._cell(now))
        was = self._measure.total([one for one in before if key(one) == code]) or 0
        return Part(code=code, title=title, value=self._cell(now), before=self._cell(was), change=self._cell(now - was))

    def _line(self, sku: str, channel: str, effects: Mapping[Any, int]) -> Line:
        told = {_named(name): self._cell(amount) for name, amount in effects.items() if amount}
        total = self._cell(sum(effects.values()))
        return Line(sku=sku, title=self._titles[sku], channel=channel, change=total, effects=told)

    def _nothing(self, uncosted: int) -> dict[str, Any]:
        if uncosted:
            return {
                "because": "no sale of these days says what its goods had cost",
                "german_because": "kein Verkauf dieser Tage nennt, was die Ware gekostet hat",
            }
        last = last_reported(self._session)
        if last is None:
            return {"because": "no sales were ever reported", "german_because": "es sind nie Verkäufe gemeldet worden"}
        day = (last - timedelta(hours=12)).astimezone(self._zone).date()
        return {
            "because": f"no sales are reported for these days; the last that are go to {day}",
            "german_because": f"für diese Tage sind keine Verkäufe gemeldet; die letzten gehen bis {day}",
        }

    def _cell(self, value: int) -> Cell:
        unit = self._measure.unit(self._currency)
        return Cell(value=value, unit=unit, decimals=1 if unit == "bps" else 0)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)


def _named(effect: str) -> str:
    """What varies with a sale is the goods' cost here: nothing else is reported with it."""
    return "unit_cost" if effect == "variable_costs" else effect


def _known(code: str, codes: Mapping[str, str], what: str) -> None:
    if code and code not in codes:
        raise Retry(f"There is no {what} {code}.")


METRIC_TOOLS = (Tool("brand_metric", Access.ANALYSE, MetricArguments, MetricAnswer, brand_metric),)
