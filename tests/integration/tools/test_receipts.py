"""A figure can be opened down to the rows it came from, by the brand that it belongs to, and by no other."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.context import Context
from domain.errors import InvalidInput, NotFound
from domain.figure import FigureRef
from domain.ids import ReceiptId
from store.database import Database
from store.tables import FigureRow, Product, SalesFact
from tests.integration.priced_brand import CHANNEL, Planted, plant, start_run
from tools.receipts import figure_code, record_figures, resolve, why
from tools.registry import TOOLS
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]


@pytest.fixture
def ctx(database: Database, new_brand: NewBrand) -> Context:
    made = new_brand()
    plant(database, made, [Planted("SOAP-1", 1000, 400, -1.3), Planted("SOAP-2", 1500, None, -2.0, seed=2)])
    return made


@pytest.fixture
def run_id(database: Database, ctx: Context) -> UUID:
    return start_run(database, ctx)


def ask(database: Database, ctx: Context, run_id: UUID, tool: str, **arguments: str) -> ReceiptId:
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, "pricing_director", tuple(TOOLS))
    reply = toolbox.call(tool, {"channel": CHANNEL, **arguments})
    assert reply.receipt_id is not None, reply.content
    return ReceiptId(reply.receipt_id)


def record(database: Database, ctx: Context, run_id: UUID, ref: FigureRef) -> str:
    with database.begin(ctx) as session:
        return record_figures(session, run_id, {"figure": ref})["figure"]


def test_a_figure_opens_to_its_call_and_its_rows(database: Database, ctx: Context, run_id: UUID) -> None:
    receipt = ask(database, ctx, run_id, "price_elasticity", sku="SOAP-1")
    code = record(database, ctx, run_id, FigureRef(receipt=receipt, path="/elasticity"))
    with database.read(ctx) as session:
        opened = why(session, code)
        soap = session.scalars(select(Product).where(Product.sku == "SOAP-1")).one()  # type: ignore[arg-type]
    assert (opened.receipt.id, opened.receipt.tool) == (receipt, "price_elasticity")
    assert opened.receipt.arguments == {"sku": "SOAP-1", "channel": CHANNEL, "zone": ""}
    assert opened.unit == "ratio"
    assert opened.rendered == f"{opened.value:.2f}"
    assert (opened.rows_total, opened.rows_unchanged, len(opened.rows)) == (360, True, 20)
    assert {row["product_id"] for row in opened.rows} == {str(soap.id)}
    json.dumps(opened.model_dump(mode="json"))


def test_a_line_of_a_list_opens_to_that_lines_rows_only(database: Database, ctx: Context, run_id: UUID) -> None:
    receipt = ask(database, ctx, run_id, "list_priced_products")
    code = record(database, ctx, run_id, FigureRef(receipt=receipt, path="/products/1/price"))
    with database.read(ctx) as session:
        opened = why(session, code)
    assert opened.rendered == "€15.00"
    assert [(row["table"], row["amount_minor"]) for row in opened.rows] == [("price_history", 1500)]


def test_a_code_is_short_and_given_once(database: Database, ctx: Context, run_id: UUID) -> None:
    ref = FigureRef(receipt=ask(database, ctx, run_id, "price_corridor", sku="SOAP-1"), path="/price")
    code = record(database, ctx, run_id, ref)
    assert code == record(database, ctx, run_id, ref) == figure_code(ref)
    assert len(code) == 8
    with database.read(ctx) as session:
        assert why(session, code[:5]) == why(session, f" [{code.upper()}] ")


def test_a_collision_makes_the_newer_code_longer(database: Database, ctx: Context, run_id: UUID) -> None:
    receipt = ask(database, ctx, run_id, "price_corridor", sku="SOAP-1")
    ref, taken = FigureRef(receipt=receipt, path="/price"), FigureRef(receipt=receipt, path="/day_high")
    with database.begin(ctx) as session:
        session.add(
            FigureRow(code=figure_code(ref), receipt_id=receipt, path=taken.path, value=1, unit="x", decimals=0)
        )
    code = record(database, ctx, run_id, ref)
    assert (len(code), code[:8]) == (9, figure_code(ref))
    with database.read(ctx) as session:
        assert why(session, code).path == "/price"
        assert why(session, code[:8]).path == "/day_high"
        with pytest.raises(InvalidInput, match="fits 2 figures"):
            why(session, code[:6])


@pytest.mark.parametrize("code", ["", "ab", "%%%%", "____", "nosuchcode", "x" * 5_000])
def test_no_code_opens_nothing(database: Database, ctx: Context, run_id: UUID, code: str) -> None:
    record(
        database,
        ctx,
        run_id,
        FigureRef(receipt=ask(database, ctx, run_id, "price_corridor", sku="SOAP-1"), path="/price"),
    )
    with database.read(ctx) as session, pytest.raises((NotFound, InvalidInput)):
        why(session, code)


def test_another_brand_opens_nothing(database: Database, ctx: Context, run_id: UUID, new_brand: NewBrand) -> None:
    ref = FigureRef(receipt=ask(database, ctx, run_id, "price_corridor", sku="SOAP-1"), path="/price")
    code = record(database, ctx, run_id, ref)
    other = new_brand("rival")
    their_run = start_run(database, other)
    with database.begin(other) as session:
        with pytest.raises(NotFound):
            why(session, code)
        with pytest.raises(NotFound):
            resolve(session, ref)
        with pytest.raises(NotFound):
            record_figures(session, their_run, {"figure": ref})


def test_a_figure_of_another_run_is_not_recorded(database: Database, ctx: Context, run_id: UUID) -> None:
    ref = FigureRef(receipt=ask(database, ctx, run_id, "price_corridor", sku="SOAP-1"), path="/price")
    with database.begin(ctx) as session, pytest.raises(NotFound):
        record_figures(session, start_run(database, ctx), {"figure": ref})


def test_rows_that_changed_since_are_noticed(database: Database, ctx: Context, run_id: UUID) -> None:
    receipt = ask(database, ctx, run_id, "list_priced_products")
    margin = record(database, ctx, run_id, FigureRef(receipt=receipt, path="/products/0/margin"))
    price = record(database, ctx, run_id, FigureRef(receipt=receipt, path="/products/0/price"))
    with database.begin(ctx) as session:
        session.scalars(select(Product).where(Product.sku == "SOAP-1")).one().vat_bps = 2_000  # type: ignore[arg-type]
    with database.read(ctx) as session:
        assert not why(session, margin).rows_unchanged
        assert why(session, price).rows_unchanged


def test_what_was_learned_later_changes_no_old_figure(database: Database, ctx: Context, run_id: UUID) -> None:
    receipt = ask(database, ctx, run_id, "price_elasticity", sku="SOAP-1")
    code = record(database, ctx, run_id, FigureRef(receipt=receipt, path="/elasticity"))
    later = ctx.at(ctx.now() + timedelta(days=30))
    with database.begin(later) as session:
        fact = session.scalars(select(SalesFact).limit(1)).one()
        start = ctx.now() + timedelta(days=7)
        session.add(SalesFact(**fact.model_dump(exclude={"id", "period_start", "known_at"}), period_start=start))
    with database.read(later) as session:
        assert why(session, code).rows_unchanged
