"""Numbers, money and days as each language writes them."""

from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from domain.figure import Cell
from domain.language import Language
from language.formats import cell_text, day_text, days_text, money_text, number_text, rate_text, weekday_text

EN, DE = Language


@pytest.mark.parametrize(
    ("cell", "english", "german"),
    [
        (Cell(value=123_456, unit="EUR.minor"), "€1,234.56", "1.234,56 €"),
        (Cell(value=-5, unit="USD.minor"), "-$0.05", "-0,05 $"),
        (Cell(value=123_450, unit="SEK.minor"), "1,234.50 SEK", "1.234,50 SEK"),
        (Cell(value=1_230, unit="bps"), "12.3 %", "12,3 %"),
        (Cell(value=150, unit="points"), "1.5 percentage points", "1,5 Prozentpunkte"),
        (Cell(value=-1.842, unit="ratio", decimals=2), "-1.84", "-1,84"),
        (Cell(value=1_203, unit="units"), "1,203 units", "1.203 Stück"),
        (Cell(value=2.5, unit="units/week", decimals=1), "2.5 units a week", "2,5 Stück je Woche"),
        (Cell(value=8, unit="weeks"), "8 weeks", "8 Wochen"),
        (Cell(value=1, unit="days"), "1 day", "1 Tag"),
        (Cell(value=3, unit="page"), "page 3", "Seite 3"),
        (Cell(value=4, unit="furlongs"), "4 furlongs", "4 furlongs"),
    ],
)
def test_a_figure_reads_as_its_language_writes_it(cell: Cell, english: str, german: str) -> None:
    assert (cell_text(cell, EN), cell_text(cell, DE)) == (english, german)


@given(value=st.decimals(-(10**15), 10**15, places=3), decimals=st.integers(0, 3))
def test_a_number_has_the_marks_that_cldr_says(value: Decimal, decimals: int) -> None:
    pattern = f"#,##0{'.' if decimals else ''}{'0' * decimals}"
    rounded = Decimal(f"{value:.{decimals}f}")
    for language, locale in ((EN, "en_GB"), (DE, "de")):
        known = format_decimal(rounded, format=pattern, locale=locale, decimal_quantization=False)
        assert number_text(value, language, decimals) == known


@given(st.dates())
def test_a_day_is_written_as_cldr_says(day: date) -> None:
    assert day_text(day, EN) == format_date(day, "long", locale="en_GB")
    assert day_text(day, DE) == format_date(day, "long", locale="de")


UNITS = (
    "EUR.minor",
    "JPY.minor",
    "SEK.minor",
    "bps",
    "points",
    "ratio",
    "count",
    "units",
    "units/day",
    "weeks",
    "page",
)


@given(st.floats(-1e12, 1e12), st.sampled_from(UNITS), st.integers(0, 4))
def test_what_errors_and_audits_say_reads_as_minutes_do(value: float, unit: str, decimals: int) -> None:
    cell = Cell(value=value, unit=unit, decimals=decimals)
    assert cell_text(cell, EN) == cell.render()


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD", "SEK"]))
def test_both_languages_write_the_same_digits(minor: int, currency: str) -> None:
    written = [money_text(minor, currency, language) for language in Language]
    assert len({"".join(sign for sign in text if sign.isdigit() or sign == "-") for text in written}) == 1


def test_rates_are_in_percent() -> None:
    assert (rate_text(1_250, EN), rate_text(1_255, DE, 2)) == ("12.5 %", "12,55 %")


def test_days_are_written_out() -> None:
    day = date(2026, 11, 21)
    assert (day_text(day, EN), day_text(day, DE)) == ("21 November 2026", "21. November 2026")
    assert (weekday_text(0, EN), weekday_text(6, DE)) == ("Monday", "Sonntag")


@pytest.mark.parametrize(
    ("last", "english", "german"),
    [
        (date(2026, 11, 21), "21 November 2026", "21. November 2026"),
        (date(2026, 11, 23), "21 – 23 Nov 2026", "21.–23. Nov. 2026"),
        (date(2027, 1, 3), "21 Nov 2026 – 3 Jan 2027", "21. Nov. 2026 – 3. Jan. 2027"),
    ],
)
def test_a_range_of_days_says_nothing_twice(last: date, english: str, german: str) -> None:
    first = date(2026, 11, 21)
    assert (days_text(first, last, EN), days_text(first, last, DE)) == (english, german)
