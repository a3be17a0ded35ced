"""The Inventory Forecaster on stock in the wrong place: what it moves, what it leaves, what it cannot tell."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from agents.charter import load_charters
from agents.crew import chat_model_for
from agents.loop import run_agent
from domain.context import Context
from domain.language import Language
from domain.report import AgentReport
from language.speech import prose_of
from store.database import Database
from store.tables import ProposalRow, Supplier
from tests.integration.laddered_brand import Laddered, keep_at, ladder
from tests.integration.priced_brand import start_run
from tools.toolbox import Toolbox

CHARTER = next(charter for charter in load_charters() if charter.name == "inventory_forecaster")
LACKING = "Transfers between places: what a transport costs is not known of enough places."


@pytest.fixture
def ctx(database: Database, new_brand: Callable[..., Context]) -> Context:
    owner = new_brand()
    ladder(database, owner, Laddered(products=3))
    with database.begin(owner) as session:
        session.add(Supplier(code="S1", title="Works", lead_time_days=14))
    return owner


async def hold(database: Database, ctx: Context) -> AgentReport:
    run_id = start_run(database, ctx)
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, CHARTER.name, CHARTER.tools)
    result = await run_agent(CHARTER, toolbox, chat_model_for(CHARTER, "rules"), "Stock")
    assert (result.status, result.reason) == ("ok", "")
    return result.report


def moves(database: Database, ctx: Context) -> list[Mapping[str, Any]]:
    with database.read(ctx) as session:
        return [row.action for row in session.scalars(select(ProposalRow)) if row.kind == "stock.transfer"]


async def test_what_lies_at_a_stand_goes_to_the_warehouse_that_runs_out(database: Database, ctx: Context) -> None:
    """Of 100 nobody buys at the stand, the warehouse lacks 45 of the 55 that it sold in eight weeks."""
    keep_at(database, ctx, "ST01", {"P-00": 100, "P-01": 4}, daily={"P-01": 1})
    keep_at(database, ctx, "WH", {"P-00": 10, "P-01": 500}, kind="warehouse", daily={"P-00": 1})
    report = await hold(database, ctx)
    (action,) = moves(database, ctx)
    assert (action["sku"], action["from_location"], action["to_location"]) == ("P-00", "ST01", "WH")
    assert (action["quantity"], action["cost_minor"]) == (45, 2_800)
    assert len(report.proposals) == 1
    (finding,) = [finding for finding in report.findings if finding.claim.text.startswith("In ST01 there are ")]
    assert prose_of(finding.claim, Language.DE).startswith("In ST01 liegen {there} von P-00, ")


async def test_a_stand_that_the_warehouse_can_fill_up_gets_nothing_from_others(
    database: Database, ctx: Context
) -> None:
    keep_at(database, ctx, "ST01", {"P-00": 100})
    keep_at(database, ctx, "ST02", {"P-00": 2}, daily={"P-00": 1})
    keep_at(database, ctx, "WH", {"P-00": 900}, kind="warehouse")
    await hold(database, ctx)
    assert moves(database, ctx) == []


async def test_a_transport_that_costs_more_than_the_units_earn_is_not_made(database: Database, ctx: Context) -> None:
    """THE TYPICAL MISTAKE: stock is moved because it lies in the wrong place, not because it pays."""
    keep_at(database, ctx, "ST01", {"P-00": 100}, transfer_cost_minor=20_000)
    keep_at(database, ctx, "WH", {"P-00": 50}, kind="warehouse", daily={"P-00": 1}, transfer_cost_minor=20_000)
    report = await hold(database, ctx)
    assert moves(database, ctx) == []
    assert LACKING not in report.missing_data


async def test_without_costs_or_counts_it_says_so_and_moves_nothing(database: Database, ctx: Context) -> None:
    keep_at(database, ctx, "ST01", {"P-00": 100}, transfer_cost_minor=None)
    keep_at(database, ctx, "WH", {"P-00": 10}, kind="warehouse", daily={"P-00": 1}, transfer_cost_minor=None)
    report = await hold(database, ctx)
    assert moves(database, ctx) == []
    assert LACKING in report.missing_data
