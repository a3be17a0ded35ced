"""The languages that the product writes in, and how each writes numbers and days."""

from datetime import date
from enum import StrEnum


class Language(StrEnum):
    """By its ISO 639-1 code."""

    EN = "en"
    DE = "de"


_MONTHS = {
    Language.EN: (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    Language.DE: (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
}  # fmt: skip
_WEEKDAYS = {
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.DE: ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_GERMAN_SIGNS = str.maketrans(",.", ".,")


def localised(number: str, language: Language) -> str:
    """A number written `1,234.56` as the language writes it."""
    return number.translate(_GERMAN_SIGNS) if language is Language.DE else number


def in_days(day: date, language: Language = Language.EN) -> str:
    """`21 November 2026`, `21. November 2026`."""
    dot = "." if language is Language.DE else ""
    return f"{day.day}{dot} {_MONTHS[language][day.month - 1]} {day.year}"


def weekday(index: int, language: Language = Language.EN) -> str:
    """The name of a day of the week; Monday is 0."""
    return _WEEKDAYS[language][index]
