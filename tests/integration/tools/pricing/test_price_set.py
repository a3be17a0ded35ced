"""Prices are chosen together: so many a week, dealers on their days, net of what they take, promised in sum."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.context import Context
from domain.pricing import dealer_list_opens
from store.database import Database
from store.tables import Channel, Product, ProposalRow
from tests.integration.priced_brand import CHANNEL, Planted, plant, start_run
from tools.registry import TOOLS
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
CUTS = [Planted(f"CUT-{number}", 2000 + 100 * number, 700, -3.5, seed=number) for number in range(1, 6)]
SKUS = [product.sku for product in CUTS]


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


def box(database: Database, ctx: Context) -> Toolbox:
    seen = replace(ctx, as_of=ctx.now())
    return Toolbox(database, seen, start_run(database, ctx), "pricing_director", tuple(TOOLS))


def call(toolbox: Toolbox, tool: str, **arguments: Any) -> dict[str, Any]:
    reply = toolbox.call(tool, arguments)
    assert reply.ok, reply.content
    return json.loads(reply.content)


def together(toolbox: Toolbox, *skus: str) -> dict[str, Any]:
    return call(toolbox, "price_set", prices=[{"sku": sku, "channel": CHANNEL} for sku in skus or SKUS])


def lines(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {line["sku"]: line for line in answer["result"]["lines"]}


def one_category(database: Database, ctx: Context) -> None:
    with database.begin(ctx) as session:
        for product in session.scalars(select(Product)):
            product.category = "soap"


def test_of_five_cuts_only_as_many_change_as_the_brand_allows(database: Database, ctx: Context) -> None:
    plant(database, ctx, CUTS)
    answer = together(box(database, ctx))
    told = lines(answer)
    kept = [sku for sku, line in told.items() if line["is_chosen"]]
    gains = sorted(SKUS, key=lambda sku: -told[sku]["own"]["value"])
    assert sorted(kept) == sorted(gains[:3])
    assert {line["reasons"][0] for line in told.values() if not line["is_chosen"]} == {
        "pricing.reason.enough_this_week"
    }
    assert (answer["result"]["count"]["value"], answer["result"]["waiting"]["value"]) == (3, 2)


def test_the_sum_is_what_is_left_after_what_they_take_from_each_other(database: Database, ctx: Context) -> None:
    plant(database, ctx, CUTS)
    one_category(database, ctx)
    answer = together(box(database, ctx))
    result, chosen = answer["result"], [line for line in lines(answer).values() if line["is_chosen"]]
    assert all(line["taken"]["value"] > 0 for line in chosen)
    assert all(line["net"]["value"] == line["own"]["value"] - line["taken"]["value"] for line in chosen)
    assert abs(result["value"]["value"] - sum(line["net"]["value"] for line in chosen)) <= len(chosen)
    assert result["apart"]["value"] == sum(line["own"]["value"] for line in chosen) > result["value"]["value"]
    assert result["channels"][0]["share_taken"]["value"] == 2_000, "without deals the prior, and it says so"
    assert not result["channels"][0]["from_deals"]


def test_the_interval_of_the_sum_counts_that_they_move_together(database: Database, ctx: Context) -> None:
    plant(database, ctx, CUTS, max_price_changes_a_week=5)
    answer = together(box(database, ctx))
    chosen = [line for line in lines(answer).values() if line["is_chosen"]]
    alone = [line["net"]["value"] - line["net_low"]["value"] for line in chosen]
    whole = answer["result"]["value"]["value"] - answer["result"]["low"]["value"]
    assert sum(side**2 for side in alone) ** 0.5 < whole < sum(alone)


def test_a_proposal_promises_its_part_of_the_set(database: Database, ctx: Context) -> None:
    plant(database, ctx, CUTS)
    one_category(database, ctx)
    toolbox = box(database, ctx)
    answer = together(toolbox)
    told = lines(answer)
    for sku in SKUS:
        analysis = call(toolbox, "best_price", sku=sku, channel=CHANNEL)
        asked = {
            "sku": sku, "channel": CHANNEL, "analysis_receipt": analysis["receipt"],
            "set_receipt": answer["receipt"], "rationale": {"text": "Cut it."},
        }  # fmt: skip
        assert toolbox.call("propose_price_update", asked).ok is told[sku]["is_chosen"]
    with database.read(ctx) as session:
        rows = {row.action["sku"]: row for row in session.scalars(select(ProposalRow))}
    assert {sku: row.expected_minor for sku, row in rows.items()} == {
        sku: line["net"]["value"] for sku, line in told.items() if line["is_chosen"]
    }
    assert all(UUID(answer["receipt"]) in map(UUID, row.receipts) for row in rows.values())


def test_a_second_price_is_not_proposed_beside_the_set(database: Database, ctx: Context) -> None:
    plant(database, ctx, CUTS)
    toolbox = box(database, ctx)
    replies = []
    for sku in SKUS[:2]:
        analysis = call(toolbox, "best_price", sku=sku, channel=CHANNEL)
        asked = {"sku": sku, "channel": CHANNEL, "analysis_receipt": analysis["receipt"], "rationale": {"text": "Cut."}}
        replies.append(toolbox.call("propose_price_update", asked))
    assert [reply.ok for reply in replies] == [True, False]
    assert "Prices are chosen together" in replies[1].content


def test_dealers_prices_wait_for_their_day(database: Database, ctx: Context) -> None:
    plant(database, ctx, CUTS)
    with database.begin(ctx) as session:
        session.scalars(select(Channel)).one().prices_include_vat = False
        session.add(Channel(code="online", title="Online", prices_include_vat=True))
    today = ctx.now().date()
    assert dealer_list_opens(today, 3) > today, "the test's day is one on which no dealers' list changes"
    answer = together(box(database, ctx))
    assert answer["result"]["count"]["value"] == 0
    for line in lines(answer).values():
        assert line["reasons"] == ["pricing.reason.dealer_list_closed"]
        assert line["opens_in"]["value"] == (dealer_list_opens(today, 3) - today).days


def test_what_is_below_the_floor_goes_first(database: Database, ctx: Context) -> None:
    plant(database, ctx, [*CUTS, Planted("LOSS", 1000, 990, -1.5, weekly_units=5, seed=9)], max_price_changes_a_week=1)
    told = lines(together(box(database, ctx), *SKUS, "LOSS"))
    assert [sku for sku, line in told.items() if line["is_chosen"]] == ["LOSS"]
