"""Minimum order values that are read out of text, and those that are left to a person."""

from datetime import date

import pytest

from memory.minimum_order import Meaning, read_minimum_order

TODAY = date(2026, 3, 2)
STATED = """
The minimum order value is EUR 2,500 net per order.
Lotus asks for a minimum order value of €2,500.
Orders below €2,500 are not accepted.
Each order must come to at least 2,500.00 EUR.
We only accept orders from €2,500 upwards.
We do not process purchase orders worth less than € 2.500.
The smallest order that we take is 2 500 euros.
No single order may fall below EUR 2500.
Minimum order value: €2.5k
From 1 January 2026 the minimum order value is €2,500.
Der Mindestbestellwert beträgt 2.500 € netto je Bestellung.
Bestellungen unter 2.500,00 EUR nehmen wir nicht an.
Jede Bestellung muss sich auf mindestens 2.500,- € belaufen.
Wir liefern erst ab einem Auftragswert von 2.500 Euro.
Der Warenwert einer Bestellung darf 2.500 € nicht unterschreiten.
| Mindestauftragswert | 2.500 € |
""".strip().splitlines()
NONE = (
    "There is no minimum order value.",
    "Ein Mindestbestellwert entfällt.",
    "The minimum order value of €2,500 no longer applies.",
    "Es gibt keinen Mindestbestellwert.",
)
UNCLEAR = """
The minimum order value is usually about €2,500.
The minimum order value was €2,500.
The minimum order value is €2,500, previously €2,000.
The minimum order value is shown in the price list.
The minimum order value is USD 2,500.
The minimum order value is two thousand five hundred euros.
The minimum order value per year is €20,000.
Our minimum order is €900 unless agreed otherwise.
We are discussing a minimum order value of €3,000.
The minimum order value for the first order is €500.
The minimum order value for customers of our shop is €50.
From next year the minimum order value is €2,500.
The minimum order value is €90,000,000.
Der Mindestbestellwert liegt in der Regel bei 2.500 €.
Der Mindestbestellwert von 2.500 € gilt vorbehaltlich einer Anpassung.
""".strip().splitlines()
SILENT = """
The minimum order quantity is 200 units.
Free delivery for orders above a minimum order value of €500.
Orders below €500 incur a surcharge of €25.
Ab 500 € Bestellwert liefern wir frei Haus.
An order of at least €5,000 earns a discount of 3 %.
The insured value of an order is at least €10,000.
Invoices of at least €1,000 can be paid in two instalments.
Goods are delivered within 14 days; late payment costs €40.
From 1 January 2027 the minimum order value is €2,500.
The order of the day is at least 3 things.
""".strip().splitlines()


def read(text: str, heading: str = "") -> list[tuple[Meaning, int | None]]:
    return [(reading.meaning, reading.amount_minor) for reading in read_minimum_order(text, heading, "EUR", TODAY)]


@pytest.mark.parametrize("sentence", STATED)
def test_plain_words_are_read(sentence: str) -> None:
    assert read(sentence) == [(Meaning.STATED, 250_000)]


@pytest.mark.parametrize("sentence", NONE)
def test_that_there_is_none_is_read(sentence: str) -> None:
    assert read(sentence) == [(Meaning.NONE, 0)]


@pytest.mark.parametrize("sentence", UNCLEAR)
def test_words_that_are_not_plain_are_left_to_a_person(sentence: str) -> None:
    assert read(sentence) == [(Meaning.UNCLEAR, None)]


@pytest.mark.parametrize("sentence", SILENT)
def test_what_speaks_of_something_else_is_no_minimum(sentence: str) -> None:
    assert read(sentence) == []


def test_a_heading_says_what_an_amount_below_it_means() -> None:
    assert read("EUR 2,500 net.", "Terms > Minimum order value") == [(Meaning.STATED, 250_000)]
    assert read("EUR 2,500 net.", "Terms > Insurance") == []


def test_the_quote_is_the_sentence_alone() -> None:
    text = "Goods leave on Mondays. Orders below €700 are\nnot accepted. Invoices are due after 30 days."
    (reading,) = read_minimum_order(text, "", "EUR", TODAY)
    assert reading.quote == "Orders below €700 are not accepted."


def test_two_sentences_that_differ_are_two_readings() -> None:
    assert read("Orders below €700 are refused. The minimum order value is €900.") == [
        (Meaning.STATED, 70_000),
        (Meaning.STATED, 90_000),
    ]
