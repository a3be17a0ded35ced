"""What left the house is read back: an order by its confirmation, a reminder by the payment, a price by the sales."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from actions.approvals import approve
from actions.gateway import undo
from actions.hand_over import confirm, hand_over, to_hand_over
from actions.kinds import handler_of
from connectors.feed import deliver
from domain.action import Action
from domain.actor import Actor, ActorKind, Role
from domain.context import Context
from domain.errors import Forbidden
from domain.finance import InvoiceRemind
from domain.pricing import PriceUpdate
from domain.stock import PurchaseLine, PurchaseOrderCreate
from identity.roles import permissions_of
from store.database import Database
from store.tables import (
    ActionItem,
    Customer,
    Delivery,
    InvoiceReminder,
    PurchaseOrder,
    Supplier,
    Task,
)
from tests.integration.automation.house import House, Inbox
from tests.integration.conftest import Shop
from tests.integration.money_brand import DAY, bill, pay
from tests.integration.stocked_brand import Stocked, Supply, stock

NewBrand = Callable[..., Context]


def order(**changed: Any) -> PurchaseOrderCreate:
    line = PurchaseLine(sku="A", quantity=200, unit_cost_minor=400)
    return PurchaseOrderCreate.model_validate({"supplier": "S1", "lines": [line], "currency": "EUR", **changed})


def supplied(database: Database, ctx: Context, email: str = "") -> None:
    stock(database, ctx, [Stocked("A", on_hand=100, title="=Öl & Co.")], [Supply(title="Rheinlab")])
    with database.begin(ctx) as session:
        session.scalars(select(Supplier)).one().email = email


def placed(house: House) -> list[PurchaseOrder]:
    return [row for row in house.rows(PurchaseOrder) if row.source != "import"]


def agreed(house: House, action: Action) -> ActionItem:
    """Asked for by the owner; where that takes another's yes, the operator gives it."""
    item = house.ask(action)
    if item.status == "proposed":
        roles = frozenset({Role.BRAND_OWNER, Role.OPERATOR})
        person = Actor(kind=ActorKind.PERSON, id=house.owner.new_id(), name="op", roles=roles,
                       permissions=permissions_of(roles))  # fmt: skip
        approve(house.database, replace(house.owner, actor=person), house.office.engine, str(item.id), timedelta(0))
    house.office.work(house.owner)
    return house.now(item)


def test_an_order_goes_to_the_supplier_as_pdf_and_csv_and_is_seen_once_it_is_confirmed(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    supplied(database, ctx, "orders@rheinlab.test")
    house = open_house(ctx, inbox.url)
    item = agreed(house, order())
    (mail,) = inbox.mails
    (row,) = placed(house)
    assert mail["To"] == "orders@rheinlab.test"
    assert row.number in mail["Subject"]
    files = {str(part.get_filename()): part.get_content() for part in mail.iter_attachments()}  # type: ignore[attr-defined]
    assert sorted(files) == [f"order-{row.number}.csv", f"order-{row.number}.pdf"]
    csv_text = files[f"order-{row.number}.csv"]
    csv_text = csv_text.decode("utf-8-sig") if isinstance(csv_text, bytes) else csv_text.lstrip("\ufeff")
    assert csv_text.splitlines()[1] == "A,'=Öl & Co.,200,4.00,800.00,EUR"
    assert files[f"order-{row.number}.pdf"].startswith(b"%PDF")
    assert house.told(item).startswith("sent to orders@rheinlab.test on ")
    house.work(days=8)
    assert house.now(item).outside["seen"] == "open"
    assert any(title.startswith("Not seen outside") for title in house.notices())
    assert [task.status for task in house.rows(Task)] == ["open"]
    confirmed = {
        "number": row.number, "supplier": "S1", "sku": "A", "quantity": 200, "unit_cost": "4.00",
        "ordered_at": row.ordered_at, "expected_at": row.expected_at, "confirmed_at": house.owner.now(),
    }  # fmt: skip
    deliver(house.owner, database, "shop", {"purchase_orders": [confirmed]})
    house.work(days=8)
    assert house.now(item).outside["seen"] == "confirmed"
    assert [task.status for task in house.rows(Task)] == ["done"]


def test_an_order_without_an_address_is_handed_over_and_says_so_before(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    supplied(database, ctx)
    house = open_house(ctx, inbox.url)
    item = agreed(house, order())
    assert house.view(item)["outside"]["because"] == "no_address"
    assert "nothing else happens" in house.view(item)["outside"]["today"]["en"]
    assert inbox.mails == []
    assert "to be handed over by a person" in house.told(item)
    house.work(days=3)
    assert any(title.startswith("Not handed over yet") for title in house.notices())


def test_a_refused_order_becomes_a_persons_to_bring(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    supplied(database, ctx, "gone@rheinlab.test")
    inbox.refused = {"gone@rheinlab.test"}
    house = open_house(ctx, inbox.url)
    item = agreed(house, order())
    assert house.now(item).outside["state"] == "to_hand_over"
    assert any(title.startswith("The mail server refused") for title in house.notices())
    assert [task.status for task in house.rows(Task)] == ["open"]


def test_an_order_that_was_sent_is_called_off_by_a_letter_and_one_that_was_not_by_none(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    supplied(database, ctx, "orders@rheinlab.test")
    house = open_house(ctx, inbox.url)
    item = agreed(house, order())
    assert undo(database, house.owner, str(item.id)).status == "undone"
    house.office.work(house.owner)
    assert [("cancelled" in mail["Subject"]) for mail in inbox.mails] == [False, True]
    assert house.told(item).startswith("cancellation: sent to orders@rheinlab.test")
    other = house.ask(order())
    house.office.run_due(house.owner)
    undo(database, house.owner, str(other.id))
    house.office.work(house.owner)
    assert len(inbox.mails) == 2


def test_where_the_receiver_or_the_text_changed_after_the_yes_nothing_is_sent_and_it_is_asked_again(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    supplied(database, ctx, "orders@rheinlab.test")
    house = open_house(ctx, inbox.url)
    item = house.ask(order())
    with database.begin(ctx) as session:
        session.scalars(select(Supplier)).one().email = "evil@elsewhere.test"
    assert any("receiver" in moved for moved in house.view(item)["changed_since_shown"])
    house.office.work(ctx)
    assert inbox.mails == []
    assert house.now(item).status == "proposed"
    assert placed(house) == []


def test_a_reminder_is_noted_when_the_server_took_it_and_seen_when_it_is_paid(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    bill(database, ctx, "LATE", [50 + at % 7 for at in range(20)], {"L-OPEN": 45}, 300_000)
    with database.begin(ctx) as session:
        session.scalars(select(Customer)).one().email = "books@late.test"
    house = open_house(ctx, inbox.url)
    remind = InvoiceRemind.model_validate({"lines": [{"debtor": "LATE", "invoice": "L-OPEN"}], "currency": "EUR"})
    item = house.ask(remind)
    house.office.run_due(ctx)
    assert house.rows(InvoiceReminder) == []
    assert house.ask(remind).status == "denied"  # one is on its way
    house.office.work(ctx)
    (mail,) = inbox.mails
    assert "L-OPEN" in mail.get_content() and "€3,000.00" in mail.get_content()
    assert [row.level for row in house.rows(InvoiceReminder)] == [1]
    house.work(days=15)
    assert house.now(item).outside["seen"] == "open"
    pay(database, house.owner, "L-OPEN", house.owner.now() + DAY)
    house.work(days=8)
    assert house.now(item).outside["seen"] == "confirmed"


def sold_at(shop: Shop, house: House, price_minor: int) -> None:
    rows = [
        {"period_start": house.owner.now() - timedelta(days=ago), "period_days": 1, "channel": "shop", "sku": "S-1",
         "location": "L1", "units": 10, "unit_price": f"{price_minor / 100:.2f}"} for ago in range(1, 6)
    ]  # fmt: skip
    deliver(house.owner, shop.database, "shop", {"sales": rows})


@pytest.mark.parametrize(("charged", "seen"), [(1_050, "confirmed"), (1_044, "confirmed"), (1_000, "open")])
def test_a_price_is_seen_by_the_sales_that_follow_within_one_percent(
    shop: Shop, open_house: Callable[..., House], charged: int, seen: str
) -> None:
    house = open_house(shop.owner)
    action = PriceUpdate.model_validate(shop.action(1_050))
    item = agreed(house, action)
    (row,) = house.rows(Delivery)
    assert (row.status, row.target) == ("to_hand_over", "Own shop")
    with shop.database.begin(house.owner) as session:
        hand_over(session, str(item.id))
    house.later(days=15)
    sold_at(shop, house, charged)
    house.office.work(house.owner)
    assert house.now(item).outside["seen"] == seen


def test_a_price_seen_in_sales_needs_no_tick(shop: Shop, open_house: Callable[..., House]) -> None:
    house = open_house(shop.owner)
    item = agreed(house, PriceUpdate.model_validate(shop.action(1_050)))
    house.later(days=4)
    sold_at(shop, house, 1_050)
    house.office.work(house.owner)
    assert house.now(item).outside["seen"] == "confirmed"
    assert [task.status for task in house.rows(Task)] == ["done"]
    with shop.database.begin(house.owner) as session:
        assert to_hand_over(session) == []


def test_a_person_says_that_the_supplier_confirmed(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    supplied(database, ctx, "orders@rheinlab.test")
    house = open_house(ctx, inbox.url)
    item = agreed(house, order())
    with database.begin(house.owner) as session:
        confirm(session, str(item.id))
    assert "seen to have its effect" in house.told(item)
    nobody = Actor(kind=ActorKind.PERSON, id=ctx.new_id(), name="guest", roles=frozenset({Role.STAND_PARTNER}),
                   permissions=permissions_of([Role.STAND_PARTNER]))  # fmt: skip
    with database.begin(replace(house.owner, actor=nobody)) as session, pytest.raises(Forbidden):
        confirm(session, str(item.id))


def test_nothing_leaves_where_a_kind_sends_nothing(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House]
) -> None:
    for kind in ("lead.follow_up", "expense.flag", "price.draft"):
        leaves = handler_of(kind).kind.leaves_house
        assert (leaves.content, leaves.by_mail) == ("nothing", None)
