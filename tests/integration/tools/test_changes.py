"""The chair's look at what changed: since the last meeting, and open to the rows that it counted."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.context import Context
from domain.ids import ReceiptId
from store.database import Database
from store.tables import Price, PriceHistory, Receipt
from tests.integration.priced_brand import Planted, add_competitor, plant, start_run
from tools.sources import RowSelection, open_rows
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
HOUR = timedelta(hours=1)


@pytest.fixture
def ctx(database: Database, new_brand: NewBrand) -> Context:
    made = new_brand()
    plant(database, made, [Planted("A", 1000, 400, -2.0, weeks=4), Planted("B", 2000, 700, -2.0, weeks=4)])
    return made


def set_price(database: Database, ctx: Context, at: int, hours_ago: float, amount: int, source: str) -> None:
    with database.begin(ctx) as session:
        price = session.scalars(select(Price).order_by(Price.amount_minor)).all()[at]  # type: ignore[arg-type]
        moment = ctx.now() - hours_ago * HOUR
        session.add(
            PriceHistory(
                price_id=price.id, amount_minor=amount, currency="EUR", valid_from=moment, known_at=moment,
                source=source,
            )
        )  # fmt: skip


def changed(database: Database, ctx: Context) -> tuple[int, list[int]]:
    """The number of prices set in the last two hours, and the amounts that it opens to."""
    toolbox = Toolbox(database, ctx, start_run(database, ctx), "chair", ["what_changed"])
    reply = toolbox.call("what_changed", {"days": 1, "since": (ctx.now() - 2 * HOUR).isoformat()})
    assert reply.ok and reply.receipt_id is not None, reply.content
    with database.read(ctx) as session:
        receipt = session.get_one(Receipt, (ctx.brand_id, ReceiptId(UUID(str(reply.receipt_id)))))
        sources = [RowSelection.model_validate(source) for source in receipt.sources]
        opened = [
            row["amount_minor"]
            for source in sources
            if source.bears_on("/prices_changed") and source.table == "price_history"
            for row in open_rows(session, source, 10).rows
        ]
    return json.loads(reply.content)["result"]["prices_changed"]["value"], opened


def test_only_prices_set_since_the_last_meeting_count_and_they_open(database: Database, ctx: Context) -> None:
    set_price(database, ctx, 0, 3, 1100, "import")  # before the meeting, though on the same day
    set_price(database, ctx, 1, 1, 2100, "import")
    assert changed(database, ctx) == (1, [2100])


def test_what_was_taken_back_or_stated_again_is_no_change(database: Database, ctx: Context) -> None:
    set_price(database, ctx, 0, 1, 1100, "action_item:7")
    set_price(database, ctx, 0, 0.5, 1000, "undo:7")
    set_price(database, ctx, 1, 1, 2000, "import")
    assert changed(database, ctx) == (0, [])


def test_rivals_prices_open_too(database: Database, ctx: Context) -> None:
    add_competitor(database, ctx, "A", 900)
    toolbox = Toolbox(database, ctx, start_run(database, ctx), "chair", ["what_changed"])
    reply = toolbox.call("what_changed", {"days": 7})
    assert json.loads(reply.content)["result"]["competitor_prices"]["value"] == 1
    with database.read(ctx) as session:
        receipt = session.get_one(Receipt, (ctx.brand_id, ReceiptId(UUID(str(reply.receipt_id)))))
        source = next(s for s in receipt.sources if s["table"] == "competitor_price")
        assert len(open_rows(session, RowSelection.model_validate(source), 10).rows) == 1
