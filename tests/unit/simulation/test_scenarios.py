"""The shipped scenarios: each changes what it says, and nothing before its first day."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from simulation.catalog import COMPETITORS, DEALER_COUNT, PRODUCTS, REP_COUNT, SKUS
from simulation.disturbances import AFFILIATE_SHARE, disturbances
from simulation.feed import Feed, Files
from simulation.happenings import Day
from simulation.scenario import Schedule
from simulation.scenario_file import known_scenarios
from simulation.world import World
from tests.unit.simulation.lives import differing, happening, live, new_world, opened, same, shipped

NAMES = [scenario.name for scenario in known_scenarios()]
HISTORY, RUN, SEED = 28, 120, 1
BEARD = np.array([product.category == "beard" for product in PRODUCTS])


@dataclass(eq=False)
class Life:
    """A run of the world, day by day, what was reported of it, and the brand at its end."""

    happens: Schedule
    world: World
    days: list[Day]
    reports: list[Files]

    def first(self, event: int = 0) -> int:
        return self.happens.events[event].first_day

    def last(self, event: int = 0) -> int:
        return self.happens.events[event].last_day


@cache
def life(name: str) -> Life:
    happens = shipped(name, SEED, RUN) if name else Schedule()
    world = opened(SEED, HISTORY, happens)
    feed, days = Feed(world), live(world, RUN)
    return Life(happens, world, days, [feed.report(day) for day in days])


@pytest.mark.parametrize("name", NAMES)
def test_before_its_first_day_nothing_is_different_and_afterwards_something_is(name: str) -> None:
    usual, disturbed = life(""), life(name)
    first = min(entry.first_day for entry in disturbed.happens.events)
    assert differing(usual.days[:first], disturbed.days[:first]) == set()
    assert usual.reports[:first] == disturbed.reports[:first]
    assert usual.reports != disturbed.reports


def test_history_knows_of_no_scenario() -> None:
    happens = shipped("price-war", SEED, RUN)
    assert differing(live(new_world(SEED, HISTORY), HISTORY), live(new_world(SEED, HISTORY, happens), HISTORY)) == set()


def test_a_scenario_that_is_far_away_changes_nothing_now() -> None:
    far = [{"kind": "demand", "start": 390, "days": 5, "change_percent": 500}]
    far.append({"kind": "reviews", "start": 390, "days": 5, "per_day": 9.0, "rating": 1, "texts": ["No."]})
    days = live(opened(SEED, HISTORY, happening(*far)), RUN)
    assert differing(days, life("").days) == set()


@pytest.mark.parametrize("name", ["data-outage", "poisoned-reviews", "wrong-stock-counts"])
def test_what_only_the_reports_tell_wrong_leaves_the_world_as_it_was(name: str) -> None:
    assert differing(life("").days, life(name).days) == set()


def test_a_cost_shock_is_what_suppliers_ask_from_that_day_on() -> None:
    shock = life("cost-shock")
    cost = np.array([day.unit_cost for day in shock.days]) / shock.world.truth.unit_cost
    both = max(shock.first(0), shock.first(1))
    assert np.allclose(cost[: shock.first()], 1)
    assert np.allclose(cost[both:, ~BEARD], 1.12, atol=0.002)
    assert np.allclose(cost[both:, BEARD], 1.12 * 1.2, atol=0.002)
    for day in shock.days:
        for order in day.placed:
            assert 0.93 * day.unit_cost[order.product] < order.unit_cost <= day.unit_cost[order.product]


def test_a_price_war_is_a_quarter_off_at_one_rival_and_costs_sales() -> None:
    war, usual = life("price-war"), life("")
    northcut, barberline = COMPETITORS.index("northcut"), COMPETITORS.index("barberline")
    for day, before in zip(war.days, usual.days, strict=True):
        if day.competitor_price is None or before.competitor_price is None:
            continue
        at = day.day - HISTORY
        ratio = day.competitor_price / before.competitor_price
        assert np.allclose(ratio[:, northcut], 0.75 if war.first(0) <= at <= war.last(0) else 1)
        assert np.allclose(ratio[BEARD, barberline], 0.85 if war.first(1) <= at <= war.last(1) else 1)
        assert np.allclose(ratio[~BEARD, barberline], 1)
    sold = [sum(day.online_units.sum() for day in lived.days[war.first() : war.last()]) for lived in (usual, war)]
    assert sold[1] < 0.97 * sold[0]


def test_a_viral_week_is_seven_times_one_product_and_some_of_its_category() -> None:
    viral, usual = life("viral-week"), life("")
    star, styling = SKUS.index("HM-ST-03"), np.array([product.category == "styling" for product in PRODUCTS])
    wanted = disturbances(viral.happens, viral.first() + 2).surge
    assert np.allclose(wanted[star], 7 * 1.35)
    assert np.allclose(wanted[styling & (np.arange(len(PRODUCTS)) != star)], 1.35)
    assert np.allclose(wanted[~styling], 1)
    week = slice(viral.first(), viral.first() + 3)
    sold = [sum(day.online_units[star].sum() for day in lived.days[week]) for lived in (usual, viral)]
    assert sold[1] > 3 * sold[0]
    after = disturbances(viral.happens, 50).surge
    assert np.allclose(after[styling], 0.88)
    assert np.allclose(disturbances(viral.happens, 80).surge, 1)


def test_a_fraud_wave_sells_more_and_brings_less_money() -> None:
    fraud, usual = life("fraud-wave"), life("")
    during = slice(fraud.first(0), fraud.last(0))
    orders = [sum(np.unique(day.shop_orders.order).size for day in lived.days[during]) for lived in (usual, fraud)]
    assert orders[1] > orders[0]
    disturbed = {day for day in range(RUN) if disturbances(fraud.happens, day).fraud.any()}
    said = {day for at in (0, 1) for day in range(fraud.first(at), fraud.last(at) + 1)}
    assert disturbed == said
    owed = [lived.world.books.position().payables for lived in (usual, fraud)]
    assert owed[1] != owed[0]


def test_fraud_is_a_share_of_what_affiliates_bring() -> None:
    every = {"kind": "fraud", "start": 0, "days": 5, "share_percent": 50.0, "chargeback_percent": 100.0}
    assert disturbances(happening(every), 0).fraud.sum() == pytest.approx(0.5 * AFFILIATE_SHARE)


def test_a_late_supplier_is_late_with_what_is_under_way_and_with_what_is_ordered_meanwhile() -> None:
    late, usual = life("supplier-delay"), life("")
    number = 4
    assert disturbances(late.happens, late.first()).delay[number] == 28
    arrived = [{order.number: day.day for day in lived.days for order in day.received} for lived in (usual, late)]
    placed = {order.number: order for day in usual.days for order in day.placed}
    disturbed = {order.number: order for day in late.days for order in day.placed}
    shared = {key for key in placed.keys() & disturbed.keys() if placed[key].product == disturbed[key].product}
    shenzhen = [key for key in shared if late.world.truth.supplier[placed[key].product] == number]
    meanwhile = [key for key in shenzhen if late.first() < placed[key].ordered - HISTORY <= late.last()]
    for key in meanwhile:
        assert disturbed[key].arrives - placed[key].arrives == 28
        assert disturbed[key].promised == placed[key].promised
    under_way = [
        key
        for key in shenzhen
        if placed[key].ordered - HISTORY < late.first() < placed[key].arrives - HISTORY and key in arrived[1]
    ]
    assert all(arrived[1][key] - arrived[0][key] == 28 for key in under_way)
    assert meanwhile or under_way


def delayed_by(start: int, act: Callable[[World], None]) -> set[int]:
    """By how many days orders are late that are placed on a day of the run, for a delay from `start` on."""
    event = {"kind": "supplier_delay", "start": start, "days": 20, "extra_days": 20}
    late, usual = (opened(SEED, HISTORY, each) for each in (happening(event), None))
    received = []
    for world in (usual, late):
        world.standing_rule = None
        arrived = {}
        for day in range(90):
            if day == 7:
                act(world)
            arrived |= {order.product: order.arrives for order in world.step().received if order.ordered == HISTORY + 7}
        received.append(arrived)
    return {received[1][product] - received[0][product] for product in received[0].keys() & received[1].keys()}


def order_everything(world: World) -> None:
    world.order(np.full(len(PRODUCTS), 10))


def test_an_order_after_the_delay_began_is_late_once() -> None:
    assert delayed_by(5, order_everything) == {20}


def test_an_order_on_the_delays_first_day_is_late_once() -> None:
    assert delayed_by(7, order_everything) == {20}


def test_an_order_on_the_first_day_of_a_cost_shock_costs_what_it_costs_that_day() -> None:
    dearer = {"kind": "unit_cost", "start": 3, "days": 20, "change_percent": 50}
    world = opened(SEED, HISTORY, happening(dearer))
    live(world, 3)
    order_everything(world)
    for order in world.step().placed:
        assert order.unit_cost == pytest.approx(1.5 * world.truth.unit_cost[order.product], abs=0.006)


def test_an_overpromising_rep_inflates_his_dealers_orders_only_and_they_come_back() -> None:
    rep, usual = life("overpromising-rep"), life("")
    here = disturbances(rep.happens, rep.first())
    theirs = np.arange(DEALER_COUNT) % REP_COUNT == 1
    assert np.allclose(here.inflated, np.where(theirs, 0.6, 0))
    during = slice(rep.first(), rep.last())
    ordered = [
        sum(order.ordered_units for day in lived.days[during] for order in day.dealer_orders if theirs[order.dealer])
        for lived in (usual, rep)
    ]
    assert ordered[1] == pytest.approx(1.6 * ordered[0], rel=0.1)
    back = [credit for day in rep.days for credit in day.credits]
    assert back
    assert all(theirs[credit.dealer] for credit in back)


def test_poisoned_reviews_arrive_with_their_texts_beside_the_usual_ones() -> None:
    poisoned, usual = life("poisoned-reviews"), life("")
    events = [entry.event for entry in poisoned.happens.events]
    texts = {text for event in events for text in getattr(event, "texts", ())}
    for day in range(RUN):
        reported, before = (lived.reports[day].get("messages", []) for lived in (poisoned, usual))
        placed = [row for row in reported if row not in before]
        assert [row for row in reported if row in before] == before
        assert {row["text"] for row in placed} <= texts
        assert not placed or any(entry.first_day <= day <= entry.last_day for entry in poisoned.happens.events)
    serum = [
        row
        for files in poisoned.reports
        for row in files.get("messages", [])
        if row["sku"] == "HM-TR-01" and row["rating"] == 1 and row["text"] in texts
    ]
    assert len(serum) == pytest.approx(6 * 14, rel=0.3)


def test_counts_are_wrong_where_and_when_the_scenario_says_and_nowhere_else() -> None:
    wrong, usual = life("wrong-stock-counts"), life("")
    checked = off = 0
    for at, (reported, true) in enumerate(zip(wrong.reports, usual.reports, strict=True)):
        assert {name: rows for name, rows in reported.items() if name != "stock"} == {
            name: rows for name, rows in true.items() if name != "stock"
        }
        pairs = list(zip(reported.get("stock", []), true.get("stock", []), strict=True))
        different = [row["location"] for row, true_row in pairs if not same(row, true_row)]
        if not wrong.first(0) <= at <= wrong.last(0):
            assert set(different) <= ({"ST07"} if wrong.first(1) <= at <= wrong.last(1) else set())
            continue
        elsewhere = [row for row, _ in pairs if row["location"] != "ST07"]
        checked += len(elsewhere)
        off += sum(place != "ST07" for place in different)
    assert 0.08 < off / checked <= 0.22


def test_during_an_outage_nothing_comes_and_the_rest_does() -> None:
    outage, usual = life("data-outage"), life("")
    for day in range(outage.first(0), outage.last(0) + 1):
        assert not {"sales", "orders", "order_lines"} & outage.reports[day].keys()
        rest = usual.reports[day].keys() - {"sales", "orders", "order_lines"}
        assert rest <= outage.reports[day].keys()
    back = outage.reports[outage.last(0) + 1]
    for name in ("sales", "orders", "order_lines"):
        missed = [row for day in range(outage.first(0), outage.last(0) + 2) for row in usual.reports[day][name]]
        assert back[name] == missed
    for name in ("competitor_prices", "stock"):
        reported = [row for files in outage.reports for row in files.get(name, [])]
        lost = [
            row
            for day, files in enumerate(usual.reports)
            for row in files.get(name, [])
            if outage.first(1) <= day <= outage.last(1)
        ]
        all_rows = [row for files in usual.reports for row in files.get(name, [])]
        assert lost
        assert reported == [row for row in all_rows if row not in lost]
