"""Stock of a shelf by sales period, from counts, deliveries and sales."""

from collections.abc import Sequence
from typing import NamedTuple

from analytics.stands.sell_through import CountedInterval
from analytics.statistics.errors import InvalidNumbers

_NOTHING = 0.5


class ShelfMark(NamedTuple):
    """At a time in days: units counted on the shelf, or (not `is_count`) units that came."""

    day: float
    units: int
    is_count: bool


class SoldPeriod(NamedTuple):
    """Units sold from `start` to `end`, in days."""

    start: float
    end: float
    units: int


class ShelfPeriod(NamedTuple):
    """A sales period with its demand, None where the shelf was empty throughout; `in_stock` if it never was empty."""

    interval: CountedInterval | None
    in_stock: bool


def shelf_periods(marks: Sequence[ShelfMark], sold: Sequence[SoldPeriod]) -> list[ShelfPeriod]:
    """Each sales period with its stock; marks and periods in the order of time, sales even over their period.

    Counts set the level right. Before the first count nothing is known of the level, and the shelf counts as stocked.
    Raises InvalidNumbers for a period that does not end after it starts.
    """
    level: float | None = None
    periods, next_mark = list[ShelfPeriod](), 0
    for period in sold:
        if period.end <= period.start:
            raise InvalidNumbers("A period of sales must end after it starts.")
        while next_mark < len(marks) and marks[next_mark].day <= period.start:
            level = _after(level, marks[next_mark])
            next_mark += 1
        mark_end = next_mark
        while mark_end < len(marks) and marks[mark_end].day <= period.end:
            mark_end += 1
        shelf_period, level = _period(level, marks[next_mark:mark_end], period)
        periods.append(shelf_period)
        next_mark = mark_end
    return periods


def _after(level: float | None, mark: ShelfMark) -> float | None:
    if mark.is_count:
        return float(mark.units)
    return None if level is None else max(level, 0.0) + mark.units


def _period(level: float | None, marks: Sequence[ShelfMark], period: SoldPeriod) -> tuple[ShelfPeriod, float | None]:
    pace = period.units / (period.end - period.start)
    began_empty = level is not None and level <= _NOTHING
    opened, since, emptied = period.start, period.start, False
    for mark in marks:
        if level is not None:
            level -= pace * (mark.day - since)
        emptied |= mark.is_count and mark.units <= 0 and not (began_empty and opened == period.start)
        if began_empty and opened == period.start and not mark.is_count:
            opened = mark.day
        level, since = _after(level, mark), mark.day
    if level is not None:
        level = max(level - pace * (period.end - since), 0.0)
    emptied |= level is not None and level <= _NOTHING and (opened > period.start or not began_empty)
    stood_empty = began_empty and opened == period.start
    if stood_empty and not period.units:
        return ShelfPeriod(None, False), level
    days = max(period.end - opened, 1e-6)
    interval = CountedInterval(days, period.units, ended_empty=emptied or stood_empty)
    return ShelfPeriod(interval, in_stock=not (began_empty or emptied)), level
