"""A driver's trips to stands are shown, approved, planned once, called off, and measured by what stands sold for it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from actions.items import propose
from domain.action import ItemStatus
from domain.context import Context
from domain.errors import Conflict, NotFound
from domain.language import Language
from domain.prediction import OutcomeStatus
from domain.stands import RefillLine, StandRefill
from guardrails.cedar import PolicyEngine
from language.speech import spoken
from store.database import Database
from store.tables import ActionItem, ExpectedExpense, Location, Product, StandRefillOrder, Task
from tests.claims import why
from tests.integration.stand_brand import DAY, PlantedStand, plant_stands
from tests.integration.stand_field import MARGIN, MONDAY, RULES, Field, open_field


@pytest.fixture
def field(database: Database, new_brand: Callable[..., Context], engine: PolicyEngine) -> Field:
    """ST1 and ST2 sell two a day; sixteen lay there a week ago. A trip costs 16.00, and 12.00 a stop."""
    owner = new_brand()
    stands = [PlantedStand("ST1", held=16, visit_every_days=28), PlantedStand("ST2", held=16)]
    plant_stands(database, owner, stands, rules=RULES)
    return open_field(database, engine, owner)


def trip(units: int = 40, *stands: str, cost: int | None = None) -> StandRefill:
    stops = stands or ("ST1",)
    lines = tuple(RefillLine(stand=stand, sku="A", quantity=units) for stand in stops)
    by_rules = 1_600 + 1_200 * len(stops)
    return StandRefill(
        planned_day=date(2026, 3, 3), lines=lines, trip_cost_minor=by_rules if cost is None else cost, currency="EUR"
    )


def test_a_trip_is_shown_with_what_lies_there_what_comes_and_what_it_costs(field: Field) -> None:
    preview = field.advised(trip(40, "ST1", "ST2")).preview
    assert preview["title"] == "Bring 80 units to 2 stands on 3 March for €40.00"
    assert preview["amount_minor"] == 1_600 + 2 * 1_200
    assert [(change["before"], change["after"]) for change in spoken(preview["changes"], Language.EN)] == [
        ("2 units of these products", "40 more: 40 Balm")
    ] * 2


def test_a_trip_is_planned_once_and_its_cost_shared_out_to_the_cent(field: Field) -> None:
    item = field.carry_out(trip(40, "ST1", "ST2"))
    assert field.execute(item).status == ItemStatus.DONE
    orders = field.rows(StandRefillOrder)
    assert [(order.quantity, order.expected_cost_minor, order.delivered_at) for order in orders] == [
        (40, 2_000, None)
    ] * 2
    assert {order.number for order in orders} == {f"TR-{str(item.id)[-12:].upper()}"}
    (task,), (expense,) = field.rows(Task), field.rows(ExpectedExpense)
    assert (task.assignee, task.due_at) == ("dispatcher", orders[0].planned_at)
    assert (expense.category, expense.amount_minor, expense.source) == ("stand trips", 4_000, f"action_item:{item.id}")
    planned = field.emitted("stand.refill_planned")
    assert sorted(event["stand"] for event in planned) == ["ST1", "ST2"]
    assert all(event["lines"] == [{"sku": "A", "quantity": 40}] for event in planned)


def test_a_trip_is_called_off_and_can_be_planned_again(field: Field) -> None:
    item = field.carry_out(trip())
    assert "refill.already_planned" in field.advised(trip()).verdict["policies"]
    assert field.undo(item).status == ItemStatus.UNDONE
    (order,), (task,), (expense,) = field.rows(StandRefillOrder), field.rows(Task), field.rows(ExpectedExpense)
    assert (order.cancelled_at, task.status, expense.cancelled_at) == (
        field.owner.now(),
        "cancelled",
        field.owner.now(),
    )
    assert [event["stand"] for event in field.emitted("stand.refill_cancelled")] == ["ST1"]
    with pytest.raises(Conflict, match="nothing to undo"):
        field.undo(item)
    assert field.advised(trip()).status == ItemStatus.PROPOSED


def test_a_trip_that_was_made_cannot_be_called_off(field: Field) -> None:
    item = field.carry_out(trip())
    field.later(1)
    field.driver_says(40)
    with pytest.raises(Conflict, match="was made on 3 March 2026"):
        field.undo(item)
    assert field.rows(Task)[0].status == "open"


def test_a_trip_whose_cost_moved_after_the_yes_is_not_made(field: Field) -> None:
    item = field.approved(trip())
    field.new_rules(trip_stop_minor=2_500)
    assert field.execute(item).status == ItemStatus.SUPERSEDED
    assert (field.rows(StandRefillOrder), field.rows(ExpectedExpense)) == ([], [])


@pytest.mark.parametrize(
    ("policy", "action", "rules", "product"),
    [
        ("", trip(1_000), {}, {}),
        ("refill.exceeds_warehouse", trip(1_001), {}, {}),
        ("refill.exceeds_warehouse", trip(501, "ST1", "ST2"), {}, {}),
        ("refill.unknown_cost", trip(), {"trip_stop_minor": None}, {}),
        ("", trip(40, "ST1", "ST2"), {"trip_most_stops": 2}, {}),
        ("refill.too_many_stops", trip(40, "ST1", "ST2"), {"trip_most_stops": 1}, {}),
        ("", trip(40), {}, {"shelf_life_days": 21}),
        ("refill.expires", trip(41), {}, {"shelf_life_days": 21}),
    ],
)
def test_a_trip_that_a_driver_warehouse_or_shelf_cannot_bear_is_denied(
    field: Field, policy: str, action: StandRefill, rules: dict[str, Any], product: dict[str, Any]
) -> None:
    """A thousand in the warehouse; two at the stand, of which two are sold a day: 42 in the three weeks it keeps."""
    field.new_rules(**rules)
    field.change(Product, **product)
    item = field.advised(action)
    assert item.status == (ItemStatus.DENIED if policy else ItemStatus.PROPOSED)
    assert item.verdict["policies"] == [policy] if policy else item.verdict["gates"] == ["operator"]


def test_what_another_trip_takes_is_not_in_the_warehouse_any_more(field: Field) -> None:
    field.carry_out(trip(600, "ST2"))
    assert field.advised(trip(400)).status == ItemStatus.PROPOSED
    assert field.advised(trip(401)).verdict["policies"] == ["refill.exceeds_warehouse"]


def test_no_stand_no_trip(field: Field) -> None:
    with pytest.raises(NotFound, match="No stand W"):
        field.advised(trip(1, "W"))


def made(field: Field, counted: int, recounted: int, weeks: int = 4) -> ActionItem:
    """The trip is made on Tuesday: the driver counts, then brings forty; at the next call, twenty days on, so many are
    found. That is the call by plan: every 28 days, and the last was eight days before. Two a day are sold until it."""
    item = field.carry_out(trip())
    field.later(1)
    now = field.owner.now()
    field.driver_says(40)
    field.at_stand(("count", counted, now), ("transfer", 40, now), ("count", recounted, MONDAY + 21 * DAY))
    field.sells("ST1", MONDAY, [14, 14, 14, min(recounted, 6)][:weeks])
    field.later(28)
    return item


def test_what_a_trip_brought_is_what_could_not_have_been_sold_until_the_planned_call(field: Field) -> None:
    """Four lay there on Tuesday. From Wednesday to the call, nineteen days, two a day were sold: 34 more than four.

    Until then forty lay there longer, then two fewer each day, 494 unit-days; in the six days after, 34 fewer.
    """
    since = field.owner.now()
    item = made(field, counted=4, recounted=4 + 40 - 19 * 2)
    outcome = field.measured(item, trip(), since)
    lying = (40 + 40 + sum(range(40, 4, -2))) - 6 * 34
    truth = 34 * MARGIN - 2_800 - lying * 400 * 0.20 / 365
    assert outcome.status == OutcomeStatus.MEASURED
    assert outcome.effect == pytest.approx(truth, abs=1)
    assert (outcome.low, outcome.high) == (outcome.effect, outcome.effect), "every count was as the ledger said"


@pytest.mark.parametrize("wrong", [3, -3])
def test_a_count_that_sets_the_shelf_right_widens_the_interval_and_it_holds_the_truth(field: Field, wrong: int) -> None:
    """The driver miscounted by three, as the next count shows: there were `4 + wrong`, so `34 - wrong` were saved.

    What lay there longer is worth some cents a unit.
    """
    since = field.owner.now()
    item = made(field, counted=4, recounted=4 + wrong + 40 - 19 * 2)
    outcome = field.measured(item, trip(), since)
    truth = (34 - wrong) * MARGIN - 2_800
    assert outcome.effect is not None
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.effect == pytest.approx(34 * MARGIN - 2_800, abs=100)
    assert outcome.low - 100 < truth < outcome.high + 100
    assert outcome.high - outcome.low == pytest.approx(2 * 3 * MARGIN, abs=100)


def test_a_trip_costs_what_was_booked_whatever_its_proposal_said(field: Field) -> None:
    """The rules say 28.00, the action that it costs nothing: the same trip brings the same."""
    with field.database.begin(field.operator) as session:
        asked = propose(session, field.engine, trip(cost=0), "why not")
    assert asked.status == ItemStatus.APPROVED
    assert field.execute(asked).status == ItemStatus.DONE
    assert field.rows(ExpectedExpense)[0].amount_minor == 2_800
    since = field.owner.now()
    field.later(1)
    now = field.owner.now()
    field.driver_says(40)
    field.at_stand(("count", 4, now), ("transfer", 40, now), ("count", 6, MONDAY + 21 * DAY))
    field.sells("ST1", MONDAY, [14, 14, 14, 6])
    field.later(28)
    assert field.measured(asked, trip(cost=0), since).effect == pytest.approx(34 * MARGIN - 2_800, abs=100)


@pytest.mark.parametrize(
    ("weeks", "every", "reason"),
    [
        (4, None, "how often ST1 is visited by plan is not known any more"),
        (3, 28, "sales of ST1 are not reported up to its planned call"),
    ],
)
def test_a_trip_is_not_measurable_where_a_fact_is_missing(
    field: Field, weeks: int, every: int | None, reason: str
) -> None:
    since = field.owner.now()
    item = made(field, counted=4, recounted=6, weeks=weeks)
    field.change(Location, visit_every_days=every)
    outcome = field.measured(item, trip(), since)
    assert (outcome.status, outcome.effect, why(outcome.reasons)) == (OutcomeStatus.NOT_MEASURABLE, None, reason)


def test_a_trip_that_nobody_made_or_counted_is_not_measurable(field: Field) -> None:
    since = field.owner.now()
    item = field.carry_out(trip())
    field.sells("ST1", MONDAY, [14] * 4)
    field.later(28)
    assert why(field.measured(item, trip(), since).reasons) == "no stop of the trip is reported as made"
    field.later(-27)
    field.driver_says(40)
    field.later(27)
    outcome = field.measured(item, trip(), since)
    assert why(outcome.reasons) == "no count or movement shows that the goods came to ST1"
