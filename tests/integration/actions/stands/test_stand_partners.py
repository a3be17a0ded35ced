"""Bonuses to stands' partners and visits to them are promised once, taken back, and measured against other stands."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from actions.approvals import approve
from actions.items import propose
from domain.action import ItemStatus
from domain.context import Context
from domain.errors import Conflict
from domain.prediction import OutcomeStatus
from domain.stands import StandBonus, StandVisit
from guardrails.cedar import PolicyEngine
from store.database import Database
from store.tables import ExpectedExpense, StandBonusRow, StandVisitRow, Task
from tests.claims import why
from tests.integration.stand_brand import DAY, PlantedStand, plant_stands
from tests.integration.stand_field import MARGIN, MONDAY, RULES, Field, open_field

NewBrand = Callable[..., Context]


@pytest.fixture
def field(database: Database, new_brand: NewBrand, engine: PolicyEngine) -> Field:
    owner = new_brand()
    plant_stands(database, owner, [PlantedStand("ST1")], rules=RULES)
    return open_field(database, engine, owner)


def bonus(share_bps: int = 500, cap_minor: int = 20_000) -> StandBonus:
    return StandBonus(stand="ST1", share_bps=share_bps, weeks=4, cap_minor=cap_minor, currency="EUR")


def visit(cost: int = 4_000) -> StandVisit:
    return StandVisit(stand="ST1", planned_day=date(2026, 3, 5), cost_minor=cost, currency="EUR")


def test_a_bonus_is_promised_once_for_its_weeks_and_its_cap_is_booked(field: Field) -> None:
    item = field.advised(bonus())
    assert item.preview["title"] == "Promise ST1 5.0 % of its sales for 4 weeks, up to €200.00"
    approve(field.database, field.operator, field.engine, str(item.id), timedelta(0))
    field.execute(item)
    assert field.execute(item).status == ItemStatus.DONE
    (row,), (expense,) = field.rows(StandBonusRow), field.rows(ExpectedExpense)
    assert (row.share_bps, row.cap_minor, row.starts_at) == (500, 20_000, field.owner.now())
    assert row.ends_at == expense.expected_at == field.owner.now() + 28 * DAY
    assert (expense.category, expense.amount_minor) == ("stand bonuses", 20_000)
    assert field.emitted("stand.bonus_promised") == [
        {"stand": "ST1", "contact": "", "share_bps": 500, "until": "2026-03-30"}
    ]


def test_a_bonus_that_runs_is_not_promised_again_until_it_is_taken_back(field: Field) -> None:
    item = field.carry_out(bonus())
    field.later(7)
    assert "bonus.already_running" in field.advised(bonus()).verdict["policies"]
    field.undo(item)
    assert field.rows(StandBonusRow)[0].ends_at == field.owner.now()
    assert field.advised(bonus()).status == ItemStatus.PROPOSED


def test_a_bonus_that_ended_cannot_be_taken_back(field: Field) -> None:
    item = field.carry_out(bonus())
    field.later(28)
    with pytest.raises(Conflict, match="ended already"):
        field.undo(item)


@pytest.mark.parametrize(("share_bps", "gates"), [(500, ["operator"]), (501, ["operator", "owner"])])
def test_a_larger_share_than_the_owner_lets_others_promise_needs_the_owner(
    field: Field, share_bps: int, gates: list[str]
) -> None:
    assert sorted(field.advised(bonus(share_bps)).verdict["gates"]) == gates


def test_a_visit_is_planned_once_and_called_off(field: Field) -> None:
    item = field.advised(visit())
    assert item.preview["title"] == "Visit ST1 on 5 March for €40.00"
    approve(field.database, field.operator, field.engine, str(item.id), timedelta(0))
    field.execute(item)
    assert field.execute(item).status == ItemStatus.DONE
    (row,), (task,), (expense,) = field.rows(StandVisitRow), field.rows(Task), field.rows(ExpectedExpense)
    assert row.expected_cost_minor == expense.amount_minor == 4_000
    assert row.planned_at == task.due_at == MONDAY + 3 * DAY
    assert field.emitted("stand.visit_planned") == [{"stand": "ST1", "contact": "", "day": "2026-03-05"}]
    field.later(3)
    field.undo(item)
    (row,), (task,), (expense,) = field.rows(StandVisitRow), field.rows(Task), field.rows(ExpectedExpense)
    assert (row.cancelled_at, task.status, expense.cancelled_at) == (field.owner.now(), "cancelled", field.owner.now())


def test_a_visit_whose_day_has_passed_cannot_be_called_off(field: Field) -> None:
    item = field.carry_out(visit())
    field.later(4)
    with pytest.raises(Conflict, match="day has passed"):
        field.undo(item)
    assert [row.cancelled_at for row in (*field.rows(StandVisitRow), *field.rows(ExpectedExpense))] == [None, None]


@pytest.mark.parametrize(("days", "status"), [(30, ItemStatus.DENIED), (31, ItemStatus.PROPOSED)])
def test_a_partner_is_visited_once_in_four_weeks(field: Field, days: int, status: ItemStatus) -> None:
    """The visit of Thursday is 28 days ago on the thirty-first day, at nine."""
    field.carry_out(visit())
    field.later(days)
    item = field.advised(visit())
    assert item.status == status
    assert ("visit.already_planned" in item.verdict["policies"]) == (status == ItemStatus.DENIED)


WEEKS, AFTER = 40, 8
OTHERS = ("ST2", "ST3", "ST4")


@pytest.fixture
def street(database: Database, new_brand: NewBrand, engine: PolicyEngine) -> Field:
    """Four stands without a past; `trade` gives them one."""
    owner = new_brand()
    codes = ("ST1", *OTHERS)
    plant_stands(database, owner, [PlantedStand(code) for code in codes], rules=RULES, weeks=0)
    return open_field(database, engine, owner)


def trade(street: Field, stand: str, lift: int = 0, before: int = WEEKS, after: int = AFTER) -> list[int]:
    """Weekly sales that go up and down alike at all stands, by a few units apart; `lift` more from next Monday on.

    Units of the weeks after.
    """
    rng = np.random.default_rng(sum(map(ord, stand)))
    weeks = np.arange(before + 1 + after) + WEEKS - before
    season = 40 + 12 * np.sin(2 * np.pi * weeks / 13) + 6 * np.sin(2 * np.pi * weeks / 5)
    units = [round(float(level)) for level in season + rng.normal(0, 1, len(weeks))]
    raised = [weekly + lift * (at > before) for at, weekly in enumerate(units)]
    street.sells(stand, MONDAY - 7 * before * DAY, raised)
    return raised[before + 1 :]


def test_what_a_visit_brought_is_found_against_stands_that_were_left_alone(street: Field) -> None:
    """Six more a week for eight weeks, at 5.00 each: 240.00, less the 40.00 of the visit."""
    item = street.carry_out(visit())
    since = street.owner.now()
    trade(street, "ST1", lift=6)
    for stand in OTHERS:
        trade(street, stand)
    street.later(7 * (AFTER + 1))
    outcome = street.measured(item, visit(), since)
    truth = 6 * AFTER * MARGIN - 4_000
    assert outcome.status == OutcomeStatus.MEASURED
    assert outcome.effect is not None
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.low <= truth <= outcome.high
    assert outcome.effect == pytest.approx(truth, abs=6_000)
    assert outcome.low > 0, "the noise is a unit a week: it was worth its cost"


def test_a_visit_costs_what_was_booked_whatever_its_proposal_said(street: Field) -> None:
    """The action says 0.00, the rules 40.00: the same sales bring the same."""
    with street.database.begin(street.operator) as session:
        item = propose(session, street.engine, visit(cost=0), "why not")
    assert item.status == ItemStatus.APPROVED
    assert street.execute(item).status == ItemStatus.DONE
    since = street.owner.now()
    for stand in ("ST1", *OTHERS):
        trade(street, stand, lift=6 * (stand == "ST1"))
    street.later(7 * (AFTER + 1))
    priced, free = (street.measured(item, visit(cost), since).effect for cost in (4_000, 0))
    assert priced == free


def test_a_bonus_that_is_taken_back_is_owed_for_what_was_sold_under_it(street: Field) -> None:
    """One week that began under it is reported, and nine hours of the next are not: 5 % of that is due now."""
    item = street.carry_out(bonus())
    sold = trade(street, "ST1", lift=10)
    street.later(14)
    street.undo(item)
    (expense,) = street.rows(ExpectedExpense)
    assert expense.cancelled_at is None
    assert expense.amount_minor == round(sold[0] * (400 + MARGIN) * 0.05 * (7 * 24 + 9) / (7 * 24))
    assert expense.expected_at == street.owner.now()


@pytest.mark.parametrize("cap_minor", [20_000, 5_000])
def test_a_bonus_costs_its_share_while_it_runs_and_never_more_than_its_cap(street: Field, cap_minor: int) -> None:
    """Ten more a week for eight weeks; 5 % of the sales of the first four go to the partner, up to the cap."""
    action = bonus(500, cap_minor)
    item = street.carry_out(action)
    since = street.owner.now()
    sold = trade(street, "ST1", lift=10)
    for stand in OTHERS:
        trade(street, stand)
    street.later(7 * (AFTER + 1))
    outcome = street.measured(item, action, since)
    share = round(sum(sold[:4]) * (400 + MARGIN) * 0.05)
    assert 5_000 < share < 20_000
    truth = 10 * AFTER * MARGIN - min(share, cap_minor)
    assert outcome.effect is not None
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.low <= truth <= outcome.high
    kept = sum(sold) * MARGIN
    assert outcome.realised == kept - min(share, cap_minor)


@pytest.mark.parametrize(
    ("others", "before", "after", "reason"),
    [
        ((), WEEKS, AFTER, "no other stand sold through the whole time, to compare with"),
        (OTHERS, WEEKS, 1, "too few weeks of sales are known after"),
        (OTHERS, 18, AFTER, "too few weeks of sales were known before"),
    ],
)
def test_a_visit_is_not_measurable_without_others_or_weeks(
    street: Field, others: tuple[str, ...], before: int, after: int, reason: str
) -> None:
    item = street.carry_out(visit())
    since = street.owner.now()
    for stand in ("ST1", *others):
        trade(street, stand, before=before, after=after)
    street.later(7 * (AFTER + 1))
    outcome = street.measured(item, visit(), since)
    assert (outcome.status, outcome.effect) == (OutcomeStatus.NOT_MEASURABLE, None)
    assert reason in why(outcome.reasons)


def test_stands_that_were_visited_or_rewarded_themselves_are_nobody_s_measure(street: Field) -> None:
    item = street.carry_out(visit())
    since = street.owner.now()
    for stand in ("ST1", "ST2", "ST3"):
        trade(street, stand)
    street.carry_out(visit().model_copy(update={"stand": "ST2"}))
    street.carry_out(bonus().model_copy(update={"stand": "ST3"}))
    street.later(7 * (AFTER + 1))
    outcome = street.measured(item, visit(), since)
    assert why(outcome.reasons) == "no other stand sold through the whole time, to compare with"


def test_without_any_sales_of_stands_nothing_is_measured(street: Field) -> None:
    item = street.carry_out(visit())
    since = street.owner.now()
    street.later(7 * (AFTER + 1))
    assert why(street.measured(item, visit(), since).reasons) == "no weekly sales of stands are known around it"
