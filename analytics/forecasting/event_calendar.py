"""The weeks of events that a calendar names: the Christmas season, feasts of a country, and a product's promotions."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

import numpy as np

from analytics.forecasting.events import EventWeeks

CHRISTMAS, PROMOTION = "christmas", "promotion"
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_BEFORE_A_FEAST = timedelta(days=10)
_TOGETHER = timedelta(days=4)
_YEAR_END = ((12, 15), (1, 7))
Period = tuple[datetime, datetime]
"""From a moment to a moment, the latter left out."""


@lru_cache(maxsize=64)
def country_of_zone(zone: str) -> str:
    """The country (ISO 3166) of a time zone, by IANA's table; "" where the zone is no country's."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return next((row[0] for row in rows if row[2] == zone), "")


def holiday_weeks(country: str, end: datetime, past: int, ahead: int) -> list[EventWeeks]:
    """The events of `past` weeks that end at `end`, and of `ahead` weeks after it, for a country by its ISO 3166 code.

    The Christmas season is from the Monday before Black Friday to 24 December, where 25 December is a holiday or the
    country is not known. A feast is two public holidays or more within four days, Easter for one: the ten days before.
    """
    first, last = (end - past * _WEEK).date(), (end + ahead * _WEEK).date()
    years = range(first.year, last.year + 1)
    free = _public_holidays(country, years)
    windows: dict[str, list[Period]] = {}
    for year in years:
        if free is None or date(year, 12, 25) in free:
            windows.setdefault(CHRISTMAS, []).append(_days(_black_friday(year) - 4 * _DAY, date(year, 12, 24), end))
    for feast, name in _feasts(free or {}):
        windows.setdefault(name, []).append(_days(feast - _BEFORE_A_FEAST, feast - _DAY, end))
    weeks = [covered(name, periods, end, past, ahead) for name, periods in windows.items()]
    return [event for event in weeks if event.past.any() or event.ahead.any()]


def covered(name: str, periods: Sequence[Period], end: datetime, past: int, ahead: int) -> EventWeeks:
    """The share of each week, `past` ones up to `end` and `ahead` ones after it, that lies in some of the periods."""
    edges = np.arange(past + ahead + 1, dtype=float) - past
    shares = np.zeros(past + ahead)
    for first, last in periods:
        since, until = (first - end) / _WEEK, (last - end) / _WEEK
        shares += np.clip(np.minimum(edges[1:], until) - np.maximum(edges[:-1], since), 0.0, 1.0)
    shares = np.minimum(shares, 1.0)
    return EventWeeks(name, shares[:past], shares[past:])


def _public_holidays(country: str, years: range) -> dict[date, str] | None:
    """A country's public holidays; None where the country is not known."""
    import holidays  # brings the calendar of a country along, which only a look ahead needs

    try:
        return dict(holidays.country_holidays(country, years=years, observed=False)) if country else None
    except NotImplementedError:
        return None


def _black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + ((3 - first.weekday()) % 7 + 22) * _DAY


def _feasts(free: dict[date, str]) -> Iterator[tuple[date, str]]:
    """The first day and the name of two holidays or more that lie together, those round the year's end left out."""
    days = [day for day in sorted(free) if _YEAR_END[1] < (day.month, day.day) < _YEAR_END[0]]
    for at, day in enumerate(days):
        is_first = not at or day - days[at - 1] > _TOGETHER
        if is_first and at + 1 < len(days) and days[at + 1] - day <= _TOGETHER:
            yield day, free[day]


def _days(first: date, last: date, end: datetime) -> Period:
    """Whole days, the last one included, in the zone of `end`."""
    since = datetime(first.year, first.month, first.day, tzinfo=end.tzinfo)
    return since, datetime(last.year, last.month, last.day, tzinfo=end.tzinfo) + _DAY
