"""Numbers in prose: written as the language does, in the case that German asks for, with the code that opens them."""

import pytest

from domain.errors import InvalidInput
from domain.figure import Cell
from domain.language import Language
from language.lines import as_markdown, as_plain
from language.prose import prose_line, without_figures

EN, DE = Language
PRICE, DAYS = Cell(value=123_456, unit="EUR.minor"), Cell(value=3, unit="days")


def test_a_number_reads_as_its_language_writes_it_and_can_be_opened() -> None:
    assert as_plain(prose_line("Es kostet {price}.", {"price": PRICE}, DE)) == "Es kostet 1.234,56 €."
    line = prose_line("It costs {price}.", {"price": PRICE}, EN, {"price": "abcd2345"})
    assert as_markdown(line) == "It costs **€1,234.56** `abcd2345`."


def test_german_puts_a_number_of_days_into_the_dative() -> None:
    assert as_plain(prose_line("Seit {days} offen: {days}.", {"days": DAYS}, DE)) == "Seit 3 Tagen offen: 3 Tage."


def test_prose_without_its_number_is_refused() -> None:
    with pytest.raises(InvalidInput, match="price"):
        prose_line("It is {price}.", {}, EN)


def test_what_people_wrote_cites_no_figure() -> None:
    assert prose_line(without_figures("{price}"), {}, EN)[0].text == "(price)"
