"""The Pricing Director on rivals, ladders, drafts and deals: what it proposes, what it leaves, what it says."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from agents.charter import load_charters
from agents.crew import chat_model_for
from agents.loop import AgentResult, run_agent
from domain.context import Context
from domain.language import Language
from domain.report import Claim
from language.speech import prose_of
from store.database import Database
from store.tables import ProposalRow, Receipt
from tests.claims import read_out
from tests.integration.laddered_brand import DEALERS, MARKET, SHOP, Deals, Laddered, keep_at, ladder
from tests.integration.priced_brand import start_run
from tools.receipts import resolve
from tools.toolbox import Toolbox

CHARTER = next(charter for charter in load_charters() if charter.name == "pricing_director")
IN_ORDER = ((SHOP, 1_190), (MARKET, 1_190), (DEALERS, 640))


@pytest.fixture
def ctx(new_brand: Callable[..., Context]) -> Context:
    return new_brand()


async def hold(database: Database, ctx: Context, planted: Laddered) -> tuple[AgentResult, UUID]:
    ladder(database, ctx, planted)
    run_id = start_run(database, ctx)
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, CHARTER.name, CHARTER.tools)
    result = await run_agent(CHARTER, toolbox, chat_model_for(CHARTER, "rules"), "Prices")
    assert (result.status, result.reason) == ("ok", "")
    return result, run_id


def spoken(database: Database, ctx: Context, run_id: UUID, claim: Claim, language: Language = Language.EN) -> str:
    with database.read(ctx) as session:
        return read_out(claim, {key: resolve(session, ref, run_id) for key, ref in claim.figures.items()}, language)


def in_german(result: AgentResult) -> list[str]:
    return [prose_of(finding.claim, Language.DE) for finding in result.report.findings]


def said(database: Database, ctx: Context, result: AgentResult, run_id: UUID) -> str:
    return "\n".join(spoken(database, ctx, run_id, finding.claim) for finding in result.report.findings)


def proposed(database: Database, ctx: Context, kind: str) -> list[Mapping[str, Any]]:
    with database.read(ctx) as session:
        return [row.action for row in session.scalars(select(ProposalRow)) if row.kind == kind]


def results(database: Database, ctx: Context, tool: str) -> list[Mapping[str, Any]]:
    with database.read(ctx) as session:
        return [row.result for row in session.scalars(select(Receipt)) if row.tool == tool]


async def test_rivals_who_follow_are_found_and_said_with_figures(database: Database, ctx: Context) -> None:
    result, run_id = await hold(database, ctx, Laddered(rivals_answer=0.5, products=16))
    reaction = next(row for row in results(database, ctx, "competitor_reaction") if row["channel"] == SHOP)
    assert reaction["follows"]
    assert reaction["answer_low"]["value"] <= 5_000 <= reaction["answer_high"]["value"]
    text = said(database, ctx, result, run_id)
    assert "Rivals follow " in text
    assert "of a price change in shop within 12 weeks" in text
    german = next(words for words in in_german(result) if words.startswith("Wettbewerber folgen"))
    assert german.startswith("Wettbewerber folgen einer Preisänderung in shop")
    assert not any(line.startswith("How rivals answer") for line in result.report.missing_data)


async def test_without_competitors_prices_it_says_so_and_counts_nothing_in(database: Database, ctx: Context) -> None:
    result, _ = await hold(database, ctx, Laddered())
    assert "How rivals answer price changes: no competitor's prices are known." in result.report.missing_data
    assert all(price["given_back"] is None for price in results(database, ctx, "best_price"))


async def test_the_summary_counts_the_prices_of_each_list_in_both_languages(database: Database, ctx: Context) -> None:
    result, run_id = await hold(database, ctx, Laddered())
    lists = {row["channel"]: row["entries"]["value"] for row in results(database, ctx, "list_priced_products")}
    assert lists.keys() == {SHOP, MARKET, DEALERS}
    english, german = (spoken(database, ctx, run_id, result.report.summary, language) for language in Language)
    assert english.startswith("Prices listed: ")
    assert german.startswith("Preise in den Listen: ")
    for channel, entries in lists.items():
        assert f"{entries} in {channel}" in english
        assert f"{entries} in {channel}" in german


async def test_a_broken_ladder_is_shown_and_no_proposal_breaks_it_further(database: Database, ctx: Context) -> None:
    prices = ((SHOP, 1_190), (MARKET, 1_050), (DEALERS, 1_010))
    result, run_id = await hold(database, ctx, Laddered(prices=prices))
    text = said(database, ctx, result, run_id)
    assert "is charged to dealers at €10.10 net, no less than the €10.00 that the own shop asks without VAT" in text
    assert "costs €10.50 in market and €11.90 in shop" in text
    german = [line.claim for line in result.report.findings if "charged to dealers" in line.claim.text]
    assert german
    for claim in german:
        words = spoken(database, ctx, run_id, claim, Language.DE)
        assert "kostet Händler netto 10,10 €, nicht weniger als die 10,00 €, die der eigene Shop" in words
        assert "Ihnen bleibt nichts zu verdienen" in words
        assert "kostet in market 10,50 € und in shop 11,90 €" in words
    for action in proposed(database, ctx, "price.update"):
        assert action["channel"] != SHOP or action["price_minor"] >= 1_190


async def test_a_price_that_would_undercut_dealers_stops_at_the_edge_and_says_so(
    database: Database, ctx: Context
) -> None:
    """Demand at -2.2 would have the shop far cheaper than its 25.00; dealers resell at what the shop asks now."""
    prices = ((SHOP, 2_500), (MARKET, 2_500), (DEALERS, 1_345))
    await hold(database, ctx, Laddered(prices=prices, rivals_answer=None))
    held = [
        price
        for price in results(database, ctx, "best_price")
        if "pricing.reason.held_at_ladder_edge" in price["reasons"]
    ]
    changed = [action for action in proposed(database, ctx, "price.update") if action["channel"] == SHOP]
    assert held
    assert min(action["price_minor"] for action in changed) >= 2_375, "five in a hundred below is the edge"
    with database.read(ctx) as session:
        texts = session.scalars(select(ProposalRow.text).where(ProposalRow.kind == "price.update")).all()  # type: ignore[arg-type]
    assert any("It stops there because further on our channels would undercut each other." in text for text in texts)


async def test_a_product_without_a_price_where_its_kind_is_sold_gets_a_draft(database: Database, ctx: Context) -> None:
    result, run_id = await hold(database, ctx, Laddered(unpriced={"P-00": SHOP}))
    (action,) = proposed(database, ctx, "price.draft")
    assert (action["sku"], action["channel"]) == ("P-00", SHOP)
    assert action["price_minor"] == pytest.approx(1_190, abs=2), "the margin of its category, all of one cost"
    assert "P-00 has no price in shop" in said(database, ctx, result, run_id)


async def test_deals_that_lose_after_they_end_are_not_proposed(database: Database, ctx: Context) -> None:
    """The week of the deal sells twice as much; what was bought ahead is missing for eight weeks after it."""
    result, run_id = await hold(database, ctx, Laddered(deals=Deals(), products=16))
    assert proposed(database, ctx, "promo.schedule") == []
    advice = results(database, ctx, "promotion_advice")
    assert {promotion["status"] for promotion in advice} == {"leave"}
    assert all(promotion["dip"]["value"] < 0 for promotion in advice)
    assert "of that was only bought early" in said(database, ctx, result, run_id)


async def test_deals_that_bring_new_sales_are_proposed_with_their_interval(database: Database, ctx: Context) -> None:
    deals = Deals(lift=1.2, dips=(0.0,) * 8)
    result, run_id = await hold(database, ctx, Laddered(deals=deals, products=16))
    actions = proposed(database, ctx, "promo.schedule")
    assert actions
    assert all(action["off_bps"] == 1_500 and action["channels"] == [SHOP] for action in actions)
    with database.read(ctx) as session:
        rows = [row for row in session.scalars(select(ProposalRow)) if row.kind == "promo.schedule"]
        assert all(row.prediction is not None and row.prediction["low"] > 0 for row in rows)
        assert all(row.expected_minor == (row.prediction or {})["value"] for row in rows)
    text = said(database, ctx, result, run_id)
    assert "While it runs, the deal on " in text and "for what was only bought early" in text
    assert any("nur vorgezogene Käufe" in words for words in in_german(result))


async def test_stock_that_would_not_sell_in_time_is_worth_a_deal_that_is_not_otherwise(
    database: Database, ctx: Context
) -> None:
    deals = Deals(lift=0.9, dips=(-0.06,) * 8)
    planted = Laddered(deals=deals, products=16)
    ladder(database, ctx, planted)
    keep_at(database, ctx, "WH", {"P-00": 9_000, "P-01": 100}, kind="warehouse")
    run_id = start_run(database, ctx)
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, CHARTER.name, CHARTER.tools)
    for sku in ("P-00", "P-01"):
        assert toolbox.call("promotion_advice", {"sku": sku}).ok
    full, short = sorted(results(database, ctx, "promotion_advice"), key=lambda row: row["sku"])
    assert full["surplus"]["value"] > 0
    assert full["cleared"]["value"] > 0
    assert full["gain"]["value"] - full["cleared"]["value"] == pytest.approx(
        full["lift"]["value"] + full["dip"]["value"] + full["cannibalised"]["value"], abs=3
    )
    assert (short["surplus"]["value"], short["cleared"]["value"]) == (0, 0)


async def test_demand_that_rose_with_a_promotion_is_no_reason_to_raise_a_price(
    database: Database, new_brand: Callable[..., Context]
) -> None:
    """THE TYPICAL MISTAKE: with and without deals the same price is advised, though sales with them ran far higher."""
    quiet, loud = new_brand("quiet"), new_brand("loud")
    await hold(database, quiet, Laddered(products=8, seed=5))
    await hold(database, loud, Laddered(products=8, seed=5, deals=Deals(lift=1.0, every_weeks=7)))
    for sku in Laddered(products=8).skus:
        best_prices = {
            ctx.brand: next(
                price
                for price in results(database, ctx, "best_price")
                if (price["sku"], price["channel"]) == (sku, SHOP)
            )
            for ctx in (quiet, loud)
        }
        rises = {brand: (price["change"] or {"value": 0})["value"] for brand, price in best_prices.items()}
        assert rises["loud"] <= rises["quiet"] + 300
        if best_prices["loud"]["units_now"] and best_prices["quiet"]["units_now"]:
            assert best_prices["loud"]["units_now"]["value"] < 1.25 * best_prices["quiet"]["units_now"]["value"]
