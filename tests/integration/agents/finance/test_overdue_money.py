"""The Finance Analyst on money that is owed: who is reminded and who is left alone, and who may never pay."""

from collections.abc import Callable

import pytest

from domain.context import Context
from domain.report import FindingSeverity
from store.database import Database
from tests.integration.agents.held import Held, answer_of
from tests.integration.money_brand import bill


async def hold(database: Database, ctx: Context) -> Held:
    return await answer_of(database, ctx, "finance_analyst", "Money")


@pytest.fixture
def ctx(new_brand: Callable[..., Context]) -> Context:
    return new_brand()


async def test_who_always_pays_some_days_late_is_left_alone_and_who_is_out_is_reminded(
    database: Database, ctx: Context
) -> None:
    """Golden: terms are thirty days. LATE pays after fifty to fifty-six; its open invoice is forty-five days old, so
    some eight more are to be waited for, of which a reminder is taken to save a fifth. HABIT pays after thirty-two to
    thirty-four; at thirty-one days it will pay within days whatever is written to it."""
    bill(database, ctx, "LATE", [50 + at % 7 for at in range(20)], {"L-OPEN": 45, "L-NEW": 10}, 300_000)
    bill(database, ctx, "HABIT", [32 + at % 3 for at in range(20)], {"H-OPEN": 31}, 300_000)
    held = await hold(database, ctx)
    (proposal,) = held.proposals
    assert (proposal.kind, proposal.action["lines"]) == ("invoice.remind", [{"debtor": "LATE", "invoice": "L-OPEN"}])
    late = held.answer("reminder_advice")
    wait = 53 - 45
    assert late["wait"]["value"] == pytest.approx(wait, abs=2)
    assert late["saved"]["value"] == pytest.approx(0.2 * wait, abs=0.5)
    a_day = 300_000 * 0.10 / 365
    assert late["interest"]["value"] == pytest.approx(0.2 * wait * a_day, rel=0.3)
    assert late["gain"]["value"] == pytest.approx(late["interest"]["value"] + late["kept"]["value"], abs=1)
    assert proposal.prediction["value"] == proposal.expected_minor == round(late["gain"]["value"])
    assert proposal.prediction["low"] <= proposal.prediction["value"] <= proposal.prediction["high"]
    (habit,) = late["resting"]
    assert (habit["debtor"], habit["status"], habit["reasons"]) == ("HABIT", "wait", ["finance.reason.pays_anyway"])
    assert (
        "HABIT owes €3,000.00; €3,000.00 of it is overdue, the oldest by 1 day. It usually pays after 33" in held.said
    )


async def test_all_that_is_overdue_is_one_item_and_its_worth_counts_what_may_never_come(
    database: Database, ctx: Context
) -> None:
    """Thirteen debtors who pay between a month and a year: one item, whose promise is far above the interest."""
    took = [32, 40, 55, 80, 120, 170, 250, 330]
    for at in range(13):
        bill(database, ctx, f"D{at:02}", took[at % 4 :] + took[: at % 4], {f"OPEN-{at}": 60 + 5 * at}, 100_000 + at)
    held = await hold(database, ctx)
    (proposal,) = held.proposals
    advice = held.answer("reminder_advice")
    assert (advice["debtors"]["value"], len(proposal.action["lines"])) == (13, 13)
    assert advice["overdue"]["value"] == sum(100_000 + at for at in range(13))
    assert advice["at_risk"]["value"] == pytest.approx(
        sum(line["at_risk"]["value"] for line in advice["lines"]), rel=0.1
    )
    assert 0 < advice["kept"]["value"] < advice["at_risk"]["value"], "a reminder saves some of it, and not all"
    assert advice["gain"]["value"] > 2 * advice["interest"]["value"]
    assert "13 customers have €13,000.78 overdue on 13 invoices" in held.said


async def test_who_has_not_paid_for_months_is_a_risk_of_its_own(database: Database, ctx: Context) -> None:
    """Five invoices of 1,000.00, the oldest 148 days past its terms, of somebody who used to pay in time."""
    bill(database, ctx, "D17", [31, 33, 45, 60, 90, 28], {f"D17-{late}": 30 + late for late in (20, 50, 80, 110, 148)},
         100_000)  # fmt: skip
    bill(database, ctx, "GOOD", [30 + at % 9 for at in range(20)], {"G-OPEN": 50}, 100_000)
    held = await hold(database, ctx)
    risk = held.finding("D17")
    assert risk.severity is FindingSeverity.RISK
    row = next(row for row in held.answer("receivables")["debtors"] if row["debtor"] == "D17")
    assert (row["invoices"]["value"], row["oldest"]["value"], row["at_risk"]) == (5, 148, True)
    assert 0 < row["may_be_lost"]["value"] < 500_000
    assert "D17 may not pay at all: €5,000.00 is overdue on 5 of its invoices, the oldest by 148 days" in held.said
    assert "write that down, and deliver nothing more on account" in held.said
    (reminder,) = held.proposals
    receipts = {str(ref.receipt) for ref in risk.claim.figures.values()}
    assert receipts.intersection(reminder.receipts), "the reminder answers the risk, so that the chair takes it first"
    assert not next(row for row in held.answer("receivables")["debtors"] if row["debtor"] == "GOOD")["at_risk"]


@pytest.mark.parametrize(("age", "reminded"), [(31, False), (33, False), (36, True), (60, True)])
async def test_who_is_later_than_it_always_is_is_reminded(
    database: Database, ctx: Context, age: int, reminded: bool
) -> None:
    """However sure the habit is that money comes tomorrow: it should have been here."""
    bill(database, ctx, "HABIT", [32 + at % 3 for at in range(20)], {"H-OPEN": age}, 300_000)
    held = await hold(database, ctx)
    assert [row.action["lines"][0]["debtor"] for row in held.proposals] == ["HABIT"] * reminded


async def test_who_owes_for_the_first_time_is_not_reminded_as_no_habit_is_known(
    database: Database, ctx: Context
) -> None:
    bill(database, ctx, "NEW", [30, 31], {"N-OPEN": 45}, 300_000)
    held = await hold(database, ctx)
    assert held.proposals == []
    assert "Reminders: too few invoices were ever paid to tell how debtors pay." in held.report.missing_data


async def test_a_debtor_whose_name_reads_as_a_figure_is_reminded_and_not_named_in_prose(
    database: Database, ctx: Context
) -> None:
    bill(database, ctx, "{gain}", [50 + at % 7 for at in range(20)], {"OPEN": 45}, 300_000)
    held = await hold(database, ctx)
    (proposal,) = held.proposals
    assert proposal.action["lines"][0]["debtor"] == "{gain}"
    assert held.said_of("Reminders").startswith("A debtor has €3,000.00 overdue")
