"""Reads the calendar's periods out of a question: months, quarters, years, weeks and days that are named."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from domain.metrics import Days
from virtual_office.metrics import vocabulary as words

_MONTHS = {name: number for number, names in enumerate(words.MONTHS, start=1) for name in names}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ORDINALS = {name: number for number, names in enumerate(words.ORDINALS, start=1) for name in names}
_DAY = r"\d{4}-\d\d-\d\d"
_YEAR = r"(?:19|20)\d\d"
_OF = "(?:(?:of|in|the year|year|des jahres|jahr|des) )*"
CALENDAR = "|".join(
    (
        rf"(?:from|between|vom|von|zwischen) (?P<first>{_DAY}) (?:to|and|until|bis|und) (?P<last>{_DAY})",
        rf"(?:on |am )?(?P<day>{_DAY})",
        rf"(?P<month>{_NAMES})(?: {_OF}(?P<month_year>{_YEAR}))?",
        rf"(?:q(?P<quarter>[1-4])|(?P<ordinal>{'|'.join(_ORDINALS)}) (?:quarter|quartals?))"
        rf"(?: {_OF}(?P<quarter_year>{_YEAR}))?",
        rf"(?:calendar week|week|kalenderwoche|woche|kw) ?(?P<week>\d{{1,2}})(?: {_OF}(?P<week_year>{_YEAR}))?",
        rf"(?:the year |year |jahre? |jahres )?(?P<year>{_YEAR})",
    )
)
_WRITTEN = re.compile(
    rf"(?<![\w.-])(?:(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>\d{{4}})"
    rf"|(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)? (?:of )?(?P<month>{_NAMES}) (?P<year>\d{{4}}))(?![\w-])"
)


def with_iso_days(question: str) -> str:
    """The question with days such as `16.02.2026`, `16. Februar 2026` and `16 February 2026` as 2026-02-16."""
    return _WRITTEN.sub(_iso, question)


def days_named(match: re.Match[str], latest: date) -> Days | None:
    """The days that a match of `CALENDAR` names; without a year, the newest that begin by `latest`. None where there
    are no such days."""
    named_parts = {name: text for name, text in match.groupdict().items() if text}
    try:
        if "first" in named_parts:
            return _ordered(date.fromisoformat(named_parts["first"]), date.fromisoformat(named_parts["last"]))
        if "day" in named_parts:
            return Days(first=date.fromisoformat(named_parts["day"]), last=date.fromisoformat(named_parts["day"]))
        return _by_year(named_parts, latest)
    except ValueError:
        return None


def last_months(count: int, today: date) -> Days:
    """So many whole months before the one that is under way."""
    last = today.replace(day=1) - timedelta(days=1)
    begun = 12 * last.year + last.month - count
    return Days(first=date(begun // 12, begun % 12 + 1, 1), last=last)


def _by_year(said: Mapping[str, str], latest: date) -> Days:
    if "year" in said:
        return Days(first=date(int(said["year"]), 1, 1), last=date(int(said["year"]), 12, 31))
    if "week" in said:
        return _newest(lambda year: _week(year, int(said["week"])), said.get("week_year"), latest)
    if "month" in said:
        number, months, year = _MONTHS[said["month"]], 1, said.get("month_year")
    else:
        quarter = int(said["quarter"]) if "quarter" in said else _ORDINALS[said["ordinal"]]
        number, months, year = 3 * quarter - 2, 3, said.get("quarter_year")
    return _newest(lambda of: _months(of, number, months), year, latest)


def _newest(days_of: Callable[[int], Days], year: str | None, latest: date) -> Days:
    if year:
        return days_of(int(year))
    days = days_of(latest.year)
    return days if days.first <= latest else days_of(latest.year - 1)


def _months(year: int, number: int, months: int) -> Days:
    after = date(year + (number + months - 1) // 12, (number + months - 1) % 12 + 1, 1)
    return Days(first=date(year, number, 1), last=after - timedelta(days=1))


def _week(year: int, number: int) -> Days:
    first = date.fromisocalendar(year, number, 1)
    return Days(first=first, last=first + timedelta(days=6))


def _ordered(first: date, last: date) -> Days | None:
    return Days(first=first, last=last) if first <= last else None


def _iso(match: re.Match[str]) -> str:
    if match["d"]:
        return f"{match['y']}-{int(match['m']):02}-{int(match['d']):02}"
    return f"{match['year']}-{_MONTHS[match['month']]:02}-{int(match['day']):02}"
