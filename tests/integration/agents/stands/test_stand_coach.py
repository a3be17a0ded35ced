"""The Stand Coach on rules: which trips it proposes, which it leaves alone, and what it says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.approvals import approve
from actions.gateway import execute, undo
from actions.items import Proposer, adopt
from agents.charter import load_charters
from agents.crew import chat_model_for
from agents.loop import run_agent
from domain.autonomy import Autonomy
from domain.clock import FixedClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from domain.report import AgentReport
from guardrails.cedar import PolicyEngine
from store.database import Database
from store.tables import ActionItem, ExpectedExpense, OutboxEvent, ProposalRow, StandRefillOrder, Task
from tests.integration.priced_brand import start_run
from tests.integration.stand_brand import PlantedStand, plant_stands
from tools.toolbox import Toolbox

CHARTER = next(charter for charter in load_charters() if charter.name == "stand_coach")


@pytest.fixture
def ctx(new_brand: Callable[..., Context]) -> Context:
    return new_brand()


async def hold(database: Database, ctx: Context) -> AgentReport:
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), start_run(database, ctx), CHARTER.name, CHARTER.tools)
    result = await run_agent(CHARTER, toolbox, chat_model_for(CHARTER, "rules"), "Stands")
    assert (result.status, result.reason) == ("ok", "")
    return result.report


def proposals(database: Database, ctx: Context) -> list[ProposalRow]:
    with database.read(ctx) as session:
        return list(session.scalars(select(ProposalRow)))


async def test_a_stand_whose_trip_costs_more_than_it_earns_is_not_refilled(database: Database, ctx: Context) -> None:
    """The typical mistake: it runs out and loses some twenty units of one euro, and a trip costs twenty-eight."""
    plant_stands(database, ctx, [PlantedStand("ST1", held=16)], margin_minor=100)
    report = await hold(database, ctx)
    assert (report.proposals, proposals(database, ctx)) == ([], [])
    assert "No trip to a stand would earn its cost" in report.summary.text


async def test_stands_that_run_low_share_a_trip_and_full_ones_are_left_alone(database: Database, ctx: Context) -> None:
    plant_stands(
        database, ctx, [PlantedStand("ST1", held=16), PlantedStand("ST2", held=18), PlantedStand("ST3", held=90)]
    )
    await hold(database, ctx)
    (row,) = proposals(database, ctx)
    assert {line["stand"] for line in row.action["lines"]} == {"ST1", "ST2"}
    assert row.action["trip_cost_minor"] == 1_600 + 2 * 1_200
    assert row.prediction["low"] <= row.prediction["value"] <= row.prediction["high"]


async def test_what_the_warehouse_is_out_of_is_named_whatever_its_sku(database: Database, ctx: Context) -> None:
    """No line of the trip names it; its digits are no bare number all the same."""
    plant_stands(database, ctx, [PlantedStand("ST1", held=16), PlantedStand("ST2", held=18)], also={"HM-CO-01": 0})
    report = await hold(database, ctx)
    assert len(report.proposals) == 1
    said = "Too little in the warehouse for the stands: HM-CO-01"
    assert any(said in finding.claim.text for finding in report.findings)


async def test_without_the_cost_of_a_trip_nothing_is_proposed_and_it_says_so(database: Database, ctx: Context) -> None:
    plant_stands(database, ctx, [PlantedStand("ST1", held=16)], rules={"trip_fixed_minor": 1_600})
    report = await hold(database, ctx)
    assert proposals(database, ctx) == []
    assert any("what a driver's trip costs" in line for line in report.missing_data)


async def test_an_adopted_trip_makes_orders_a_task_a_cost_and_tells_the_partner_and_is_called_off(
    database: Database, ctx: Context, engine: PolicyEngine
) -> None:
    plant_stands(database, ctx, [PlantedStand("ST1", held=16), PlantedStand("ST2", held=18)])
    await hold(database, ctx)
    (row,) = proposals(database, ctx)
    with database.begin(ctx) as session:
        proposer = Proposer(ctx.new_id(), Autonomy.ACT_WITHIN_LIMITS)
        item = adopt(session, engine, session.get_one(ProposalRow, (ctx.brand_id, row.id)), proposer, 1)
        assert item.verdict["decision"] == "needs_approval", item.verdict
    approve(database, ctx, engine, str(item.id), timedelta(0))
    assert execute(database, ctx, engine, item.id).status == "done"
    with database.read(ctx) as session:
        orders = session.scalars(select(StandRefillOrder)).all()
        assert sum(order.expected_cost_minor for order in orders) == row.action["trip_cost_minor"]
        assert [task.assignee for task in session.scalars(select(Task))] == ["dispatcher"]
        assert [expense.amount_minor for expense in session.scalars(select(ExpectedExpense))] == [4_000]
        planned = [
            event.subject for event in session.scalars(select(OutboxEvent)) if event.type == "stand.refill_planned"
        ]
        assert sorted(planned) == ["ST1", "ST2"]
    undo(database, ctx, str(item.id))
    with database.read(ctx) as session:
        assert all(order.cancelled_at for order in session.scalars(select(StandRefillOrder)))
        assert session.scalars(select(ActionItem)).one().status == "undone"


async def test_stands_that_stopped_reporting_are_not_driven_to_on_a_guess(database: Database, ctx: Context) -> None:
    """They ran low when they last reported; a month later nobody knows what lies there."""
    plant_stands(database, ctx, [PlantedStand("ST1", held=16), PlantedStand("ST2", held=18)])
    clock = FixedClock(ctx.now() + timedelta(days=30))
    report = await hold(database, replace(ctx, clock=clock, ids=TimeOrderedIds(clock)))
    assert (report.proposals, proposals(database, ctx)) == ([], [])
    assert any("its last report is more than a fortnight old" in line for line in report.missing_data)
