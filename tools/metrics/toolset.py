"""Questions about metrics: one typed query in, cells with their rows out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from analytics.metrics.change import explain_per
from domain.figure import Cell
from domain.message import Message, Value, message
from domain.metrics import IN_STEPS, OF_SALES, Comparison, Days, MetricQuery, Period, Split, days_before, days_of
from store.reads.metrics import sold_within
from store.reads.pricing.prices import channels as channels_of
from store.reads.products import products_by_id
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Channel, Product
from tools import cells
from tools.base import Access, Retry, Tool, ToolAnswer, ToolArguments, ToolEnv
from tools.finance.book import rows_of
from tools.finance.trade_lines import lines_of
from tools.metrics.coverage import Calendar, in_weeks, longest_for
from tools.metrics.levels import level_of
from tools.metrics.measures import MEASURES, NEEDS_COST, Lines
from tools.metrics.parts import parts_in_steps, parts_of
from tools.metrics.results import Coverage, Lagging, MetricAnswer, MetricLine

_SHOWN = 5


class MetricArguments(MetricQuery, ToolArguments):
    """The query itself."""


@dataclass(frozen=True)
class _Side:
    """The sales of some days, and which of the days are reported."""

    days: Days
    lines: Lines
    uncosted: int
    covered: Coverage | None


def brand_metric(session: BrandSession, env: ToolEnv, args: MetricArguments) -> ToolAnswer:
    """Tell a metric of the brand over some days of its own calendar: revenue, units, margin, margin_rate,
    average_price (without VAT, as sales were reported), or as it stands now: stock, stock_outs, receivables, overdue,
    cash. With a comparison, the change, of totals where both sides are as long, else a week or day; with why, what
    the change consists of, and the lines that contribute most."""
    if args.metric not in OF_SALES:
        return level_of(session, env, args)
    sales = _Sales(session, args)
    return ToolAnswer(sales.answer(), rows_of(session, env, "sales_fact", "product", "channel"))


class _Sales:
    """A metric of sales."""

    def __init__(self, session: BrandSession, query: MetricQuery) -> None:
        self._session, self._query, self._measure = session, query, MEASURES[query.metric]
        brand = brand_of(session)
        self._currency, zone = brand.currency, ZoneInfo(brand.zone)
        self._today = session.ctx.known_until.astimezone(zone).date()
        self._products: Mapping[UUID, Product] = products_by_id(session)
        self._channels: Mapping[UUID, Channel] = {row.id: row for row in channels_of(session)}
        self._titles = {row.sku: row.title or row.sku for row in self._products.values()}
        self._places = {row.code: row.title or row.code for row in self._channels.values()}
        _known(query.product, self._titles, "product")
        _known(query.channel, self._places, "channel")
        asked = next((row.id for row in self._channels.values() if row.code == query.channel), None)
        self._calendar = Calendar(session, brand.currency, zone, asked)

    def answer(self) -> MetricAnswer:
        query = self._query
        days = days_of(query, self._today)
        side = self._side(days, longest_for(days))
        fields: dict[str, Any] = {
            "metric": query.metric.value, "first_day": str(days.first), "last_day": str(days.last),
            "product": self._titles.get(query.product, ""), "channel": self._places.get(query.channel, ""),
            "covered": side.covered,
        }  # fmt: skip
        value = self._measure.total(side.lines)
        if not side.lines or value is None:
            return MetricAnswer(status="abstained", **fields, **self._nothing(side))
        answer = MetricAnswer(
            status="told", **fields, value=self._cell(value), **self._split(side, None, (1, 1)),
            uncosted=cells.count(side.uncosted) if side.uncosted else None,
        )  # fmt: skip
        if query.comparison is not Comparison.NONE:
            return self._compared(answer, side)
        return answer.model_copy(update={"lagging": self._lagging(side, side.lines)})

    def _compared(self, answer: MetricAnswer, side: _Side) -> MetricAnswer:
        asked = days_before(self._query, side.days)
        base = self._base(asked, side)
        was, now = self._measure.total(base.lines), self._measure.total(side.lines)
        fields: dict[str, Any] = {"before_first_day": str(asked.first), "before_last_day": str(asked.last)}
        if not base.lines or was is None or now is None or base.covered is None or side.covered is None:
            return answer.model_copy(update={**fields, "reasons": [Message(key="metrics.reason.nothing_before")]})
        fields["lagging"] = self._lagging(side, [*base.lines, *side.lines])
        fields |= {"before": self._cell(was), "before_covered": base.covered, "before_cut": base.days != asked}
        lengths, basis = self._basis(base.covered, side.covered)
        averages = [round(Fraction(total, length)) for total, length in zip((was, now), lengths, strict=True)]
        if basis != "total":
            fields |= {"basis": basis, "before_average": self._cell(averages[0]), "average": self._cell(averages[1])}
        fields |= {"change": self._changed(averages[1] - averages[0]), **self._split(side, base, lengths)}
        return answer.model_copy(update={**fields, **(self._why(base, side, lengths) if self._query.why else {})})

    def _basis(self, base: Coverage, side: Coverage) -> tuple[tuple[int, int], str]:
        """Divisors that make the totals before and now comparable, and the basis: total, per_week or per_day."""
        if not self._measure.is_sum or base.days == side.days:
            return (1, 1), "total"
        if in_weeks(base, side):
            return (base.periods, side.periods), "per_week"
        return (base.days, side.days), "per_day"

    def _why(self, base: _Side, side: _Side, lengths: tuple[int, int]) -> dict[str, Any]:
        alike = lengths == (1, 1)
        explain = self._measure.explain
        walk = explain(base.lines, side.lines) if alike else explain_per(explain, (base.lines, side.lines), lengths)
        ranked = sorted(walk.lines, key=lambda line: (-abs(sum(line.effects.values())), line.product, line.channel))
        moved = [line for line in ranked if sum(line.effects.values())]
        shown = [self._line(line.product, line.channel, line.effects) for line in moved[:_SHOWN]]
        effects = {_named(name): self._changed(amount) for name, amount in walk.effects.items() if amount}
        return {"effects": effects, "lines": shown, "lines_total": len(moved)}

    def _lagging(self, side: _Side, lines: Lines) -> list[Lagging]:
        """Channels that sold something but are not reported as far as the others: what seems to have fallen may only
        not have been told yet."""
        lagging: list[Lagging] = []
        sold = {line.channel for line in lines}
        for row in self._channels.values():
            if self._query.channel or row.code not in sold or side.covered is None:
                continue
            there = self._calendar.of_channel(row.id).coverage(side.days, longest_for(side.days))
            if there is None or there.last_day < side.covered.last_day:
                lagging.append(Lagging(channel=self._places[row.code], last_day=there.last_day if there else ""))
        return lagging

    def _base(self, asked: Days, side: _Side) -> _Side:
        """Sales of the days compared with; as many from their beginning, where the newer are reported only in part."""
        whole = self._side(asked, longest_for(asked))
        if not whole.covered or not side.covered or side.covered.days >= whole.covered.days:
            return whole
        if date.fromisoformat(side.covered.last_day) >= side.days.last:
            return whole
        cut = self._calendar.first_of(asked, longest_for(asked), side.covered.days)
        base = self._side(cut, longest_for(asked))
        return base if base.lines else whole

    def _side(self, days: Days, longest: int) -> _Side:
        rows = sold_within(self._session, self._currency, *self._calendar.moments(days), longest)
        costed, uncosted = lines_of(rows, self._products, self._channels)
        without_cost = self._query.metric in NEEDS_COST
        kept = [line for line in (costed if without_cost else [*costed, *uncosted]) if self._is_asked(line)]
        left_out = len([line for line in uncosted if self._is_asked(line)]) if without_cost else 0
        return _Side(days, kept, left_out, self._calendar.coverage(days, longest))

    def _is_asked(self, line: Any) -> bool:
        return self._query.product in ("", line.product) and self._query.channel in ("", line.channel)

    def _split(self, side: _Side, base: _Side | None, lengths: tuple[int, int]) -> dict[str, Any]:
        split = self._query.split
        if split is Split.NONE:
            return {}
        if split in IN_STEPS:
            longest = longest_for(side.days)

            def sales_in(days: Days) -> tuple[Lines, Coverage | None]:
                step = self._side(days, longest)
                return step.lines, step.covered

            return parts_in_steps(split, side.days, sales_in, side.lines, self._measure, self._currency)
        return parts_of(
            split, self._titles if split is Split.PRODUCT else self._places, side.lines, base.lines if base else None,
            lengths, self._measure, self._currency, self._query.top,
        )  # fmt: skip

    def _line(self, sku: str, channel: str, effects: Mapping[Any, int]) -> MetricLine:
        effect_cells = {_named(name): self._changed(amount) for name, amount in effects.items() if amount}
        total = self._changed(sum(effects.values()))
        return MetricLine(sku=sku, title=self._titles[sku], channel=channel, change=total, effects=effect_cells)

    def _nothing(self, side: _Side) -> dict[str, Any]:
        """Why there is no value, and the way to one."""
        if side.uncosted:
            return _reason("no_costs")
        ever = self._calendar.ever()
        if ever is None:
            return _reason("never_sold")
        if side.covered:
            return _reason("none_of_this")
        if longer := self._calendar.too_long(side.days, longest_for(side.days)):
            return _reason("as_one_period", first=str(longer.first), last=str(longer.last))
        after = ever.last + timedelta(days=1)
        past = self._query.period is not Period.BETWEEN and after <= self._today
        hint = [message("metrics.reason.ask_as_of", day=str(after))] if past else []
        return _reason("not_these_days", first=str(ever.first), last=str(ever.last), hint=hint)

    def _cell(self, value: int) -> Cell:
        return self._measure.cell(value, self._currency)

    def _changed(self, value: int) -> Cell:
        return self._measure.changed(value, self._currency)


def _reason(code: str, **values: Value) -> dict[str, Any]:
    return {"reasons": [message(f"metrics.reason.{code}", **values)]}


def _named(effect: str) -> str:
    """An effect's name in answers: of what varies with a sale, only the goods' cost is reported here."""
    return "unit_cost" if effect == "variable_costs" else effect


def _known(code: str, codes: Mapping[str, str], kind: str) -> None:
    if code and code not in codes:
        raise Retry(f"There is no {kind} {code}.")


METRIC_TOOLS = (Tool("brand_metric", Access.ANALYSE, MetricArguments, MetricAnswer, brand_metric),)
