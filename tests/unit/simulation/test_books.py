"""Money: what comes in and goes out is all that moves cash, and a brand without any pays interest and gets nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.books import Books
from simulation.happenings import Day
from simulation.world import OPENING_CAPITAL, START_CASH, WEEK, World
from tests.unit.simulation.lives import happening, live, new_world, opened

DAYS = 60
flows = st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(-50_000, 50_000)), min_size=1, max_size=40)


@given(flows)
def test_cash_changes_by_what_comes_less_what_goes_and_interest(moves: list[tuple[int, int]]) -> None:
    books, interest = Books(1_000.0, DAYS), 0.0
    for day, amount in moves:
        if amount > 0:
            books.expect(day, amount)
        else:
            books.owe(day, -amount)
    position = books.position()
    assert position.receivables - position.payables == pytest.approx(sum(amount for _, amount in moves))
    for day in range(DAYS):
        interest += books.settle(day)
    assert interest >= 0
    assert books.cash == pytest.approx(1_000 + sum(amount for _, amount in moves) - interest)
    assert books.position().receivables == books.position().payables == 0


def test_what_is_cancelled_does_not_come() -> None:
    books = Books(0.0, DAYS)
    books.expect(3, 100.0)
    books.cancel(3, 40.0)
    books.settle(3)
    assert books.cash == pytest.approx(60)


def test_interest_is_paid_on_what_was_overdrawn_and_on_nothing_else() -> None:
    rich, broke = Books(100_000.0, DAYS), Books(-100_000.0, DAYS)
    assert rich.settle(0) == 0
    assert broke.settle(0) == pytest.approx(100_000 * 0.12 / 365)
    assert broke.cash == pytest.approx(-100_000 * (1 + 0.12 / 365))


def received(days: list[Day]) -> float:
    return sum(each.amount for day in days for each in day.paid)


def spent(days: list[Day]) -> float:
    return sum(each.amount for day in days for each in day.expenses)


def test_the_worlds_cash_is_what_was_received_less_what_was_spent_to_the_cent() -> None:
    world = new_world(1, 182)
    lived = live(world, 182)
    assert world.books.cash == pytest.approx(START_CASH + received(lived) - spent(lived), abs=0.01)


def test_a_crew_that_mails_budgets_and_orders_makes_no_money_out_of_nothing() -> None:
    world = opened(1, 28)

    def busy(here: World) -> None:
        here.mail()
        here.budgets = np.full(3, 3_000.0)
        here.order(np.full(40, 100 if here.day % WEEK == 0 else 0))

    first = live(world, 1, busy)
    cash, lived = world.books.cash, live(world, 69, busy)
    assert first
    assert world.books.cash == pytest.approx(cash + received(lived) - spent(lived), abs=0.01)


def test_what_is_charged_back_is_money_lost() -> None:
    wave = {"kind": "fraud", "start": 0, "days": 30, "share_percent": 20.0, "chargeback_percent": 100.0}
    world = opened(1, 28, happening(wave))
    live(world, 1)
    cash, lived = world.books.cash, live(world, 69)
    back = sum(each.amount for day in lived for each in day.expenses if each.category == "chargebacks")
    assert back > 1_000
    assert world.books.cash == pytest.approx(cash + received(lived) - spent(lived), abs=0.01)


def test_when_the_run_opens_the_brand_is_worth_the_opening_capital_at_cost() -> None:
    for seed in (1, 2):
        world = opened(seed, 84)
        books = world.books.position()
        stock = ((world.warehouse.on_hand + world.stand_stock.sum(axis=1)) * world.unit_cost).sum()
        opening = OPENING_CAPITAL - stock - books.receivables + books.payables
        first = live(world, 1)
        assert world.books.cash == pytest.approx(opening + received(first) - spent(first), abs=0.01)


def test_without_cash_the_brand_pays_interest_and_cannot_order_or_advertise() -> None:
    world = opened(1, 28)
    live(world, 1)
    world.books.cash = -500_000.0
    world.order(np.full(40, 500))
    lived = live(world, WEEK * 3)
    assert world.books.cash < 0
    assert not any(day.placed for day in lived)
    sunday = [day for day in lived if day.date.weekday() == 6][1]  # the first pays for the day before cash was gone
    costs = {each.category: each.amount for each in sunday.expenses}
    assert costs["interest"] == pytest.approx(500_000 * 0.12 / 365, rel=0.2)
    assert costs["advertising:search"] == 0
    usual = opened(1, 28)
    usual.order(np.full(40, 500))
    assert len(live(usual, 1)[0].placed) == 40


def test_an_affiliate_that_brings_fraud_earns_more_than_without_it() -> None:
    def earned(*events: dict[str, object]) -> dict[str, float]:
        commissions: dict[str, float] = {}
        for day in live(opened(1, 28, happening(*events)) if events else opened(1, 28), WEEK * 4):
            for each in day.expenses:
                if each.category.startswith("affiliate:"):
                    commissions[each.category] = commissions.get(each.category, 0.0) + each.amount
        return commissions

    wave = {"kind": "fraud", "affiliate": "A07", "start": 0, "days": 28, "share_percent": 80.0}
    usual, disturbed = earned(), earned(wave)
    assert len(usual) == 40
    assert disturbed["affiliate:A07"] > 1.5 * usual["affiliate:A07"] > 0
    assert sum(amount > sum(usual.values()) / 40 for amount in usual.values()) < 20, "a few bring most"
