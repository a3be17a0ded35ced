"""Questions about metrics: one typed query in, cells with their rows out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from analytics.metrics.change import as_long, explain_per
from domain.figure import Cell
from domain.message import Message, Value, message
from domain.metrics import IN_STEPS, OF_SALES, Comparison, Days, MetricQuery, Split, days_before, days_of
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
from tools.metrics.coverage import Calendar, Report, Window, in_weeks, longest_for
from tools.metrics.levels import level_of
from tools.metrics.measures import MEASURES, NEEDS_COST, Lines
from tools.metrics.parts import Compared, parts_in_steps, parts_of
from tools.metrics.results import ChannelDays, Coverage, Lagging, LeftOut, MetricAnswer, MetricLine

_SHOWN = 5


class MetricArguments(MetricQuery, ToolArguments):
    """The query itself."""


@dataclass(frozen=True)
class _Side:
    """The sales of some days, and which of the days each channel reported."""

    days: Days
    lines: Lines
    uncosted: int
    covered: Coverage | None
    channels: Mapping[str, Coverage]
    reports: Mapping[UUID, Sequence[Report]]
    is_cut: bool = False


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
        asked = [channel for channel, row in self._channels.items() if query.channel in ("", row.code)]
        self._calendar = Calendar(session, brand.currency, zone, asked)

    def answer(self) -> MetricAnswer:
        query = self._query
        days = days_of(query, self._today)
        side = self._side(days)
        fields: dict[str, Any] = {
            "metric": query.metric.value, "first_day": str(days.first), "last_day": str(days.last),
            "product": self._titles.get(query.product, ""), "channel": self._places.get(query.channel, ""),
            "covered": side.covered, "channels": self._channel_days(side, None), "left_out": self._only_longer(days),
        }  # fmt: skip
        value = self._measure.total(side.lines)
        if not side.lines or value is None:
            return MetricAnswer(status="abstained", **fields, **self._nothing(side))
        answer = MetricAnswer(
            status="told", **fields, value=self._cell(value), **self._split(side, None),
            lagging=self._lagging(side), uncosted=cells.count(side.uncosted) if side.uncosted else None,
        )  # fmt: skip
        return answer if query.comparison is Comparison.NONE else self._compared(answer, side)

    def _compared(self, answer: MetricAnswer, side: _Side) -> MetricAnswer:
        asked = days_before(self._query, side.days)
        pair = self._pair(side, self._base(asked, side))
        base, now_side = pair.base, pair.side
        was, now = self._measure.total(base.lines), self._measure.total(now_side.lines)
        fields: dict[str, Any] = {"before_first_day": str(asked.first), "before_last_day": str(asked.last)}
        if not base.lines or was is None or now is None or base.covered is None or not now_side.channels:
            return answer.model_copy(update={**fields, "reasons": [Message(key="metrics.reason.nothing_before")]})
        fields["left_out"] = [*answer.left_out, *pair.left_out]
        fields |= {"before": self._cell(was), "before_covered": base.covered, "before_cut": base.is_cut}
        fields |= {"channels": self._channel_days(side, base)}
        if now_side.lines != side.lines:
            fields["compared"] = self._cell(now)
        basis, old, new = pair.basis, was, now
        if basis != "total":
            old, new = self._averages(pair)
            fields |= {"basis": basis, "before_average": self._cell(old), "average": self._cell(new)}
        fields |= {"change": self._changed(new - old), **self._split(side, pair)}
        return answer.model_copy(update={**fields, **(self._why(pair) if self._query.why else {})})

    def _pair(self, side: _Side, base: _Side) -> "_Pair":
        """Both sides with the channels alone that can be compared with themselves; a channel that never reported
        before is new, and counts from nothing."""
        left_out: list[LeftOut] = []
        lengths: dict[str, tuple[int, int]] = {}
        spans = self._calendar.spans if set(side.channels) != set(base.channels) else {}
        for channel, row in self._channels.items():
            now, before = side.channels.get(row.code), base.channels.get(row.code)
            if now and before:
                lengths[row.code] = before.days, now.days
            elif now and channel in spans and spans[channel].first > base.days.last:
                lengths[row.code] = now.days, now.days
            elif now or before:
                days = base.days if now else side.days
                left_out.append(self._left_out(channel, "before" if now else "now", days))
        old, new = (
            replace(each, lines=[line for line in each.lines if line.channel in lengths]) for each in (base, side)
        )
        compared = [each.channels[code] for each in (base, side) for code in lengths if code in each.channels]
        return _Pair(old, new, lengths, self._basis(lengths, in_weeks(*compared)), left_out)

    def _left_out(self, channel: UUID, lacks: str, days: Days) -> LeftOut:
        title = self._places[self._channels[channel].code]
        return LeftOut(channel=title, lacks=lacks, first_day=str(days.first), last_day=str(days.last))

    def _only_longer(self, days: Days) -> list[LeftOut]:
        longer = self._calendar.only_longer(days, longest_for(days))
        return [self._left_out(channel, "days", span) for channel, span in longer.items()]

    def _basis(self, lengths: Mapping[str, tuple[int, int]], weekly: bool) -> str:
        """What the change is of: the total where every channel is reported as long on both sides; of a rate, where
        every channel is as much longer as the others."""
        if self._measure.is_sum:
            alike = all(before == now for before, now in lengths.values())
        else:
            alike = len({Fraction(before, now) for before, now in lengths.values()}) <= 1
        return "total" if alike else "per_week" if weekly and self._measure.is_sum else "per_day"

    def _averages(self, pair: "_Pair") -> list[int]:
        """Before and now, a week or day; of a rate, with every channel as long on both sides."""
        sides = (pair.base.lines, pair.side.lines)
        scaled, scale = as_long(sides, pair.lengths)
        divisor = scale if self._measure.is_sum else 1
        return [round(Fraction(self._measure.total(lines) or 0, divisor)) for lines in scaled]

    def _why(self, pair: "_Pair") -> dict[str, Any]:
        sides, explain = (pair.base.lines, pair.side.lines), self._measure.explain
        if pair.basis == "total":
            walk = explain(*sides)
        elif self._measure.is_sum:
            walk = explain_per(explain, sides, pair.lengths)
        else:
            walk = explain(*as_long(sides, pair.lengths)[0])
        ranked = sorted(walk.lines, key=lambda line: (-abs(sum(line.effects.values())), line.product, line.channel))
        moved = [line for line in ranked if sum(line.effects.values())]
        shown = [self._line(line.product, line.channel, line.effects) for line in moved[:_SHOWN]]
        effects = {_named(name): self._changed(amount) for name, amount in walk.effects.items() if amount}
        return {"effects": effects, "lines": shown, "lines_total": len(moved)}

    def _lagging(self, side: _Side) -> list[Lagging]:
        """Channels of these sales that are not reported as far as the others: what seems to have fallen may only not
        have been told yet."""
        if self._query.channel or side.covered is None:
            return []
        last = date.fromisoformat(side.covered.last_day)
        behind = [
            channel
            for channel, row in self._channels.items()
            if row.code in side.channels and date.fromisoformat(side.channels[row.code].last_day) < last
        ]
        if not behind:
            return []
        spans = self._calendar.spans
        return [
            Lagging(channel=self._places[self._channels[channel].code], last_day=str(spans[channel].last))
            for channel in behind
            if channel in spans and spans[channel].last < last
        ]

    def _base(self, asked: Days, side: _Side) -> _Side:
        """Sales of the days compared with; of each channel that is not reported to the end of the newer days as many
        from the beginning as it has reported of them."""
        whole = self._side(asked)
        cuts: dict[UUID, tuple[Window, Sequence[Report]]] = {}
        for channel, reports in whole.reports.items():
            code = self._channels[channel].code
            now, before = side.channels.get(code), whole.channels[code]
            if now is None or now.days >= before.days or date.fromisoformat(now.last_day) >= side.days.last:
                continue
            cuts[channel] = self._calendar.first_of(asked, reports, now.days)
        if not cuts:
            return whole
        kept = {channel: cuts[channel][1] if channel in cuts else reports for channel, reports in whole.reports.items()}
        windows = {window for window, _ in cuts.values()}
        lines = [line for line in whole.lines if line.channel not in {self._channels[cut].code for cut in cuts}]
        uncosted = whole.uncosted
        for window in sorted(windows, key=lambda window: window.until):
            codes = {self._channels[channel].code for channel, (until, _) in cuts.items() if until == window}
            found, _ = self._lines(window, longest_for(asked))
            lines += [line for line in found if line.channel in codes]
        return replace(self._covered(asked, kept), lines=lines, uncosted=uncosted, is_cut=True)

    def _side(self, days: Days) -> _Side:
        longest = longest_for(days)
        lines, uncosted = self._lines(self._calendar.window(days), longest)
        return replace(self._covered(days, self._calendar.within(days, longest)), lines=lines, uncosted=uncosted)

    def _covered(self, days: Days, reports: Mapping[UUID, Sequence[Report]]) -> _Side:
        """The days that these reports cover, before their sales are read."""
        longest = longest_for(days)
        every = [report for of_channel in reports.values() for report in of_channel]
        channels = {
            self._channels[channel].code: covered
            for channel, of_channel in reports.items()
            if (covered := self._calendar.coverage(days, of_channel, longest))
        }
        return _Side(days, (), 0, self._calendar.coverage(days, every, longest), channels, reports)

    def _lines(self, window: Window, longest: int) -> tuple[Lines, int]:
        """The lines of what is asked, and how many are left out as nobody said what they cost."""
        rows = sold_within(self._session, self._currency, window.since, window.until, longest)
        costed, uncosted = lines_of(rows, self._products, self._channels)
        without_cost = self._query.metric in NEEDS_COST
        kept = [line for line in (costed if without_cost else [*costed, *uncosted]) if self._is_asked(line)]
        return kept, len([line for line in uncosted if self._is_asked(line)]) if without_cost else 0

    def _channel_days(self, side: _Side, base: _Side | None) -> list[ChannelDays]:
        """The channels by the days that they reported, on both sides."""
        money = {code: sum(line.revenue_minor for line in side.lines if line.channel == code) for code in side.channels}
        groups: dict[tuple[Any, ...], list[str]] = {}
        for code in sorted(side.channels, key=lambda code: (-money[code], code)):
            now, before = side.channels[code], base.channels.get(code) if base else None
            if money[code] or not side.lines:
                groups.setdefault((_span(now), _span(before) if before else None), []).append(code)
        return [self._group(codes, side, base) for codes in groups.values()]

    def _group(self, codes: Sequence[str], side: _Side, base: _Side | None) -> ChannelDays:
        now, before = side.channels[codes[0]], base.channels.get(codes[0]) if base else None
        earlier: dict[str, Any] = {} if before is None else {
            "before_first_day": before.first_day, "before_last_day": before.last_day,
            "before_length": before.length, "before_whole": _is_whole(before),
        }  # fmt: skip
        return ChannelDays(
            channels=[self._places[code] for code in codes], first_day=now.first_day, last_day=now.last_day,
            length=now.length, whole=_is_whole(now), **earlier,
        )  # fmt: skip

    def _is_asked(self, line: Any) -> bool:
        return self._query.product in ("", line.product) and self._query.channel in ("", line.channel)

    def _split(self, side: _Side, pair: "_Pair | None") -> dict[str, Any]:
        split = self._query.split
        if split is Split.NONE:
            return {}
        if split in IN_STEPS:

            def sales_in(days: Days) -> tuple[Lines, Coverage | None]:
                lines, _ = self._lines(self._calendar.window(days), longest)
                every = [report for reports in self._calendar.within(days, longest).values() for report in reports]
                return lines, self._calendar.coverage(days, every, longest)

            longest = longest_for(side.days)
            return parts_in_steps(split, side.days, sales_in, side.lines, self._measure, self._currency)
        compared = None
        if pair is not None:
            sides, scale = (pair.base.lines, pair.side.lines), 1
            if pair.basis != "total":
                scaled, scale = as_long(sides, pair.lengths)
                sides = scaled[0], scaled[1]
            compared = Compared(pair.base.lines, sides[0], sides[1], scale if self._measure.is_sum else 1)
        return parts_of(
            split, self._titles if split is Split.PRODUCT else self._places, side.lines, compared, self._measure,
            self._currency, self._query.top,
        )  # fmt: skip

    def _line(self, sku: str, channel: str, effects: Mapping[Any, int]) -> MetricLine:
        effect_cells = {_named(name): self._changed(amount) for name, amount in effects.items() if amount}
        total = self._changed(sum(effects.values()))
        return MetricLine(
            sku=sku,
            title=self._titles[sku],
            channel=channel,
            place=self._places[channel],
            change=total,
            effects=effect_cells,
        )

    def _nothing(self, side: _Side) -> dict[str, Any]:
        """Why there is no value, and the way to one."""
        if side.uncosted:
            return _reason("no_costs")
        ever = self._calendar.ever()
        if ever is None:
            return _reason("never_sold")
        if side.covered:
            return _reason("none_of_this")
        if longer := next(iter(self._calendar.only_longer(side.days, longest_for(side.days)).values()), None):
            return _reason("as_one_period", first=longer.first, last=longer.last)
        return _reason("not_these_days", first=ever.first, last=ever.last)

    def _cell(self, value: int) -> Cell:
        return self._measure.cell(value, self._currency)

    def _changed(self, value: int) -> Cell:
        return self._measure.changed(value, self._currency)


@dataclass(frozen=True)
class _Pair:
    """Two sides that can be compared; how many days each channel reported of them, before and now."""

    base: _Side
    side: _Side
    days: Mapping[str, tuple[int, int]]
    basis: str
    left_out: Sequence[LeftOut]

    @property
    def lengths(self) -> tuple[dict[str, int], dict[str, int]]:
        """By how much each channel's total is divided, before and now."""
        unit = 7 if self.basis == "per_week" else 1
        before, now = ({code: days[at] // unit for code, days in self.days.items()} for at in (0, 1))
        return before, now


def _span(covered: Coverage) -> tuple[str, str, int]:
    return covered.first_day, covered.last_day, covered.days


def _is_whole(covered: Coverage) -> bool:
    first, last = (date.fromisoformat(day) for day in (covered.first_day, covered.last_day))
    return covered.days == Days(first=first, last=last).count


def _reason(code: str, **values: Value) -> dict[str, Any]:
    return {"reasons": [message(f"metrics.reason.{code}", **values)]}


def _named(effect: str) -> str:
    """An effect's name in answers: of what varies with a sale, only the goods' cost is reported here."""
    return "unit_cost" if effect == "variable_costs" else effect


def _known(code: str, codes: Mapping[str, str], kind: str) -> None:
    if code and code not in codes:
        raise Retry(f"There is no {kind} {code}.")


BRAND_METRIC = Tool("brand_metric", Access.ANALYSE, MetricArguments, MetricAnswer, brand_metric)
