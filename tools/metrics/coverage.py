"""The days that sales are reported for, so that no label claims others and both sides of a comparison are alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.figure import Cell
from domain.metrics import Days
from store.reads.metrics import ever_reported, reported_near
from store.session import BrandSession
from tools.metrics.results import Coverage

_DAY, _HALF_DAY = timedelta(days=1), timedelta(hours=12)


@dataclass(frozen=True)
class Report:
    """A period that was reported, by the brand's calendar, and the moment in its middle."""

    days: Days
    middle: datetime


class Calendar:
    """A brand's reports by its own calendar, of all channels or one."""

    def __init__(self, session: BrandSession, currency: str, zone: ZoneInfo, channel: UUID | None) -> None:
        self._session, self._currency, self._zone, self._channel = session, currency, zone, channel

    def of_channel(self, channel: UUID) -> "Calendar":
        return Calendar(self._session, self._currency, self._zone, channel)

    def moments(self, days: Days) -> tuple[datetime, datetime]:
        """The midnights that these days begin and end at, in the brand's zone."""
        return self._midnight(days.first), self._midnight(days.last + _DAY)

    def reports(self, days: Days) -> Sequence[Report]:
        """The reports that touch these days, and those near."""
        since, until = self.moments(days)
        rows = reported_near(self._session, self._currency, since, until + _DAY, self._channel)
        return [self._report(begun, length) for begun, length in rows]

    def within(self, days: Days, longest: int) -> Sequence[Report]:
        """The reports that belong to these days: at most `longest` days long, their middle within them."""
        since, until = self.moments(days)
        return [
            report for report in self.reports(days) if report.days.count <= longest and since <= report.middle < until
        ]

    def coverage(self, days: Days, longest: int) -> Coverage | None:
        """The reported part of these days; None where nothing of them is reported."""
        inside = self.within(days, longest)
        if not inside:
            return None
        known_days = days_in(report.days for report in self.reports(days) if report.days.count <= longest)
        reported = days_in(report.days for report in inside)
        return Coverage(
            first_day=str(min(reported)),
            last_day=str(max(reported)),
            periods=len(inside),
            days=len(reported),
            complete=days_in([days]) <= known_days,
            length=_length(inside, len(reported)),
        )

    def first_of(self, days: Days, longest: int, count: int) -> Days:
        """These days up to the one on which so many of them are reported."""
        reported = sorted(days_in(report.days for report in self.within(days, longest)))
        return Days(first=days.first, last=min(max(reported[:count][-1], days.first), days.last))

    def too_long(self, days: Days, longest: int) -> Days | None:
        """A longer period that these days were reported in only as a part of it."""
        return next(
            (report.days for report in self.reports(days) if report.days.count > longest and _meet(report.days, days)),
            None,
        )

    def ever(self) -> Days | None:
        """The days from the first to the last that was ever reported; None where none was."""
        span = ever_reported(self._session)
        return None if span is None else Days(first=self._day(span[0]), last=self._day(span[1]) - _DAY)

    def _report(self, begun: datetime, length: int) -> Report:
        first = self._day(begun)
        return Report(Days(first=first, last=first + (length - 1) * _DAY), begun + length * _HALF_DAY)

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


def _length(reports: Sequence[Report], days: int) -> Cell:
    if all(report.days.count == 7 for report in reports) and days == 7 * len(reports):
        return Cell(value=len(reports), unit="weeks")
    return Cell(value=days, unit="days")
