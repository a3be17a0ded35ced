"""Days in prose, as English and German write them: `2026-03-01`, `1 March 2026`, `March 1st, 2026`, `01.03.2026`."""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = (
    "january|januar|jänner|jan", "february|februar|feb", "march|märz|maerz|mar|mär", "april|apr", "may|mai",
    "june|juni|jun", "july|juli|jul", "august|aug", "september|sept|sep", "october|oktober|oct|okt",
    "november|nov", "december|dezember|dec|dez",
)  # fmt: skip
_MONTH = "|".join(_MONTHS)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? ({_MONTH})\.?,? (\d{{4}})\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b", re.IGNORECASE)


def days_in(text: str) -> list[date]:
    """Every day that is written out with its year, in no order. Days that no calendar has are left out."""
    return [day for day in map(_day, _written(text)) if day is not None]


def _written(text: str) -> Iterator[tuple[int, int, int]]:
    for year, month, day in _ISO.findall(text):
        yield int(year), int(month), int(day)
    for day, month, year in _DOTTED.findall(text):
        yield int(year), int(month), int(day)
    for day, month, year in _DAY_FIRST.findall(text):
        yield int(year), _month(month), int(day)
    for month, day, year in _MONTH_FIRST.findall(text):
        yield int(year), _month(month), int(day)


def _month(word: str) -> int:
    return next(at for at, names in enumerate(_MONTHS, start=1) if word.lower() in names.split("|"))


def _day(written: tuple[int, int, int]) -> date | None:
    try:
        return date(*written)
    except ValueError:
        return None
