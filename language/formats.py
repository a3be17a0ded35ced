"""How each language writes numbers, money, rates, days and what is counted: CLDR's data, in the product's look."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

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
_WEEKDAYS = {
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.DE: ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_SHORT_WEEKDAY = {Language.EN: 3, Language.DE: 2}
_MINUS = str.maketrans("-", "\N{MINUS SIGN}")
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


def exact_text(cell: Cell, language: Language) -> str:
    """A number with its unit for a table: exact, with a real minus sign."""
    number = cell_text(cell, language)
    return number.translate(_MINUS) if number.startswith("-") else number


def rounded_text(cell: Cell, language: Language) -> str:
    """A number with its unit for running text: `€87`, `€590`, `€1.2k`, `€24k`, `€1.31m`, `41 %`; `24.000 €` in German.

    Rates below one percent, amounts of goods up to 9,999 and what is no money keep what they show.
    """
    currency, _, minor = cell.unit.partition(".")
    if minor == "minor":
        return _rounded_money(Decimal(round(cell.value)).scaleb(-exponent(currency)), currency, language)
    if cell.unit == "bps":
        return rate_text(cell.value, language, int(abs(cell.value) < 100 and round(cell.value) != 0)).translate(_MINUS)
    if cell.unit == "units" and abs(cell.value) >= _EXACT_UNITS:
        return exact_text(cell.model_copy(update={"value": round(cell.value, -2), "decimals": 0}), language)
    return exact_text(cell, language)


_EXACT_UNITS = 10_000
_STEPS = (  # below what, rounded to how many digits before the point, shown in what and with how many decimals
    (Decimal(100), 0, "", 0),
    (Decimal(1_000), 1, "", 0),
    (Decimal(10_000), 2, "k", 1),
    (Decimal(1_000_000), 3, "k", 0),
    (Decimal(1_000_000_000), 4, "m", 2),
    (Decimal("Infinity"), 7, "bn", 2),
)
_SCALES = {"": 0, "k": 3, "m": 6, "bn": 9}
_GERMAN_SCALES = {"m": "Mio. ", "bn": "Mrd. "}


def _to_digits(amount: Decimal, digits: int) -> Decimal:
    return amount.scaleb(-digits).quantize(Decimal(1), ROUND_HALF_UP).scaleb(digits)


def _rounded_money(amount: Decimal, currency: str, language: Language) -> str:
    minus, size = "\N{MINUS SIGN}" if amount < 0 else "", abs(amount)
    steps = ((_to_digits(size, digits), below, scale, decimals) for below, digits, scale, decimals in _STEPS)
    rounded, _, scale, decimals = next(step for step in steps if step[0] < step[1])
    sign = _SIGNS.get(currency)
    if not rounded:
        minus = ""
    if language is Language.DE:
        short = scale in _GERMAN_SCALES
        number = number_text(rounded.scaleb(-_SCALES[scale]) if short else rounded, language, decimals if short else 0)
        return f"{minus}{number} {_GERMAN_SCALES.get(scale, '')}{sign or currency}"
    number = f"{number_text(rounded.scaleb(-_SCALES[scale]), language, decimals)}{scale}"
    return f"{minus}{sign}{number}" if sign else f"{minus}{number} {currency}"


def _counted(unit: str, number: str, language: Language) -> str:
    """A number with what it counts, in its plural; a unit that the catalogue does not know is said as it is."""
    name = unit.replace("/", "_per_")
    known = sentence(f"unit.{name}", language, 1 if number in ("1", "-1") else 2)
    return f"{number} {unit}" if known is None else known.replace("{number}", number)


def day_text(day: date, language: Language) -> str:
    """`21 November 2026`, `21. November 2026`."""
    point = "." if language is Language.DE else ""
    return f"{day.day}{point} {_MONTHS[language][day.month - 1]} {day.year}"


def dated_text(day: date, language: Language, this_year: int) -> str:
    """The day with its weekday, and its year where that is another: `Thu 3 December`, `Do 3. Dezember`."""
    text = day_text(day, language)
    weekday = _WEEKDAYS[language][day.weekday()][: _SHORT_WEEKDAY[language]]
    return f"{weekday} {text if day.year != this_year else text.rpartition(' ')[0]}"


def moment_text(moment: datetime, language: Language, this_year: int) -> str:
    """A local moment: `Thu 3 December, 16:05`, `Do 3. Dezember, 16:05 Uhr`."""
    hour = f"{moment:%H:%M} Uhr" if language is Language.DE else f"{moment:%H:%M}"
    return f"{dated_text(moment.date(), language, this_year)}, {hour}"


def weekday_name(day: date, language: Language) -> str:
    """`Monday`, `Montag`."""
    return _WEEKDAYS[language][day.weekday()]


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
