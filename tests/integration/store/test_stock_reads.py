"""Reads of stock on hand, units on order and lead times, now and as of an earlier moment."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.context import Context
from store.database import Database
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import BankBalance, Location, Product, PurchaseOrder, StockItem, Supplier, SupplierOffer
from tests.integration.stocked_brand import moved

NewBrand = Callable[..., Context]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


def place(session: BrandSession, ctx: Context, code: str, kind: str = "warehouse") -> Location:
    location = Location(code=code, kind=kind, known_at=ctx.now() - 900 * DAY)
    session.add(location)
    session.flush()
    return location


def product(session: BrandSession, ctx: Context, sku: str = "A", **more: Any) -> Product:
    row = Product(sku=sku, title=sku, known_at=ctx.now() - 900 * DAY, **more)
    session.add(row)
    session.flush()
    return row


def keep(
    session: BrandSession, product_id: UUID, location_id: UUID, events: Sequence[tuple[str, int, datetime]]
) -> None:
    """A product at a place, and what moved: kind, units, moment."""
    item = StockItem(product_id=product_id, location_id=location_id, known_at=session.ctx.now() - 900 * DAY)
    session.add(item)
    session.flush()
    session.add_all(moved(item.id, f"{at} {kind}", kind, units, when) for at, (kind, units, when) in enumerate(events))
    session.flush()


def held(database: Database, ctx: Context) -> dict[UUID, int]:
    with database.read(ctx) as session:
        return dict(reads.on_hand(session, [place.id for place in reads.warehouses(session)]))


def test_a_count_holds_all_that_moved_by_then_and_later_movements_are_added(database: Database, ctx: Context) -> None:
    """Within one hour: sold, received, counted, counted again, sold; and one at the very moment of the count."""
    hour = ctx.now() - 5 * HOUR
    with database.begin(ctx) as session:
        balm = product(session, ctx)
        keep(
            session,
            balm.id,
            place(session, ctx, "W1").id,
            [
                ("count", 500, hour - 9 * DAY),
                ("sale", -70, hour),
                ("receipt", 40, hour + 5 * MINUTE),
                ("count", 90, hour + 10 * MINUTE),
                ("count", 100, hour + 20 * MINUTE),
                ("sale", -6, hour + 20 * MINUTE),
                ("sale", -7, hour + 30 * MINUTE),
            ],
        )
        order = [
            movement.kind
            for movement in reads.movements(session, [place.id for place in reads.warehouses(session)], hour)
        ]
    assert held(database, ctx) == {balm.id: 93}
    assert order == ["receipt", "count", "sale", "count", "sale"]


def test_each_place_has_its_own_count(database: Database, ctx: Context) -> None:
    """A store that is no warehouse does not count, nor does what happened after the moment asked for."""
    then = ctx.now() - 10 * DAY
    with database.begin(ctx) as session:
        balm, never_counted = product(session, ctx), product(session, ctx, "B")
        first, second = place(session, ctx, "W1"), place(session, ctx, "W2")
        store = place(session, ctx, "L1", "store")
        keep(session, balm.id, first.id, [("count", 100, then), ("sale", -5, then + DAY)])
        keep(session, balm.id, second.id, [("receipt", 30, then - DAY), ("count", 20, then + 3 * DAY)])
        keep(session, balm.id, store.id, [("count", 1_000, then)])
        keep(session, never_counted.id, first.id, [("receipt", 12, then), ("sale", -2, then + DAY)])
    assert held(database, ctx) == {balm.id: 115, never_counted.id: 10}
    assert held(database, ctx.at(then + 2 * DAY)) == {balm.id: 125, never_counted.id: 10}
    assert held(database, ctx.at(then + HOUR)) == {balm.id: 130, never_counted.id: 12}
    assert held(database, ctx.at(then - 2 * DAY)) == {}


def purchase(
    session: BrandSession,
    supplier: UUID,
    product_id: UUID,
    number: str,
    ordered: datetime,
    took: int | None,
    **more: Any,
) -> None:
    received = None if took is None else ordered + took * DAY
    row = {"supplier_id": supplier, "product_id": product_id, "quantity": 10, "unit_cost_minor": 1, "currency": "EUR"}
    session.add(
        PurchaseOrder(number=number, ordered_at=ordered, received_at=received, known_at=ordered, **(row | more))
    )
    session.flush()


def supplier(session: BrandSession, ctx: Context, code: str = "S1") -> Supplier:
    row = Supplier(code=code, known_at=ctx.now() - 900 * DAY)
    session.add(row)
    session.flush()
    return row


def under_way(database: Database, ctx: Context) -> dict[UUID, int]:
    with database.read(ctx) as session:
        return dict(reads.units_on_order(session))


def test_an_order_is_under_way_until_it_came_or_was_called_off_as_of_any_moment(
    database: Database, ctx: Context
) -> None:
    ordered = ctx.now() - 60 * DAY
    with database.begin(ctx) as session:
        balm, vendor = product(session, ctx), supplier(session, ctx)
        purchase(session, vendor.id, balm.id, "came", ordered, 14)
        purchase(session, vendor.id, balm.id, "off", ordered, None, quantity=100, cancelled_at=ordered + 3 * DAY)
        purchase(session, vendor.id, balm.id, "open", ordered + 30 * DAY, None, quantity=1_000)
    expected = {-1: 0, 1: 110, 3: 10, 13: 10, 14: 0, 29: 0, 30: 1_000, 60: 1_000}
    on_order = {days: under_way(database, ctx.at(ordered + days * DAY)).get(balm.id, 0) for days in expected}
    assert on_order == expected


def test_a_lead_time_is_an_orders_longest_and_known_once_it_came(database: Database, ctx: Context) -> None:
    """Not of what was called off, nor of what is said to have come before it was ordered."""
    ordered = ctx.now() - 90 * DAY
    with database.begin(ctx) as session:
        balm, other, vendor = product(session, ctx), product(session, ctx, "B"), supplier(session, ctx)
        purchase(session, vendor.id, balm.id, "N1", ordered, 10)
        purchase(session, vendor.id, other.id, "N1", ordered, 12)
        purchase(session, vendor.id, balm.id, "N2", ordered + 20 * DAY, 30)
        purchase(session, vendor.id, balm.id, "off", ordered, 5, cancelled_at=ordered + 6 * DAY)
        purchase(session, vendor.id, balm.id, "wrong", ordered, -4)
        purchase(session, supplier(session, ctx, "S2").id, balm.id, "theirs", ordered, 99)

    def known(days: int) -> list[float]:
        with database.read(ctx.at(ordered + days * DAY)) as session:
            return list(reads.lead_times_days(session, vendor.id))

    assert (known(90), known(49), known(11), known(9)) == ([12.0, 30.0], [12.0], [10.0], [])


def test_what_a_supplier_offers_is_its_newest_list_of_what_is_still_sold(database: Database, ctx: Context) -> None:
    old, new = ctx.now() - 100 * DAY, ctx.now() - 10 * DAY
    with database.begin(ctx) as session:
        vendor, balm, gone = supplier(session, ctx), product(session, ctx), product(session, ctx, "B", status="retired")
        for offered, quantity, cost, since in (
            (balm, 1, 500, old),
            (balm, 50, 450, old),
            (balm, 100, 300, new),
            (balm, 20, 400, new),
            (gone, 1, 1, old),
        ):
            asked = {"from_quantity": quantity, "unit_cost_minor": cost, "currency": "EUR", "valid_from": since}
            session.add(SupplierOffer(supplier_id=vendor.id, product_id=offered.id, known_at=since, **asked))
    for moment, tiers in ((ctx.now(), [(20, 400), (100, 300)]), (new - DAY, [(1, 500), (50, 450)]), (old - DAY, None)):
        with database.read(ctx.at(moment)) as session:
            offers = reads.offers_of(session, vendor.id)
        assert [[(tier.from_quantity, tier.unit_cost_minor) for tier in offer.tiers] for offer in offers] == (
            [tiers] if tiers else []
        )
    assert [
        offer.unit_cost_minor(units) for offer in [reads_now(database, ctx, vendor.id)] for units in (1, 99, 100)
    ] == [
        400,
        400,
        300,
    ]


def reads_now(database: Database, ctx: Context, supplier_id: UUID) -> reads.Offer:
    with database.read(ctx) as session:
        return reads.offers_of(session, supplier_id)[0]


def test_cash_is_what_each_bank_said_last_in_the_brands_currency(database: Database, ctx: Context) -> None:
    with database.begin(ctx) as session:
        for account, currency, amount, days in (
            ("main", "EUR", 900, 9),
            ("main", "EUR", 500, 2),
            ("loan", "EUR", -200, 5),
            ("abroad", "USD", 7_000, 1),
        ):
            said = ctx.now() - days * DAY
            session.add(
                BankBalance(
                    account=account, amount_minor=amount, currency=currency, balance_at=said, known_at=said + DAY
                )
            )

    def cash(days_ago: float) -> int | None:
        with database.read(ctx.at(ctx.now() - days_ago * DAY)) as session:
            return reads.cash_minor(session, "EUR")

    assert [cash(days) for days in (0, 1.5, 4.5, 8.5)] == [300, 700, 900, None]
