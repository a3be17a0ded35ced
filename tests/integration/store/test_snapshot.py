"""The sessions of a run read each fact once, and see the same rows whatever happens meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from domain.context import Context
from store.database import Database
from store.reads.pricing.prices import channel_by_code, channels, product_by_sku, unit_costs_minor
from store.session import BrandSession
from store.snapshot import Snapshot
from store.tables import Channel, Product, SalesFact
from tests.integration.priced_brand import CHANNEL, Planted, plant
from tools.sources import SOURCES, selected, selected_each

NewBrand = Callable[..., Context]
WEEK = timedelta(weeks=1)


@pytest.fixture
def ctx(database: Database, new_brand: NewBrand) -> Context:
    made = new_brand()
    plant(database, made, [Planted("SOAP-1", 1000, 400, -1.3), Planted("SOAP-2", 1500, None, -2.0, seed=2)])
    return replace(made, as_of=made.now())


def test_what_a_run_read_stays_for_its_other_sessions(database: Database, ctx: Context) -> None:
    snapshot = Snapshot()
    with database.read(ctx, snapshot) as session:
        assert [row.code for row in channels(session)] == [CHANNEL]
    with database.begin(replace(ctx, as_of=None)) as session:
        session.add(Channel(code="late", title="Late", known_at=ctx.now() - 9 * WEEK))
    with database.read(ctx, snapshot) as session:
        assert [row.code for row in channels(session)] == [CHANNEL]
    with database.read(ctx) as session:
        assert [row.code for row in channels(session)] == ["late", CHANNEL]


@pytest.mark.parametrize("opened", ["read", "begin"])
def test_rows_outlive_the_session_that_read_them_though_it_failed(
    database: Database, ctx: Context, opened: str
) -> None:
    snapshot = Snapshot()
    with pytest.raises(ZeroDivisionError), getattr(database, opened)(ctx, snapshot) as session:
        assert channel_by_code(session, CHANNEL).title == "Shop"
        raise ZeroDivisionError
    with database.read(ctx, snapshot) as session:
        assert (channel_by_code(session, CHANNEL).title, product_by_sku(session, "SOAP-1").sku) == ("Shop", "SOAP-1")


def test_rows_outlive_a_session_whose_writing_is_refused_at_its_end(database: Database, ctx: Context) -> None:
    snapshot = Snapshot()
    with pytest.raises(IntegrityError), database.begin(ctx, snapshot) as session:
        assert channel_by_code(session, CHANNEL).title == "Shop"
        session.add(Channel(code=CHANNEL, title="Twice", known_at=ctx.now()))
    with database.read(ctx, snapshot) as session:
        assert channel_by_code(session, CHANNEL).title == "Shop"


def test_rows_picked_in_memory_are_those_that_the_database_picks(database: Database, ctx: Context) -> None:
    def picked(session: BrandSession) -> list[object]:
        products = sorted(product_by_sku(session, sku).id for sku in ("SOAP-1", "SOAP-2"))
        shop = channel_by_code(session, CHANNEL).id
        stranger = UUID(int=1)
        lately = {"since": ctx.now() - 8 * WEEK}
        return [
            *(selected(session, table) for table, source in SOURCES.items() if not source.by_row),
            selected(session, "sales_fact", product_id=products[0]),
            selected(session, "sales_fact", product_id=products, channel_id=shop),
            selected(session, "sales_fact", product_id=[*products, stranger], channel_id=[shop, shop], **lately),
            selected(session, "sales_fact", product_id=[]),
            selected(session, "product", sku="SOAP-2"),
            selected_each(session, "sales_fact", "product_id", [*products, stranger], channel_id=shop),
            selected_each(session, "product_cost", "product_id", products),
        ]

    with database.read(ctx) as session:
        by_database = picked(session)
    with database.read(ctx, Snapshot()) as session:
        assert picked(session) == by_database
    assert {selection.count for selection in by_database[-1].values()} == {0, 1}  # type: ignore[attr-defined]


def test_a_cost_that_no_list_tells_is_that_of_the_last_weeks_sales_by_this_moment_and_of_this_brand(
    database: Database, ctx: Context, new_brand: NewBrand
) -> None:
    other = new_brand()
    plant(database, other, [Planted("SOAP-2", 1500, None, -2.0)])
    costs = {"own": (200, 300), "other": (900, 900)}
    for brand, (old, new) in ((ctx, costs["own"]), (other, costs["other"])):
        with database.begin(replace(brand, as_of=None)) as session:
            product, shop = product_by_sku(session, "SOAP-2"), channel_by_code(session, CHANNEL)
            for weeks_ago, cost in ((30, 5_000), (3, old), (1, new), (0, 70_000)):
                start = ctx.now() - weeks_ago * WEEK
                session.add(
                    SalesFact(
                        product_id=product.id, channel_id=shop.id, period_start=start, period_days=1, units=10,
                        unit_price_minor=1500, unit_cost_minor=cost, currency="EUR",
                        known_at=start + (WEEK if weeks_ago == 0 else 0 * WEEK),
                    )
                )  # fmt: skip
    for snapshot in (None, Snapshot()):
        with database.read(ctx, snapshot) as session:
            soaps = [product_by_sku(session, sku).id for sku in ("SOAP-1", "SOAP-2")]
            assert list(unit_costs_minor(session, soaps).values()) == [400, 250]
            assert isinstance(session.get(Product, (ctx.brand_id, soaps[0])), Product)
