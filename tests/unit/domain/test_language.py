"""Numbers, money and days as each language writes them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.figure import Cell
from domain.language import Language, in_days
from domain.money import format_minor

DE = Language.DE


@pytest.mark.parametrize(
    ("cell", "english", "german"),
    [
        (Cell(value=123_456, unit="EUR.minor"), "€1,234.56", "1.234,56 €"),
        (Cell(value=-5, unit="USD.minor"), "-$0.05", "-0,05 $"),
        (Cell(value=123_450, unit="SEK.minor"), "1,234.50 SEK", "1.234,50 SEK"),
        (Cell(value=1_230, unit="bps"), "12.3 %", "12,3 %"),
        (Cell(value=-1.842, unit="ratio", decimals=2), "-1.84", "-1,84"),
        (Cell(value=1_203, unit="units"), "1,203 units", "1.203 Stück"),
        (Cell(value=8, unit="weeks"), "8 weeks", "8 Wochen"),
        (Cell(value=1, unit="days"), "1 day", "1 Tag"),
        (Cell(value=4, unit="furlongs"), "4 furlongs", "4 furlongs"),
    ],
)
def test_a_figure_reads_as_its_language_writes_it(cell: Cell, english: str, german: str) -> None:
    assert (cell.render(), cell.render(DE)) == (english, german)


def test_days_are_written_out() -> None:
    day = date(2026, 11, 21)
    assert (in_days(day), in_days(day, DE)) == ("21 November 2026", "21. November 2026")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD", "SEK"]))
def test_both_languages_write_the_same_digits(minor: int, currency: str) -> None:
    written = [format_minor(minor, currency, language) for language in Language]
    assert len({"".join(sign for sign in text if sign.isdigit() or sign == "-") for text in written}) == 1
