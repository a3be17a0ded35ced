"""A question in a meeting finds the thing that it names among all that receipts tell of, without a pattern for each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from domain.context import Context
from store.database import Database
from store.session import BrandSession
from store.tables import Receipt
from tests.counting import compiled_by
from tests.integration.priced_brand import start_run
from virtual_office.questions.questions import answer_question


def run_over(database: Database, ctx: Context, products: int) -> UUID:
    """A run whose one receipt tells the price of so many products."""
    run_id = start_run(database, ctx)
    prices = [
        {"sku": f"P-{n}", "title": f"Gel ({n})", "price": {"value": 100 + n, "unit": "EUR.minor", "decimals": 0}}
        for n in range(products)
    ]
    with database.begin(ctx) as session:
        moments: dict[str, Any] = {"as_of": ctx.now(), "created_at": ctx.now()}
        answer: dict[str, Any] = {"arguments": {}, "result": {"products": prices}, "sources": [], "label": "trusted"}
        session.add(Receipt(run_id=run_id, agent="a", tool="t", request_hash="h", **answer, **moments))
    return run_id


def answered(session: BrandSession, run_id: UUID, question: str) -> str:
    return answer_question(session, run_id, question).text


def test_the_named_product_is_told_of_and_no_pattern_is_compiled_for_the_others(
    database: Database, new_brand: Callable[..., Context]
) -> None:
    ctx = new_brand()
    few, many = run_over(database, ctx, 20), run_over(database, ctx, 800)
    with database.begin(ctx) as session:
        for run_id in (few, many):
            assert answered(session, run_id, "What is the price of p-7?") == "P-7, Gel (7): price {price_na}."
            assert answered(session, run_id, "price of gel (17)").startswith("P-17")
            assert answered(session, run_id, "price of p-70000").startswith("Nothing")
        counts = [compiled_by(lambda of=run_id: answered(session, of, "price of p-7")) for run_id in (few, many)]
    assert counts[0] == counts[1]


def test_nothing_is_answered_about_another_channel_or_stand_than_the_one_asked(
    database: Database, new_brand: Callable[..., Context]
) -> None:
    ctx = new_brand()
    run_id = start_run(database, ctx)
    told = [
        {"sku": "GEL", "channel": channel, "price": {"value": 100, "unit": "EUR.minor", "decimals": 0}}
        for channel in ("shop", "market")
    ] + [{"stand": "ST15", "on_hand": {"value": 9, "unit": "units", "decimals": 0}}]
    with database.begin(ctx) as session:
        moments: dict[str, Any] = {"as_of": ctx.now(), "created_at": ctx.now()}
        answer: dict[str, Any] = {"arguments": {}, "result": {"told": told}, "sources": [], "label": "trusted"}
        session.add(Receipt(run_id=run_id, agent="a", tool="t", request_hash="h", **answer, **moments))
    with database.begin(ctx) as session:
        assert answered(session, run_id, "price of gel in market").startswith("GEL, market: price ")
        assert answered(session, run_id, "stock at ST15").startswith("ST15: on hand ")
        assert answered(session, run_id, "stock at ST16") == "Nothing here is called “st16”. Did you mean ST15?"
        assert answered(session, run_id, "price of gel at ST15").startswith("Nothing")
        assert answered(session, run_id, "price in markt") == "Nothing here is called “markt”. Did you mean market?"
