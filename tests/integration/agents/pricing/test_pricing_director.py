"""The Pricing Director on rules: what it proposes, what it leaves alone, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from agents.charter import load_charters
from agents.crew import chat_model_for
from agents.loop import AgentResult, run_agent
from domain.context import Context
from domain.report import Claim, FindingSeverity
from store.database import Database
from store.tables import ProposalRow, Receipt
from tests.claims import read_out
from tests.integration.priced_brand import CHANNEL, Planted, add_competitor, plant, start_run
from tools.receipts import resolve
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
NO_RIVALS = "How rivals answer price changes: no competitor's prices are known."
CHARTER = next(charter for charter in load_charters() if charter.name == "pricing_director")


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


async def hold(database: Database, ctx: Context, run_id: UUID, agenda: str = "Prices") -> AgentResult:
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, CHARTER.name, CHARTER.tools)
    return await run_agent(CHARTER, toolbox, chat_model_for(CHARTER, "rules"), agenda)


def spoken(database: Database, ctx: Context, run_id: UUID, claim: Claim) -> str:
    with database.read(ctx) as session:
        return read_out(claim, {key: resolve(session, ref, run_id) for key, ref in claim.figures.items()})


def actions(database: Database, ctx: Context) -> Mapping[str, int]:
    with database.read(ctx) as session:
        return {row.action["sku"]: row.action["price_minor"] for row in session.scalars(select(ProposalRow))}


async def test_too_cheap_is_raised_and_too_dear_is_cut_within_the_days_limit(database: Database, ctx: Context) -> None:
    plant(
        database,
        ctx,
        [Planted("CHEAP", 1000, 400, -1.3), Planted("DEAR", 2000, 700, -3.5, seed=2)],
        max_price_change_bps_per_day=800,
    )
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    assert (result.status, result.report.missing_data) == ("ok", [NO_RIVALS])
    assert actions(database, ctx) == {"CHEAP": 1080, "DEAR": 1840}
    assert len(result.report.proposals) == 2
    assert [finding.severity for finding in result.report.findings] == [FindingSeverity.ATTENTION] * 3
    assert result.report.findings[2].subject == "Prices together"
    assert "Changes are proposed for DEAR and CHEAP; DEAR should bring most" in spoken(
        database, ctx, run_id, result.report.summary
    )


async def test_a_price_near_its_best_is_left_alone(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("RIGHT", 1000, 500, -2.0)])  # best is cost · e / (e + 1) = 10.00
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    assert (actions(database, ctx), result.report.proposals, result.report.missing_data) == ({}, [], [NO_RIVALS])
    assert "No price change is worth proposing" in spoken(database, ctx, run_id, result.report.summary)


async def test_too_little_variation_is_said_and_nothing_proposed(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("FLAT-1", 1000, 300, -2.0, spread=0.0)])
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    assert (result.status, actions(database, ctx)) == ("ok", {})
    assert result.report.missing_data[1:] == [NO_RIVALS]
    assert result.report.missing_data[0].startswith("FLAT-1 in shop: ")
    assert "its price has hardly varied" in result.report.missing_data[0]
    assert "cannot be told" in spoken(database, ctx, run_id, result.report.findings[0].claim)


async def test_an_unknown_cost_is_said_and_nothing_proposed(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("A", 1000, None, -1.3)])
    result = await hold(database, ctx, start_run(database, ctx))
    assert (result.status, actions(database, ctx)) == ("ok", {})
    assert result.report.missing_data == ["A in shop: its unit cost is not known.", NO_RIVALS]


async def test_a_brand_without_data_gets_an_answer_too(database: Database, ctx: Context) -> None:
    result = await hold(database, ctx, start_run(database, ctx))
    assert (result.status, result.report.findings) == ("ok", [])
    assert "No price list is known" in result.report.missing_data[0]


async def test_a_margin_below_the_floor_is_a_risk(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("THIN", 1000, 930, -2.0), Planted("FINE", 1000, 500, -2.0, seed=2)])
    run_id = start_run(database, ctx)
    by_subject = {finding.subject: finding for finding in (await hold(database, ctx, run_id)).report.findings}
    assert (by_subject["THIN"].severity, by_subject["FINE"].severity) == (FindingSeverity.RISK, FindingSeverity.INFO)
    said = spoken(database, ctx, run_id, by_subject["THIN"].claim)
    assert "a unit margin of 7.0 %. That is below the brand's floor of 15.0 %, which needs a price of €10.95." in said


async def test_every_number_it_says_opens_to_a_cell_of_its_own_run(database: Database, ctx: Context) -> None:
    plant(
        database, ctx, [Planted("SOAP-1", 1000, 400, -1.3, title="Lavender soap 100 g"), Planted("B", 500, 450, -2.0)]
    )
    add_competitor(database, ctx, "SOAP-1", 1150)
    run_id = start_run(database, ctx)
    result = await hold(database, ctx, run_id)
    assert result.status == "ok"
    first = next(finding for finding in result.report.findings if finding.subject == "SOAP-1")
    said = spoken(database, ctx, run_id, first.claim)
    assert said.startswith("Lavender soap 100 g sells ")
    for words in ("elasticity of -1.", "held-out error 0.", "Raise it to €11.00 (10.0 %)", "competitor asks €11.50"):
        assert words in said
    with database.read(ctx) as session:
        row = session.scalars(select(ProposalRow).where(ProposalRow.action["sku"].astext == "SOAP-1")).one()  # type: ignore[index]
    assert row.text.startswith("For each percent on the price, about {per_percent} less has been bought in shop")
    assert set(row.figures) >= {"per_percent", "per_percent_low", "per_percent_high", "gain", "gain_low", "gain_high"}


async def test_a_replay_computes_and_proposes_nothing_again(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("CHEAP", 1000, 400, -1.3)])
    run_id = start_run(database, ctx)
    first = await hold(database, ctx, run_id)
    stored = counts(database, ctx)
    again = await hold(database, ctx, run_id)
    assert again == first
    assert counts(database, ctx) == stored == (13, 1)


def counts(database: Database, ctx: Context) -> Any:
    with database.read(ctx) as session:
        return tuple(session.scalar(select(func.count(table.id))) for table in (Receipt, ProposalRow))  # type: ignore[arg-type]


async def test_other_data_other_answer(database: Database, new_brand: NewBrand) -> None:
    answers = []
    for slug, elasticity in (("tame", -1.3), ("wild", -4.0)):
        ctx = new_brand(slug)
        plant(database, ctx, [Planted("A", 1000, 500, elasticity)])
        await hold(database, ctx, start_run(database, ctx))
        answers.append(actions(database, ctx))
    assert answers == [{"A": 1100}, {"A": 900}]


async def test_the_agenda_may_name_products(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("ONE-1", 1000, 400, -1.3), Planted("TWO-2", 1000, 400, -1.3, seed=2)])
    result = await hold(database, ctx, start_run(database, ctx), "Could we change TWO-2?\nONE-1: rejected before")
    assert [finding.subject for finding in result.report.findings] == ["TWO-2"]


@pytest.mark.parametrize("sku", ["12", "A 7", "{x}", "½ l", 'O\'Neil "5"', "a/b~c 1", "*9*", "5\n6", "ends 3."])
async def test_odd_names_do_not_spoil_the_report(database: Database, ctx: Context, sku: str) -> None:
    plant(database, ctx, [Planted(sku, 1000, 400, -1.3, title=f"Odd {sku}")])
    result = await hold(database, ctx, start_run(database, ctx))
    assert (result.status, result.reason) == ("ok", "")
    assert actions(database, ctx) == {sku: 1100}


async def test_progress_names_each_look_up(database: Database, ctx: Context) -> None:
    plant(database, ctx, [Planted("A", 1000, 400, -1.3)])
    toolbox = Toolbox(database, ctx, start_run(database, ctx), CHARTER.name, CHARTER.tools)
    steps: list[tuple[str, str]] = []
    await run_agent(
        CHARTER, toolbox, chat_model_for(CHARTER, "rules"), "Prices", lambda *step: steps.append((step[0], step[1]))
    )
    assert ("tool", f"Pricing Director: price elasticity A {CHANNEL}") in steps
    assert len(steps) == 14
