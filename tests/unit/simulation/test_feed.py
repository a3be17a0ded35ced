"""Reports of the brand's systems: rows of the layout, each sent once, when it is known, and true to the day."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest

from connectors.layout import LAYOUT
from simulation.catalog import CHANNELS, PRODUCTS, SKUS, STAND_CODES, WAREHOUSE
from simulation.feed import Feed, Files, gathered
from simulation.happenings import Day
from simulation.world import START_CASH, WEEK, World
from tests.unit.simulation.lives import happening, new_world, opened

DAYS = 63
KEYS = {
    "products": ("sku",), "channels": ("code",), "locations": ("code",), "suppliers": ("code",), "customers": ("code",),
    "prices": ("sku", "channel", "valid_from"), "product_costs": ("sku", "valid_from"),
    "competitor_prices": ("sku", "competitor", "observed_at"), "orders": ("number",), "order_lines": ("order", "line"),
    "sales": ("period_start", "period_days", "channel", "location", "sku"), "stock": ("location", "sku", "counted_at"),
    "inventory_movements": ("id",), "invoices": ("number",), "payments": ("id",), "expenses": ("id",),
    "messages": ("id",), "purchase_orders": ("number", "sku", "received_at"),
    "supplier_offers": ("supplier", "sku", "from_quantity", "valid_from"), "bank_balances": ("account", "balance_at"),
    "budgets": ("campaign", "valid_from"),
    "leads": ("code", "stage", "last_contact_at", "next_step_at", "won_at", "lost_at"),
}  # fmt: skip
BUSINESS_MOMENT = {
    "prices": "valid_from", "product_costs": "valid_from", "competitor_prices": "observed_at", "orders": "ordered_at",
    "stock": "counted_at", "inventory_movements": "moved_at", "purchase_orders": "ordered_at",
    "invoices": "issued_at", "payments": "paid_at", "expenses": "spent_at", "messages": "received_at",
    "supplier_offers": "valid_from", "bank_balances": "balance_at",
    "budgets": "valid_from", "leads": "opened_at",
}  # fmt: skip


BY_PEOPLE = ("promotions", "stand_refill_orders")
"""Files that only the product, or people, have something to say in."""
REPORTED = [name for name in LAYOUT if name not in BY_PEOPLE]


class Reported:
    """Some days of a world, what was reported after each, and what stood on the shelves then."""

    def __init__(self, world: World, days: int) -> None:
        self.world, feed = world, Feed(world)
        self.opening = feed.opening()
        self.days: list[Day] = []
        self.reports: list[Files] = []
        self.on_hand: list[np.ndarray] = []
        for _ in range(days):
            day = world.step()
            self.days.append(day)
            self.reports.append(feed.report(day))
            self.on_hand.append(world.warehouse.on_hand)

    def rows(self, name: str) -> list[dict[str, Any]]:
        return [row for files in self.reports for row in files.get(name, [])]


@pytest.fixture(scope="module")
def reported() -> Reported:
    return Reported(new_world(1, 182), DAYS)


def units_by_sku(rows: list[dict[str, Any]], column: str = "units") -> np.ndarray:
    units = np.zeros(len(PRODUCTS), dtype=np.int64)
    for row in rows:
        units[SKUS.index(row["sku"])] += row[column]
    return units


@pytest.mark.parametrize("name", REPORTED)
def test_every_row_fits_the_layout(reported: Reported, name: str) -> None:
    rows = [*reported.opening.get(name, []), *reported.rows(name)]
    assert rows
    for row in rows:
        LAYOUT[name].model_validate(row)


@pytest.mark.parametrize("name", REPORTED)
def test_nothing_is_told_twice(reported: Reported, name: str) -> None:
    rows = [*reported.opening.get(name, []), *reported.rows(name)]
    counted = Counter(tuple(row.get(column) for column in KEYS[name]) for row in rows)
    assert [key for key, times in counted.items() if times > 1] == []


def known(name: str, row: dict[str, Any]) -> datetime:
    """As the import decides it: what the row says; else its business date, a period's end."""
    if row.get("known_at"):
        return row["known_at"]
    if name == "sales":
        return row["period_start"] + timedelta(days=row["period_days"])
    return row[BUSINESS_MOMENT[name]]


def test_nothing_is_known_before_it_happens_or_after_the_night_of_its_report(reported: Reported) -> None:
    for day, files in zip(reported.days, reported.reports, strict=True):
        night = datetime.combine(day.date + timedelta(days=1), time(), UTC)
        for name, rows in files.items():
            moments = [known(name, row) for row in rows]
            assert max(moments) <= night, name
            if name not in {"purchase_orders", "leads"}:
                assert min(moments) >= night - timedelta(days=1), name


def test_what_is_delivered_at_night_is_known_by_then(reported: Reported) -> None:
    for day, files in zip(reported.days, reported.reports, strict=True):
        night = datetime.combine(day.date + timedelta(days=1), time(0, 5), UTC)
        assert all(known(name, row) <= night for name, rows in files.items() for row in rows)


def test_stands_and_dealers_report_on_sundays_only_and_for_the_week(reported: Reported) -> None:
    for day, files in zip(reported.days, reported.reports, strict=True):
        weekly = [row for row in files["sales"] if row["period_days"] == WEEK]
        assert bool(weekly) == (day.date.weekday() == 6)
        for row in weekly:
            assert row["channel"] in ("stands", "dealers")
            assert row["period_start"].date() == day.date - timedelta(days=6)
        daily = [row for row in files["sales"] if row["period_days"] == 1]
        assert {row["channel"] for row in daily} == set(CHANNELS[:3])
        assert {row["period_start"].date() for row in daily} == {day.date}


def test_daily_sales_are_the_days(reported: Reported) -> None:
    for day, files in zip(reported.days, reported.reports, strict=True):
        for row in files["sales"]:
            if row["period_days"] == 1:
                p, c = SKUS.index(row["sku"]), CHANNELS.index(row["channel"])
                assert row["units"] == day.online_units[p, c]
                assert row["unit_price"] == f"{day.online_price[p, c] / 100:.2f}"
                assert row["deal"] == day.online_deal[p, c]


def test_weekly_sales_add_up_to_the_weeks(reported: Reported) -> None:
    stands = [row for row in reported.rows("sales") if row["channel"] == "stands"]
    dealers = [row for row in reported.rows("sales") if row["channel"] == "dealers"]
    assert np.array_equal(units_by_sku(stands), sum(day.stand_units.sum(axis=1) for day in reported.days))
    ordered = sum(order.units for day in reported.days for order in day.dealer_orders)
    assert np.array_equal(units_by_sku(dealers), ordered)
    euros = sum(float(row["unit_price"]) * row["units"] for row in stands)
    assert euros == pytest.approx(
        sum((day.stand_units * day.stand_price).sum() for day in reported.days) / 100, rel=1e-3
    )
    listed = Counter(row["location"] for row in stands)
    assert set(listed) == set(STAND_CODES)


def test_orders_and_their_lines_agree_with_each_other_and_with_the_sales(reported: Reported) -> None:
    totals = {row["number"]: float(row["total"]) for row in reported.rows("orders")}
    lines: dict[str, float] = defaultdict(float)
    for row in reported.rows("order_lines"):
        lines[row["order"]] += float(row["amount"])
    credits = {credit.number for day in reported.days for credit in day.credits}
    assert lines.keys() == totals.keys() - credits
    assert all(lines[number] == pytest.approx(totals[number], abs=0.03) for number in lines)
    shop = [row for row in reported.rows("order_lines") if row["order"].startswith("S")]
    assert np.array_equal(units_by_sku(shop, "quantity"), sum(day.online_units[:, 0] for day in reported.days))


def test_who_orders_is_a_customer_that_was_told_of_before(reported: Reported) -> None:
    names = {row["code"] for row in reported.opening["customers"]}
    for files in reported.reports:
        names |= {row["code"] for row in files.get("customers", [])}
        assert {row["customer"] for row in files["orders"]} <= names


def test_movements_tell_what_the_warehouse_did_between_counts(reported: Reported) -> None:
    for before, after, files in zip(reported.on_hand, reported.on_hand[1:], reported.reports[1:], strict=False):
        moved = units_by_sku([row for row in files["inventory_movements"] if row["location"] == WAREHOUSE], "quantity")
        assert np.array_equal(after - before, moved)


def test_a_count_and_the_movements_after_it_give_what_stands_on_the_shelf(reported: Reported) -> None:
    for on_hand, files in zip(reported.on_hand, reported.reports, strict=True):
        counted = [row for row in files.get("stock", []) if row["location"] == WAREHOUSE]
        if counted:
            later = [
                row
                for row in files["inventory_movements"]
                if row["location"] == WAREHOUSE and row["moved_at"] > counted[0]["counted_at"]
            ]
            assert np.array_equal(units_by_sku(counted, "on_hand") + units_by_sku(later, "quantity"), on_hand)


def test_what_leaves_for_the_stands_arrives_there(reported: Reported) -> None:
    moves = [row for row in reported.rows("inventory_movements") if row["kind"] == "transfer"]
    assert units_by_sku(moves, "quantity").sum() == 0
    brought = sum(units.sum() for day in reported.days for units in day.refills.values())
    assert sum(row["quantity"] for row in moves if row["location"] != WAREHOUSE) == brought


def test_stands_count_what_they_carry_when_the_driver_calls(reported: Reported) -> None:
    stand_range = reported.world.truth.stand_range
    for day, files in zip(reported.days, reported.reports, strict=True):
        counts = {(row["location"], row["sku"]): row["on_hand"] for row in files.get("stock", [])}
        expected = {
            (STAND_CODES[stand], SKUS[p]): units[p]
            for stand, units in day.stand_counts.items()
            for p in np.flatnonzero(stand_range[:, stand])
        }
        assert {key: value for key, value in counts.items() if key[0] != WAREHOUSE} == expected


def test_purchase_orders_are_told_when_placed_and_again_when_received(reported: Reported) -> None:
    for day, files in zip(reported.days, reported.reports, strict=True):
        rows = {row["number"]: row for row in files.get("purchase_orders", [])}
        assert rows.keys() == {order.number for order in (*day.placed, *day.received)}
        for order in day.received:
            assert rows[order.number]["received_at"].date() == day.date
        for order in day.placed:
            assert rows[order.number]["received_at"] is None
            assert rows[order.number]["quantity"] == order.units


def test_of_an_order_told_twice_the_last_word_counts(reported: Reported) -> None:
    rows = gathered(reported.reports)["purchase_orders"]
    received = {order.number for day in reported.days for order in day.received}
    assert len({row["number"] for row in rows}) == len(rows)
    assert {row["number"] for row in rows if row["received_at"]} == received


def test_prices_are_told_as_they_change_until_the_product_keeps_the_list_itself() -> None:
    reported = Reported(new_world(1, 28), 42)
    for before, after, files in zip(reported.days, reported.days[1:], reported.reports[1:], strict=False):
        changed = np.argwhere(before.list_price != after.list_price)
        rows = {(row["sku"], row["channel"]): row["price"] for row in files.get("prices", [])}
        assert rows == {(SKUS[p], CHANNELS[c]): f"{after.list_price[p, c] / 100:.2f}" for p, c in changed}
    assert len(reported.reports[0]["prices"]) == len(PRODUCTS) * len(CHANNELS)
    world = opened(1, 28)
    feed = Feed(world)
    feed.report(world.step())
    for keeps_the_list in (False, True):
        feed.reports_prices = not keeps_the_list
        world.list_price = world.list_price + 100
        assert ("prices" in feed.report(world.step())) is not keeps_the_list


def test_money_told_of_is_all_the_money_that_moved(reported: Reported) -> None:
    received = sum(float(row["amount"]) for row in reported.rows("payments"))
    went = sum(float(row["amount"]) for row in reported.rows("expenses"))
    assert reported.world.books.cash == pytest.approx(START_CASH + received - went, rel=1e-4)


def test_what_is_paid_and_spent_is_told(reported: Reported) -> None:
    for day, files in zip(reported.days, reported.reports, strict=True):
        paid = [float(row["amount"]) for row in files.get("payments", [])]
        assert paid == pytest.approx([each.amount for each in day.paid], abs=0.005)
        spent = {row["category"]: float(row["amount"]) for row in files.get("expenses", [])}
        assert spent == pytest.approx({each.category: each.amount for each in day.expenses}, abs=0.005)


def outage(feeds: list[str], *, lost: bool) -> Reported:
    event = {"kind": "data_outage", "start": 7, "days": 10, "feeds": feeds, "lost": lost}
    return Reported(opened(1, 28, happening(event)), 40)


@pytest.fixture(scope="module")
def usual() -> Reported:
    return Reported(opened(1, 28), 40)


@pytest.mark.parametrize(
    "feeds",
    [["sales"], ["purchase_orders"], ["orders"], ["customers"], ["invoices", "stock"], list(LAYOUT)],
    ids=lambda feeds: feeds[0] if len(feeds) < 9 else "all",
)
def test_what_an_outage_holds_back_comes_later_all_of_it_once(usual: Reported, feeds: list[str]) -> None:
    late = outage(feeds, lost=False)
    for name in LAYOUT:
        delivered, true = gathered(late.reports).get(name, []), gathered(usual.reports).get(name, [])
        assert sorted(map(repr, delivered)) == sorted(map(repr, true)), name
    assert not [files for files in late.reports[7:17] if set(feeds) & files.keys()]


def test_what_an_outage_lost_never_comes(usual: Reported) -> None:
    lost = outage(["sales"], lost=True)
    true = [row for at, files in enumerate(usual.reports) if not 7 <= at < 17 for row in files["sales"]]
    assert lost.rows("sales") == true


REFERS = (("orders", "customer", "customers"), ("order_lines", "order", "orders"), ("payments", "invoice", "invoices"))
NAMED = {"customers": "code", "orders": "number", "invoices": "number"}


@pytest.fixture(scope="module")
def named_in_history() -> dict[str, set[str]]:
    """Names that the reports have introduced when the run opens, by file."""
    past = Reported(new_world(1, 28), 28)
    return {name: {row[key] for row in [*past.opening.get(name, []), *past.rows(name)]} for name, key in NAMED.items()}


def dangling(names: dict[str, set[str]], reported: Reported) -> set[tuple[int, str]]:
    """(day, file) of rows that name what has not been told by then."""
    names, unknown = {name: set(known) for name, known in names.items()}, set()
    for at, files in enumerate(reported.reports):
        for name, key in NAMED.items():
            names[name] |= {row[key] for row in files.get(name, [])}
        for name, column, other in REFERS:
            if any(row[column] not in names[other] for row in files.get(name, []) if row[column]):
                unknown.add((at, name))
    return unknown


@pytest.mark.parametrize("feed", ["orders", "invoices", "order_lines", "payments"])
def test_what_waits_for_something_held_back_waits_with_it(named_in_history: dict[str, set[str]], feed: str) -> None:
    assert dangling(named_in_history, outage([feed], lost=False)) == set()


def test_lines_wait_for_orders_that_wait_for_customers(named_in_history: dict[str, set[str]]) -> None:
    assert dangling(named_in_history, outage(["customers"], lost=False)) == set()


@pytest.mark.parametrize("feed", ["customers", "orders", "invoices"])
def test_nothing_is_told_of_what_was_lost(named_in_history: dict[str, set[str]], feed: str) -> None:
    assert dangling(named_in_history, outage([feed], lost=True)) == set()
