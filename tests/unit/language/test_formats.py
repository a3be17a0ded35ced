"""Numbers, money and days as each language writes them."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from domain.figure import Cell
from domain.language import Language
from language.formats import (
    cell_text,
    dated_text,
    day_text,
    days_text,
    exact_text,
    moment_text,
    money_text,
    number_text,
    rate_text,
    rounded_text,
    weekday_name,
    weekday_text,
)

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


@pytest.mark.parametrize(
    ("minor", "english", "german"),
    [
        (0, "€0", "0 €"),
        (8_749, "€87", "87 €"),
        (9_950, "€100", "100 €"),
        (58_990, "€590", "590 €"),
        (99_499, "€990", "990 €"),
        (119_084, "€1.2k", "1.200 €"),
        (994_900, "€9.9k", "9.900 €"),
        (2_401_234, "€24k", "24.000 €"),
        (12_500_000, "€125k", "125.000 €"),
        (99_950_000, "€1.00m", "1,00 Mio. €"),
        (131_000_000, "€1.31m", "1,31 Mio. €"),
        (-51_136, "\N{MINUS SIGN}€510", "\N{MINUS SIGN}510 €"),
        (-4, "€0", "0 €"),
    ],
)
def test_running_text_rounds_money_as_people_say_it(minor: int, english: str, german: str) -> None:
    cell = Cell(value=minor, unit="EUR.minor")
    assert (rounded_text(cell, EN), rounded_text(cell, DE)) == (english, german)


@given(st.integers(-(10**14), 10**14))
def test_rounding_is_never_further_off_than_a_twentieth(minor: int) -> None:
    said = rounded_text(Cell(value=minor, unit="EUR.minor"), EN).replace("\N{MINUS SIGN}", "-").replace("€", "")
    scale = {"k": 1_000, "m": 1_000_000, "n": 1_000_000_000}.get(said[-1], 1)
    amount = float(said.rstrip("kmbn").replace(",", "")) * scale
    assert abs(amount - minor / 100) <= max(abs(minor / 100) / 20, 0.5)


def test_percent_go_without_decimals_unless_below_one_and_units_stay_exact() -> None:
    told = [rounded_text(Cell(value=value, unit="bps"), EN) for value in (4_082, 60, 0)]
    assert told == ["41 %", "0.6 %", "0 %"]
    assert rounded_text(Cell(value=8_869, unit="units"), EN) == "8,869 units"
    assert rounded_text(Cell(value=12_345, unit="units"), DE) == "12.300 Stück"


def test_a_table_is_exact_with_a_real_minus() -> None:
    assert exact_text(Cell(value=-51_136, unit="EUR.minor"), EN) == "\N{MINUS SIGN}€511.36"


def test_a_deadline_has_its_weekday_and_local_time_and_a_year_only_where_it_is_another() -> None:
    moment = datetime(2026, 12, 3, 16, 5)
    assert moment_text(moment, EN, 2026) == "Thu 3 December, 16:05"
    assert moment_text(moment, DE, 2026) == "Do 3. Dezember, 16:05 Uhr"
    assert dated_text(date(2027, 2, 9), DE, 2026) == "Di 9. Februar 2027"


@given(st.dates())
def test_a_weekday_is_called_as_cldr_says(day: date) -> None:
    assert weekday_name(day, EN) == format_date(day, "EEEE", locale="en_GB")
    assert weekday_name(day, DE) == format_date(day, "EEEE", locale="de")


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
