"""The world: the same seed is the same life; levers touch only what they can; stock, theft, returns and expiry."""

from datetime import date

import numpy as np
import pytest

from simulation.catalog import MARKET_A, MARKET_B, PRODUCTS, SHOP
from simulation.happenings import Day
from simulation.scenario import Schedule
from simulation.takings import MAIL_EUROS
from simulation.world import WEEK, Plan, World
from tests.unit.simulation.lives import START, differing, happening, live, new_world, opened

HISTORY, RUN = 28, 56
DEAR = 5
THREE_WEEKS = 21


@pytest.fixture(scope="module")
def half_year() -> tuple[World, list[Day]]:
    world = new_world(1, 182)
    return world, live(world, 182)


def test_the_same_seed_is_the_same_life_whatever_is_simulated_beside_it(half_year: tuple[World, list[Day]]) -> None:
    _, lived = half_year
    again, beside = new_world(1, 182), new_world(2, 182)
    lived_again = []
    for _ in lived:
        beside.mail()
        beside.step()
        lived_again.append(again.step())
    assert differing(lived, lived_again) == set()
    assert again.books.cash == half_year[0].books.cash


def test_another_seed_is_another_life(half_year: tuple[World, list[Day]]) -> None:
    other = live(new_world(2, 182), 56)
    assert {"online_units", "stand_units", "list_price", "unit_cost", "shop_orders", "paid", "dealer_orders"} <= (
        differing(half_year[1][:56], other)
    )


def test_the_length_of_the_plan_changes_nothing() -> None:
    short, long = (World(Plan(1, START, HISTORY, days, Schedule())) for days in (60, 3_000))
    assert differing(live(short, 60), live(long, 60)) == set()


@pytest.mark.parametrize(("start", "days"), [(date(2024, 1, 2), 28), (START, 27)])
def test_a_world_begins_and_opens_on_a_monday(start: date, days: int) -> None:
    with pytest.raises(ValueError, match="Monday"):
        Plan(1, start, days, 10, Schedule())


@pytest.fixture(scope="module")
def two() -> tuple[list[Day], list[Day]]:
    """The run as it is, and with one product a fifth dearer in the shop from its first day on."""
    usual, dearer = opened(1, HISTORY), opened(1, HISTORY)
    price = dearer.list_price.copy()
    price[DEAR, SHOP] = round(price[DEAR, SHOP] * 1.2)
    dearer.list_price = price
    return live(usual, RUN), live(dearer, RUN)


def test_a_price_in_the_shop_lowers_its_sales_there(two: tuple[list[Day], list[Day]]) -> None:
    usual, dearer = (sum(day.online_units[DEAR, SHOP] for day in days) for days in two)
    assert dearer < 0.85 * usual


def test_what_a_price_cannot_touch_stays_as_it_was(two: tuple[list[Day], list[Day]]) -> None:
    untouched = {
        "date", "day", "expired", "online_deal", "stand_deal", "unit_cost", "stand_price", "messages"
    }  # fmt: skip
    assert not differing(*two) & untouched
    soon = [days[:THREE_WEEKS] for days in two]
    assert not differing(*soon) & {"competitor_price", "stand_units", "stand_counts", "refills"}
    category = np.array([product.category for product in PRODUCTS])
    other = category != category[DEAR]
    for usual, dearer in zip(*soon, strict=True):
        assert np.array_equal(usual.online_units[other][:, [MARKET_A, MARKET_B]], dearer.online_units[other][:, 1:])
        rest = np.arange(len(PRODUCTS)) != DEAR
        assert np.array_equal(usual.online_price[rest], dearer.online_price[rest])


def test_suppliers_luck_is_the_same_in_both(two: tuple[list[Day], list[Day]]) -> None:
    arrivals = [{(day.day, each.product): each.arrives for day in days for each in day.placed} for days in two]
    shared = arrivals[0].keys() & arrivals[1].keys()
    assert len(shared) > 20
    assert all(arrivals[0][key] == arrivals[1][key] for key in shared)


def test_orders_of_the_shop_are_what_the_shop_sold(half_year: tuple[World, list[Day]]) -> None:
    for day in half_year[1]:
        orders = day.shop_orders
        sold = np.bincount(orders.product, weights=orders.quantity, minlength=len(PRODUCTS))
        assert np.array_equal(sold, day.online_units[:, SHOP])


def test_nothing_is_sold_that_is_not_there(half_year: tuple[World, list[Day]]) -> None:
    world = new_world(1, 182)
    for _ in range(182):
        before, at_stands = world.warehouse.on_hand, world.stand_stock.copy()
        day = world.step()
        arrived = np.bincount(
            [each.product for each in day.received], [each.units for each in day.received], len(PRODUCTS)
        )
        assert (day.online_units.sum(axis=1) <= before + arrived).all()
        assert (day.stand_units <= at_stands).all()
        assert (world.warehouse.on_hand >= 0).all()
        assert (world.stand_stock >= 0).all()


def test_without_orders_shelves_empty_and_sales_are_lost() -> None:
    usual, starved = opened(1, HISTORY), opened(1, HISTORY)
    starved.standing_rule = None
    sold = [sum(day.online_units.sum() for day in live(world, 140)) for world in (usual, starved)]
    assert starved.lost_units > 3 * usual.lost_units
    assert sold[1] < 0.8 * sold[0]
    assert starved.warehouse.on_hand.sum() < 0.3 * usual.warehouse.on_hand.sum()


def test_the_last_units_are_sold_to_somebody() -> None:
    rush = {"kind": "demand", "start": 0, "days": 2, "change_percent": 900}
    world = opened(1, HISTORY, happening(rush))
    world.warehouse.take(world.warehouse.on_hand - 2)
    assert (live(world, 1)[0].online_units.sum(axis=1) >= 2).all()


def test_an_upper_bound_never_runs_out() -> None:
    world = World(Plan(1, START, HISTORY, 200, Schedule(), never_out_of_stock=True))
    live(world, HISTORY)
    world.lost_units = 0.0
    live(world, 60)
    assert world.lost_units == 0


def test_some_is_stolen_at_stands(half_year: tuple[World, list[Day]]) -> None:
    world = new_world(1, 182)
    stolen = held = 0
    for _ in range(182):
        before = world.stand_stock.copy()
        day = world.step()
        brought = sum(int(units.sum()) for units in day.refills.values())
        stolen += int(before.sum() - day.stand_units.sum() + brought - world.stand_stock.sum())
        held += int(before.sum())
    assert stolen / held == pytest.approx(world.truth.stand_shrinkage.mean(), rel=0.2)


def test_returns_come_back_twelve_days_later_and_are_paid_back(half_year: tuple[World, list[Day]]) -> None:
    world, lived = half_year
    sold = sum(day.online_units.sum(axis=0) for day in lived[:-12])
    back = sum(day.returned.sum(axis=0) for day in lived[12:])
    assert np.allclose(back / sold, world.truth.return_share, atol=0.012)
    assert not any(day.returned.any() for day in lived[:12])
    for earlier, later in zip(lived[:-12], lived[12:], strict=True):
        assert (later.returned <= earlier.online_units).all()
        kept = world.truth.kept_share[:3] * earlier.online_price / 100
        assert later.returned_euros == pytest.approx((later.returned * kept).sum())


def test_four_in_five_returns_can_be_sold_again(half_year: tuple[World, list[Day]]) -> None:
    lived = half_year[1]
    good = sum(day.restocked.sum() for day in lived) / sum(day.returned.sum() for day in lived)
    assert good == pytest.approx(0.8, abs=0.03)


def test_old_batches_expire_once_and_those_that_keep_do_not() -> None:
    usual, piled = opened(1, HISTORY), opened(1, HISTORY)
    treatments = np.array([product.category == "treatment" for product in PRODUCTS])
    piled.warehouse.receive(piled.day, np.where(treatments, 4_000, 0), age_share=0.9)
    lived = live(piled, 70)
    expired = sum(day.expired for day in lived)
    assert (expired[treatments] > 1_000).all()
    assert not expired[~treatments].any()
    assert not any(day.expired.any() for day in live(usual, 70))
    assert {day.day % 30 for day in lived if day.expired.any()} == {0}


def test_prices_are_charged_as_listed_and_fifteen_percent_off_on_offer(half_year: tuple[World, list[Day]]) -> None:
    for day in half_year[1]:
        off = np.where(day.online_deal, 0.85, 1.0)
        assert np.allclose(day.online_price, day.list_price[:, :3] * off, atol=0.51)


def test_once_open_nobody_touches_the_price_list() -> None:
    world = opened(1, HISTORY)
    price = world.list_price.copy()
    assert all(np.array_equal(day.list_price, price) for day in live(world, 60))


def test_a_mail_sells_now_costs_something_and_is_paid_on_sunday() -> None:
    quiet, loud = opened(1, HISTORY), opened(1, HISTORY)
    here = int(loud.customers.alive.sum())
    loud.mail()
    unmailed, mailed = live(quiet, WEEK), live(loud, WEEK)
    sold = [sum(day.online_units[:, SHOP].sum() for day in days) for days in (unmailed, mailed)]
    assert sold[1] > 1.1 * sold[0]
    costs = {each.category: each.amount for each in mailed[-1].expenses}
    assert costs["mailings"] == pytest.approx(here * MAIL_EUROS)
    assert "mailings" not in {each.category for each in unmailed[-1].expenses}


def test_a_campaign_is_paid_on_sunday_for_the_week() -> None:
    world = opened(1, HISTORY)
    world.budgets = np.array([700.0, 0.0, 350.0])
    paid = {each.category: each.amount for day in live(world, WEEK) for each in day.expenses}
    spent = [paid[f"advertising:{name}"] for name in ("search", "social", "sponsored")]
    assert spent == pytest.approx([700.0, 0.0, 350.0])


def test_a_budget_that_is_cut_on_sunday_is_paid_for_the_days_it_ran() -> None:
    world = opened(1, HISTORY)

    def spend_until_saturday(here: World) -> None:
        here.budgets = np.full(3, 0.0 if here.day % WEEK == WEEK - 1 else 7_000.0)

    costs = [each for day in live(world, WEEK, spend_until_saturday) for each in day.expenses]
    assert sum(each.amount for each in costs if each.category.startswith("advertising")) == pytest.approx(18_000)
