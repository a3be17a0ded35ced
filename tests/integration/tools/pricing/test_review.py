"""A whole price list is looked over as closely as each price alone, and a long one in turn."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.context import Context
from store.database import Database
from tests.integration.priced_brand import CHANNEL, Planted, plant, start_run
from tools.pricing import review
from tools.registry import TOOLS
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
PRODUCTS = [
    Planted("DEAR", 1000, 300, -3.5, seed=1),
    Planted("CHEAP", 1000, 700, -1.2, seed=2),
    Planted("NO-COST", 1000, None, -2.0, seed=3),
    Planted("NEW", 1000, 400, -2.0, weeks=4, seed=4),
    Planted("SMALL", 1000, 400, -3.0, weekly_units=1.5, seed=5),
]


@pytest.fixture
def ctx(database: Database, new_brand: NewBrand) -> Context:
    made = new_brand()
    plant(database, made, PRODUCTS)
    return made


@pytest.fixture
def ask(database: Database, ctx: Context) -> Callable[..., dict[str, Any]]:
    def asked(tool: str, hours_ago: int = 0, **arguments: Any) -> dict[str, Any]:
        seen = replace(ctx, as_of=ctx.now() - timedelta(hours=hours_ago))
        toolbox = Toolbox(database, seen, start_run(database, ctx), "pricing_director", tuple(TOOLS))
        reply = toolbox.call(tool, {"channel": CHANNEL, **arguments})
        assert reply.ok, reply.content
        return json.loads(reply.content)["result"]

    return asked


def test_each_price_comes_out_as_it_does_alone(ask: Callable[..., dict[str, Any]]) -> None:
    looked_over = ask("review_prices")
    alone = {product.sku: ask("best_price", sku=product.sku) for product in PRODUCTS}
    changes = {sku: answer["profit_change"] for sku, answer in alone.items() if answer["status"] == "change"}
    assert {line["sku"]: line["profit_change"] for line in looked_over["prices"]} == changes
    assert {"DEAR", "CHEAP"} <= changes.keys()
    gains = [line["profit_change"]["value"] for line in looked_over["prices"]]
    assert gains == sorted(gains, reverse=True)
    unknown = [answer for answer in alone.values() if answer["status"] == "abstained"]
    counted = {name: looked_over[name]["value"] for name in ("entries", "reviewed", "to_change", "not_known")}
    assert counted == {"entries": 5, "reviewed": 5, "to_change": len(changes), "not_known": len(unknown)}
    assert sum(looked_over["reasons"].values()) == sum(len(answer["reasons"]) for answer in unknown) > 0
    assert looked_over["contribution_share"]["value"] == 10_000


def test_of_a_long_list_what_contributes_most_is_always_looked_at_and_the_rest_in_turn(
    ask: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "WHOLE_LIST", 3)
    monkeypatch.setattr(review, "TURNS", 2)
    listed: list[Any] = []
    in_turn = review._in_turn

    def watched(*arguments: Any) -> Any:
        listed.append(in_turn(*arguments))
        return listed[-1]

    monkeypatch.setattr(review, "_in_turn", watched)
    reviews = [ask("review_prices", hours_ago) for hours_ago in (2, 1)]
    seen = [{now.product.sku for now in chosen} for chosen in listed]
    assert all({"DEAR", "CHEAP"} <= chosen for chosen in seen)
    assert seen[0] != seen[1] and set.union(*seen) == {product.sku for product in PRODUCTS}
    shares = [answer["contribution_share"]["value"] for answer in reviews]
    assert 9_500 <= min(shares) < 10_000
    assert any(answer["reviewed"]["value"] < answer["entries"]["value"] for answer in reviews)
