"""How each language writes numbers, money, rates, days and what is counted: CLDR's data, in the product's look."""

from datetime import date
from decimal import Decimal

from domain.figure import Cell
from domain.language import Language
from domain.money import exponent
from language.sentences import sentence

_LOCALES = {Language.EN: "en_GB", Language.DE: "de"}
"""Days come before months, in English too."""
_MARKS = {Language.EN: str.maketrans({}), Language.DE: str.maketrans(",.", ".,")}
"""Between thousands and before decimals. These and the months are CLDR's, which tests compare: reading its data takes
longer than most verbs."""
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
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
_PLACES = frozenset({"page", "passage"})
_WITHOUT_UNIT = frozenset({"ratio", "count"})
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))


def number_text(value: int | float | Decimal, language: Language, decimals: int = 0) -> str:
    """`1,234.56`, `1.234,56`."""
    return f"{Decimal(f'{value:.{decimals}f}'):,f}".translate(_MARKS[language])


def money_text(amount_minor: int, currency: str, language: Language) -> str:
    """Minor units for people: `$1,234.50`, `1.234,50 $`; by code where the currency has no sign here."""
    places = exponent(currency)
    number = number_text(Decimal(abs(amount_minor)).scaleb(-places), language, places)
    minus, sign = "-" if amount_minor < 0 else "", _SIGNS.get(currency)
    if sign is None or language is not Language.EN:
        return f"{minus}{number} {sign or currency}"
    return f"{minus}{sign}{number}"


def rate_text(bps: int | float, language: Language, decimals: int = 1) -> str:
    """Basis points in percent: `12.5 %`, `12,5 %`."""
    return f"{number_text(bps / 100, language, decimals)} %"


def cell_text(cell: Cell, language: Language) -> str:
    """A number with its unit: `$3.10`, `12.5 %`, `-1.84`, `1,203 units`; `1.203 Stück` in German."""
    currency, _, minor = cell.unit.partition(".")
    if minor == "minor":
        return money_text(round(cell.value), currency, language)
    if cell.unit == "bps":
        return rate_text(cell.value, language, max(cell.decimals, 1))
    if cell.unit == "points":
        return _counted("points", number_text(cell.value / 100, language, max(cell.decimals, 1)), language)
    if cell.unit in _PLACES:
        return _counted(cell.unit, str(round(cell.value)), language)
    number = number_text(cell.value, language, cell.decimals)
    return number if cell.unit in _WITHOUT_UNIT else _counted(cell.unit, number, language)


def _counted(unit: str, number: str, language: Language) -> str:
    """A number with what it counts, in its plural; a unit that the catalogue does not know is said as it is."""
    name = unit.replace("/", "_per_")
    known = sentence(f"unit.{name}", language, 1 if number in ("1", "-1") else 2)
    return f"{number} {unit}" if known is None else known.replace("{number}", number)


def day_text(day: date, language: Language) -> str:
    """`21 November 2026`, `21. November 2026`."""
    point = "." if language is Language.DE else ""
    return f"{day.day}{point} {_MONTHS[language][day.month - 1]} {day.year}"


def days_text(first: date, last: date, language: Language) -> str:
    """A range of days: `21 – 23 Nov 2026`, `21.–23. Nov. 2026`; a single day in full."""
    from babel.dates import format_interval

    if first == last:
        return day_text(first, language)
    return format_interval(first, last, "yMMMd", locale=_LOCALES[language]).translate(_SPACES)


def weekday_text(index: int, language: Language) -> str:
    """The name of a day of the week; Monday is 0."""
    from babel.dates import get_day_names

    return get_day_names("wide", locale=_LOCALES[language])[index]
