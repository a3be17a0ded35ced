"""The days that each channel reported its sales for, so that no label claims others and both sides are alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.figure import Cell
from domain.metrics import Days
from store.reads.metrics import ever_reported, reported_near
from store.session import BrandSession
from tools.metrics.results import Coverage

_DAY, _HALF_DAY, _MOMENT = timedelta(days=1), timedelta(hours=12), timedelta(seconds=1)


@dataclass(frozen=True)
class Report:
    """A period that a channel reported, by the brand's calendar, and the moment in its middle."""

    channel: UUID
    days: Days
    middle: datetime


@dataclass(frozen=True)
class Window:
    """The moments that the middles of reports lie between."""

    since: datetime
    until: datetime


class Calendar:
    """A brand's reports by its own calendar, of these channels."""

    def __init__(self, session: BrandSession, currency: str, zone: ZoneInfo, channels: Iterable[UUID]) -> None:
        self._session, self._currency, self._zone, self._channels = session, currency, zone, frozenset(channels)

    def window(self, days: Days) -> Window:
        """From the midnight that these days begin at to the one that they end at, in the brand's zone."""
        return Window(self._midnight(days.first), self._midnight(days.last + _DAY))

    def reports(self, days: Days) -> Sequence[Report]:
        """The reports that touch these days, and those near."""
        window = self.window(days)
        rows = reported_near(self._session, self._currency, window.since, window.until + _DAY)
        return [self._report(*row) for row in rows if row[0] in self._channels]

    def within(self, days: Days, longest: int) -> Mapping[UUID, Sequence[Report]]:
        """The reports that belong to these days by channel: at most `longest` days long, their middle within them."""
        window = self.window(days)
        by_channel: dict[UUID, list[Report]] = {}
        for report in self.reports(days):
            if report.days.count <= longest and window.since <= report.middle < window.until:
                by_channel.setdefault(report.channel, []).append(report)
        return by_channel

    def coverage(self, days: Days, reports: Sequence[Report], longest: int) -> Coverage | None:
        """The part of these days that these reports cover; None where that is nothing."""
        if not reports:
            return None
        channels = {report.channel for report in reports}
        near = [report for report in self.reports(days) if report.channel in channels and report.days.count <= longest]
        reported, known_days = days_in(report.days for report in reports), days_in(report.days for report in near)
        periods = len({(report.days.first, report.days.last) for report in reports})
        return Coverage(
            first_day=str(min(reported)),
            last_day=str(max(reported)),
            periods=periods,
            days=len(reported),
            complete=days_in([days]) <= known_days,
            length=_length(reports, periods, len(reported)),
        )

    def first_of(self, days: Days, reports: Sequence[Report], count: int) -> tuple[Window, Sequence[Report]]:
        """So much of a channel's reports of these days from their beginning that they cover so many days."""
        taken: list[Report] = []
        for report in sorted(reports, key=lambda report: report.days.first):
            if taken and len(days_in([other.days for other in (*taken, report)])) > count:
                break
            taken.append(report)
        return Window(self.window(days).since, max(report.middle for report in taken) + _MOMENT), taken

    def only_longer(self, days: Days, longest: int) -> Mapping[UUID, Days]:
        """The longer period in which channels reported these days as a part, of those that reported them only so."""
        longer = {
            report.channel: report.days
            for report in self.reports(days)
            if report.days.count > longest and _meet(report.days, days)
        }
        inside = self.within(days, longest)
        return {channel: span for channel, span in longer.items() if channel not in inside}

    @cached_property
    def spans(self) -> Mapping[UUID, Days]:
        """The days from the first to the last that each channel ever reported."""
        ever = ever_reported(self._session)
        return {
            channel: Days(first=self._day(begun), last=self._day(ended) - _DAY)
            for channel, (begun, ended) in ever.items()
            if channel in self._channels
        }

    def ever(self) -> Days | None:
        """The days from the first to the last that was ever reported; None where none was."""
        spans = list(self.spans.values())
        return Days(first=min(span.first for span in spans), last=max(span.last for span in spans)) if spans else None

    def _report(self, channel: UUID, begun: datetime, length: int) -> Report:
        first = self._day(begun)
        return Report(channel, Days(first=first, last=first + (length - 1) * _DAY), begun + length * _HALF_DAY)

    def _day(self, moment: datetime) -> date:
        """The day that a report begins on, whatever hour near midnight its source calls that."""
        return (moment + _HALF_DAY).astimezone(self._zone).date()

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)


def longest_for(days: Days) -> int:
    """The most days that a report on these days may cover: a week's tells nothing of one of its days."""
    return days.count * 8 // 7


def days_in(spans: Iterable[Days]) -> frozenset[date]:
    return frozenset(span.first + at * _DAY for span in spans for at in range(span.count))


def in_weeks(*sides: Coverage) -> bool:
    """Whether averages a week can be told: whole weeks are what is reported."""
    return all(side.days == 7 * side.periods for side in sides)


def _meet(days: Days, other: Days) -> bool:
    return days.first <= other.last and other.first <= days.last


def _length(reports: Sequence[Report], periods: int, days: int) -> Cell:
    if all(report.days.count == 7 for report in reports) and days == 7 * periods:
        return Cell(value=periods, unit="weeks")
    return Cell(value=days, unit="days")
