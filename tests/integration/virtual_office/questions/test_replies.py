"""Replies to what an owner asks: a sentence with the number, checked against the rows; or the file that is missing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.context import Context
from domain.language import Language
from store.database import Database
from tests.integration.money_brand import bank, bill
from tests.integration.priced_brand import Planted, add_competitor, plant
from tests.integration.stocked_brand import Stocked, stock
from tests.unit.virtual_office.metrics.test_reader import TWENTY
from virtual_office.metrics.topics import Topic
from virtual_office.questions.asking import Answered, answer_document, ask


@pytest.fixture
def ctx(new_brand: Callable[..., Context]) -> Context:
    return new_brand()


def table(answered: Answered) -> list[list[str]]:
    """The cells of the answer's table, without its heads."""
    rows = [line for line in answered.text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_who_owes_money_is_told_by_what_is_overdue_with_the_oldest(database: Database, ctx: Context) -> None:
    bill(database, ctx, "LATE", [40] * 12, {"L-1": 50, "L-2": 45}, 100_000)  # due after 30 days: 20 and 15 late
    bill(database, ctx, "OLD", [30] * 12, {"O-1": 150}, 50_000)
    bill(database, ctx, "FINE", [25] * 12, {"F-1": 10}, 70_000)
    answered = ask(database, ctx, "Who owes me money?")
    assert answered.text.startswith("Customers owe you €3.2k; €2.5k is overdue, and LATE is the largest.")
    assert [(row[0], row[1], row[2]) for row in table(answered)] == [
        ("LATE", "€2.0k", "20 days"), ("OLD", "€500", "120 days"),
    ]  # fmt: skip
    assert table(answered)[0][3] in ("40 days", "41 days")  # it paid after 40, seen through all that pay


def test_the_oldest_debt_is_shown_though_it_is_small(database: Database, ctx: Context) -> None:
    for at in range(6):
        bill(database, ctx, f"D{at}", [30] * 8, {f"N-{at}": 40}, 100_000 + at)
    bill(database, ctx, "SMALL", [30] * 8, {"S-1": 200}, 1_000)
    answered = ask(database, ctx, "Wer schuldet mir Geld?")
    assert [row[0] for row in table(answered)] == ["D5", "D4", "D3", "D2", "SMALL"]
    assert "2 weitere Kunden sind nicht gezeigt." in answered.text


def test_a_product_runs_out_when_its_stock_is_used_up(database: Database, ctx: Context) -> None:
    stock(database, ctx, [Stocked("GEL", on_hand=210)])
    answered = ask(database, ctx, "When will I run out of GEL?")
    on_hand, demand, on_order = table(answered)[0][:3]
    assert (on_hand, on_order) == ("210 units", "0 units")
    weekly = float(demand.split()[0])
    day = (ctx.now() + timedelta(days=round(7 * 210 / weekly))).date()
    assert f"GEL runs out about {day:%a} {day.day} {day:%B}" in answered.text
    assert 55 < weekly < 85


def test_prices_stand_beside_the_cheapest_rivals(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("CHEAP", 1_000, 400, -1.3, weeks=30), Planted("DEAR", 2_000, 400, -1.3, weeks=30)])
    add_competitor(database, ctx, "DEAR", 1_600)
    add_competitor(database, ctx, "CHEAP", 1_100)
    answered = ask(database, ctx, "Am I too expensive?")
    assert "€20.00 against €16.00" in answered.text and "1 of 2 prices are above" in answered.text
    assert [row[1:] for row in table(answered)] == [["€20.00", "€16.00", "€4.00"], ["€10.00", "€11.00", "−€1.00"]]
    alone = ask(database, ctx, "Is CHEAP too expensive?")
    assert alone.text.startswith("No: nothing is dearer")


NEEDS = {
    Topic.OWED: "invoices.csv", Topic.CASH: "bank_balances.csv", Topic.HOW: "sales.csv", Topic.CHANNELS: "sales.csv",
    Topic.LOSING: "sales.csv", Topic.ADS: "budgets.csv", Topic.EXPENSIVE: "competitor_prices.csv",
    Topic.DEAL: "sales.csv", Topic.LEAVING: "orders.csv", Topic.WORST_STAND: "locations.csv",
}  # fmt: skip
"""The file that would bring an answer, to a brand that has none."""


@pytest.mark.parametrize("topic", NEEDS)
def test_what_is_missing_is_said_once_with_the_file_that_brings_it(
    database: Database, ctx: Context, topic: Topic
) -> None:
    for question, language in zip(TWENTY[topic], Language, strict=True):
        answered = ask(database, ctx, question)
        assert answered.refused and answered.understood, answered.text
        assert NEEDS[topic] in answered.in_terminal(10_000)
        assert answered.text.startswith("Verstanden:" if language is Language.DE else "I understood:")
        assert len(answered.next) == 3
        assert answer_document(answered)["topic"] == topic
        assert not any(ask(database, ctx, other).refused for other in answered.next)


@pytest.mark.parametrize("topic", [Topic.TODAY, Topic.WAITING, Topic.DECISIONS, Topic.SURE])
def test_an_empty_inbox_and_journal_are_an_answer(database: Database, ctx: Context, topic: Topic) -> None:
    for question in TWENTY[topic]:
        answered = ask(database, ctx, question)
        assert not answered.refused and not table(answered)
        assert answered.next


def test_the_money_is_enough_as_long_as_its_lowest_point_is(database: Database, ctx: Context) -> None:
    bill(database, ctx, "GOOD", [30] * 12, {"G-1": 5}, 100_000)
    bank(database, ctx, 5_000_000)
    answered = ask(database, ctx, "Is my money enough?")
    assert answered.text.startswith(("Yes: €50k today", "I understood: whether the money is enough"))
