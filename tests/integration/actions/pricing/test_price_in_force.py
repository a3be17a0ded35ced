"""A price approved is not a price charged: what is not charged, or not measured yet, is not changed again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.approvals import approve
from actions.gateway import execute, undo
from automation.crossings import look
from domain.action import ItemStatus
from domain.clock import FixedClock
from domain.pricing import dealer_list_opens
from store.reads.pricing.price_line import price_line
from store.reads.pricing.prices import channel_by_code, product_by_sku
from store.tables import (
    ActionItem,
    BrandRules,
    Channel,
    Location,
    OutboxEvent,
    Product,
    ProductCost,
    SalesFact,
    Task,
)
from tests.integration.conftest import Shop

DAY = timedelta(days=1)


def carry_out(shop: Shop, price_minor: int) -> ActionItem:
    item = shop.propose(price_minor)
    assert item.status == ItemStatus.PROPOSED, item.verdict
    approve(shop.database, shop.operator, shop.engine, str(item.id), timedelta(0))
    return execute(shop.database, shop.owner, shop.engine, item.id)


def days_pass(shop: Shop, days: int, charged_minor: int) -> None:
    """So many days go by, each with sales at a price."""
    first = shop.owner.now()
    clock = FixedClock(first + days * DAY)
    shop.owner, shop.operator = replace(shop.owner, clock=clock), replace(shop.operator, clock=clock)
    with shop.database.begin(shop.owner) as session:
        product, channel = product_by_sku(session, "S-1"), channel_by_code(session, "shop")
        place = session.scalars(select(Location)).one()
        for day in range(days):
            session.add(
                SalesFact(
                    product_id=product.id, channel_id=channel.id, location_id=place.id, units=14, currency="EUR",
                    period_start=first + day * DAY, period_days=1, unit_price_minor=charged_minor, unit_cost_minor=500,
                    known_at=first + (day + 1) * DAY,
                )
            )  # fmt: skip


def policies(item: ActionItem) -> set[str]:
    return set(item.verdict["policies"])


def in_force(shop: Shop) -> int:
    with shop.database.read(shop.owner) as session:
        return price_line(session, "S-1", "shop").in_force_minor


def test_a_price_that_sales_do_not_show_is_not_raised_upon(shop: Shop) -> None:
    carry_out(shop, 1100)
    days_pass(shop, 7, 1000)
    assert in_force(shop) == 1000
    frozen = shop.propose(1200)
    assert (frozen.status, policies(frozen)) == (ItemStatus.DENIED, {"price.not_charged", "price.daily_change"})
    assert policies(shop.propose(1090)) == {"price.not_charged"}
    assert "price.not_charged" not in policies(shop.propose(1000)), "what is charged may be written on the list"


def test_six_reported_days_do_not_tell(shop: Shop) -> None:
    carry_out(shop, 1100)
    days_pass(shop, 6, 1000)
    assert in_force(shop) == 1100
    assert policies(shop.propose(1150)) == {"price.not_measured"}


@pytest.mark.parametrize(("charged", "force"), [(1090, 1100), (1088, 1088)])
def test_one_percent_off_is_charged_and_more_is_not(shop: Shop, charged: int, force: int) -> None:
    carry_out(shop, 1100)
    days_pass(shop, 8, charged)
    assert in_force(shop) == force


def test_a_change_is_measured_before_the_next_or_its_window_is_over(shop: Shop) -> None:
    carry_out(shop, 1100)
    days_pass(shop, 62, 1100)
    early = shop.propose(1150)
    assert (early.status, policies(early)) == (ItemStatus.DENIED, {"price.not_measured"})
    days_pass(shop, 2, 1100)
    assert shop.propose(1150).status == ItemStatus.PROPOSED


def test_what_was_taken_back_today_is_no_change(shop: Shop) -> None:
    item = carry_out(shop, 1100)
    undo(shop.database, shop.operator, str(item.id))
    assert carry_out(shop, 1100).status == ItemStatus.DONE, "ten percent, as much as a day allows"


def test_more_changes_a_week_than_the_brand_allows_need_the_owner(shop: Shop) -> None:
    assert "owner" not in shop.propose(1050).verdict["gates"]
    with shop.database.begin(shop.owner) as session:
        session.add(BrandRules(version=2, max_price_changes_a_week=0, created_at=shop.owner.now()))
    assert "owner" in shop.propose(1060).verdict["gates"]


def test_dealers_lists_change_on_their_own_days(shop: Shop) -> None:
    """The shop has no VAT in its prices: beside a channel that has, it is the dealers'."""
    with shop.database.begin(shop.owner) as session:
        session.add(Channel(code="online", title="Online", prices_include_vat=True))
    today = shop.owner.now().date()
    is_open = dealer_list_opens(today, 3) == today
    assert ("owner" in shop.propose(1050).verdict["gates"]) is not is_open
    with shop.database.begin(shop.owner) as session:
        session.add(BrandRules(version=2, dealer_list_months=0, created_at=shop.owner.now()))
    assert "owner" not in shop.propose(1060).verdict["gates"]


def test_a_price_below_the_floor_may_rise_towards_it_and_not_fall(shop: Shop) -> None:
    with shop.database.begin(shop.owner) as session:
        product = session.scalars(select(Product)).one()
        session.add(
            ProductCost(product_id=product.id, unit_cost_minor=1101, currency="EUR", valid_from=shop.owner.now())
        )
    assert shop.propose(1090).status == ItemStatus.PROPOSED  # still loses a cent and more
    assert policies(shop.propose(990)) == {"price.margin_floor"}


def test_what_is_not_charged_is_one_task_until_it_is(shop: Shop) -> None:
    carry_out(shop, 1100)
    days_pass(shop, 8, 1000)
    look(shop.database, shop.owner, {})
    look(shop.database, shop.owner, {})
    (task,) = [task for task in shop.rows(Task) if not task.title.startswith("Hand over:")]
    assert task.title == "Charge the approved price, or take it back: S-1 @ shop is listed at €11.00 and sold at €10.00"
    assert [event.type for event in shop.rows(OutboxEvent)].count("price.not_charged") <= 1
    days_pass(shop, 8, 1100)
    look(shop.database, shop.owner, {})
    (task,) = [task for task in shop.rows(Task) if not task.title.startswith("Hand over:")]
    assert task.status == "done"
