"""What leaves the house: told and read before a yes, sent once by a real mail server or handed over, and read back."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session
from sqlalchemy import select

from actions.approvals import approve
from actions.gateway import undo
from actions.hand_over import confirm, hand_over, to_hand_over
from actions.items import propose
from actions.kinds import handler_of
from automation.letters import written_letter
from automation.notifications import notifications
from automation.outcomes import measure_item
from bootstrap.office import Office
from connectors.feed import deliver
from domain.action import Action
from domain.actor import Actor, ActorKind, Role
from domain.clock import FixedClock
from domain.context import Context
from domain.customers import SegmentMessage, Template
from domain.errors import Conflict, Forbidden
from domain.finance import InvoiceRemind
from domain.language import Language
from domain.pricing import PriceUpdate
from domain.stock import PurchaseLine, PurchaseOrderCreate
from identity.roles import permissions_of
from settings import Settings
from store.database import Database
from store.tables import (
    ActionItem,
    Customer,
    Delivery,
    InvoiceReminder,
    MessageDraw,
    MessageSend,
    OutcomeRow,
    PurchaseOrder,
    Supplier,
    Task,
)
from tests.integration.conftest import Shop
from tests.integration.crm_brand import CROWD, plant_customers
from tests.integration.money_brand import DAY, bill, pay
from tests.integration.stocked_brand import Stocked, Supply, stock
from virtual_office.questions.item_view import item_view

NewBrand = Callable[..., Context]
FEW = tuple(replace(group, customers=12) for group in CROWD)


@dataclass
class Inbox:
    """A mail server that takes what it gets, unless told otherwise."""

    mails: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    answer: str = "250 OK"
    url: str = ""

    async def handle_RCPT(self, _s: Any, _x: Session, envelope: Envelope, address: str, _o: list[str]) -> str:
        if address in self.refused:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: Any, _x: Session, envelope: Envelope) -> str:
        await asyncio.sleep(0)
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return self.answer


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    taken = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(taken, hostname="127.0.0.1", port=port, data_size_limit=2**26)
    controller.start()
    taken.url = f"smtp://127.0.0.1:{port}"
    yield taken
    controller.stop()


@dataclass
class House:
    """A brand with the whole product round it."""

    office: Office
    owner: Context

    @property
    def database(self) -> Database:
        return self.office.database

    def rows(self, table: type[Any]) -> list[Any]:
        with self.database.read(self.owner) as session:
            return list(session.scalars(select(table)).all())

    def ask(self, action: Action) -> ActionItem:
        with self.database.begin(self.owner) as session:
            return propose(session, self.office.engine, action, "because")

    def carry_out(self, action: Action) -> ActionItem:
        """Asked for, agreed to where it has to be, carried out, and sent as far as it can be."""
        item = self.ask(action)
        self.office.work(self.owner)
        return self.now(item)

    def now(self, item: ActionItem) -> ActionItem:
        with self.database.read(self.owner) as session:
            return session.get_one(ActionItem, (self.owner.brand_id, item.id))

    def later(self, **span: float) -> None:
        self.owner = replace(self.owner, clock=FixedClock(self.owner.now() + timedelta(**span)))

    def work(self, **span: float) -> None:
        self.later(**span)
        self.office.work(self.owner)

    def told(self, item: ActionItem) -> str:
        """Where it stands outside, as people read it."""
        with self.database.read(self.owner) as session:
            view = item_view(session, self.office.policy_version, session.get_one(ActionItem, (item.brand_id, item.id)))
        return view["left"]["said"]

    def view(self, item: ActionItem, language: Language = Language.EN) -> dict[str, Any]:
        with self.database.read(self.owner) as session:
            return item_view(session, self.office.policy_version, item, language)

    def notices(self) -> list[str]:
        with self.database.read(self.owner) as session:
            return [row.title for row, _ in notifications(session)]


@pytest.fixture
def open_house(database: Database, tmp_path: Path) -> Iterator[Callable[..., House]]:
    def opened(ctx: Context, smtp: str | None = None) -> House:
        settings = Settings(home=tmp_path, smtp_url=smtp, mail_from="shop@acme.test")  # type: ignore[arg-type]
        return House(Office(settings, database), ctx)

    yield opened
    database.mail_from = None


def message(**changed: Any) -> SegmentMessage:
    given = {"segment": "buyers", "template": Template.NEWS, "audience": 20, "holdout_bps": 5_000, "currency": "EUR"}
    return SegmentMessage.model_validate({**given, "offer": ["A"], **changed})


def with_addresses(database: Database, ctx: Context, groups: Any = FEW) -> None:
    plant_customers(database, ctx, groups)
    codes = [f"{group.name}{number:04d}" for group in groups for number in range(group.customers)]
    deliver(ctx, database, "shop", {"customers": [
        {"code": code, "name": f"Name {code}", "email": f"{code.lower()}@example.org",
         "known_at": ctx.now() - 700 * DAY} for code in codes
    ]})  # fmt: skip


def test_an_approved_message_reaches_each_customer_drawn_once_and_only_then_counts_as_sent(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    with_addresses(database, ctx)
    house = open_house(ctx, inbox.url)
    item = house.ask(message())
    shown = house.view(item)
    assert shown["letter"]["subject"].startswith("What is new at ")
    assert "A" in shown["letter"]["text"] and "shop@acme.test" in shown["letter"]["from"]
    assert shown["outside"]["by"] == "mail" and "STOP" not in shown["outside"]["today"]["en"]
    house.office.run_due(ctx)
    assert (inbox.mails, house.rows(MessageSend)) == ([], [])
    assert "not sent yet" in house.told(item)
    house.office.work(ctx)
    house.office.work(ctx)
    assert len(inbox.mails) == 10 == len({mail["Message-ID"] for mail in inbox.mails})
    sends = house.rows(MessageSend)
    assert sorted(row.arm for row in sends) == ["holdout"] * 10 + ["treated"] * 10
    written_to = {row.customer_id for row in sends if row.arm == "treated"}
    emails = {row.email for row in house.rows(Customer) if row.id in written_to}
    assert {mail["To"] for mail in inbox.mails} == emails
    mail = inbox.mails[0]
    text = mail.get_content()
    assert shown["letter"]["text"].split("\n")[0] in text
    assert mail["List-Unsubscribe"].startswith("<mailto:shop@acme.test?subject=unsubscribe")
    assert mail["List-Unsubscribe"][1:-1] in text.replace("\n", "")
    assert "sent to 10 of 10" in house.told(item)
    with pytest.raises(Conflict, match="cannot be undone"):
        undo(database, house.owner, str(item.id))


def test_without_a_mail_server_the_item_says_stop_before_the_yes_and_nothing_counts_until_a_person_ticks(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House]
) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEW)
    house = open_house(ctx)
    item = house.ask(message())
    assert house.view(item)["outside"]["today"]["en"].startswith("STOP: no email is set up")
    assert house.view(item, Language.DE)["outside"]["today"]["de"].startswith("HALT: Es ist kein E-Mail-Versand")
    assert house.view(item)["outside"]["because"] == "no_mail"
    house.office.work(ctx)
    assert "nothing sent: to be handed over by a person" in house.told(item)
    assert house.rows(MessageSend) == []
    (row,) = house.rows(Delivery)
    with database.read(ctx) as session:
        letter = written_letter(session, item, row)
    (sheet,) = letter.files
    assert sheet.content.decode("utf-8-sig").count("\r\n") == 11
    assert [task.status for task in house.rows(Task)] == ["open"]
    with database.begin(ctx) as session:
        assert [waiting.id for waiting in to_hand_over(session)] == [item.id]
        hand_over(session, str(item.id))
    assert "handed over by owner" in house.told(item)
    assert len(house.rows(MessageSend)) == 20
    assert [task.status for task in house.rows(Task)] == ["done"]
    with database.begin(ctx) as session, pytest.raises(Conflict, match="Nothing of this action item waits"):
        hand_over(session, str(item.id))


def test_what_was_never_sent_is_never_measured_and_holds_nobody_back(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House]
) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEW, max_messages_a_week=10)
    house = open_house(ctx)
    item = house.carry_out(message())
    assert house.carry_out(message(segment="champions")).status == "denied"  # the week's allowance is reserved
    house.later(days=70)
    measured = measure_item(database, house.owner, {"item": str(item.id)})
    assert "never left the house" in measured
    (outcome,) = house.rows(OutcomeRow)
    assert outcome.status == "not_measurable"


def test_a_message_that_waits_can_be_held_back_and_its_allowance_is_free_again(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House]
) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEW, max_messages_a_week=10)
    house = open_house(ctx)
    item = house.carry_out(message())
    assert undo(database, ctx, str(item.id)).status == "undone"
    assert {row.status for row in house.rows(MessageDraw)} == {"released"}
    assert [task.status for task in house.rows(Task)] == ["cancelled"]
    assert "held back" in house.told(item)
    with database.begin(ctx) as session, pytest.raises(Conflict):
        hand_over(session, str(item.id))
    assert house.carry_out(message()).status == "done"


def test_a_refused_recipient_is_not_written_to_and_the_others_are(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    with_addresses(database, ctx)
    house = open_house(ctx, inbox.url)
    inbox.refused = {f"a{number:04d}@example.org" for number in range(12)}
    house.carry_out(message(audience=10_000))
    sent_to = {mail["To"] for mail in inbox.mails}
    refused = [row for row in house.rows(Delivery) if row.status == "failed"]
    assert refused and not sent_to & inbox.refused
    treated = [row for row in house.rows(MessageSend) if row.arm == "treated"]
    assert len(treated) == len(sent_to) == len(house.rows(Delivery)) - len(refused)
    assert sorted({row.status for row in house.rows(MessageDraw)}) == ["released", "sent"]


def test_a_busy_server_gets_the_rest_later_and_nothing_twice(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    with_addresses(database, ctx)
    house = open_house(ctx, inbox.url)
    inbox.answer = "451 later"
    item = house.carry_out(message())
    assert house.rows(MessageSend) == []
    assert "0 of 10 gone" in house.told(item)
    inbox.answer = "250 OK"
    house.work(minutes=2)
    house.work(minutes=2)
    assert len(inbox.mails) == 10 == len({mail["Message-ID"] for mail in inbox.mails})


def test_a_server_that_never_answers_leaves_nobody_written_to_and_that_is_told(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House]
) -> None:
    ctx = new_brand()
    with_addresses(database, ctx)
    house = open_house(ctx, "smtp://127.0.0.1:1")
    item = house.carry_out(message())
    for _ in range(6):
        house.work(hours=1)
    assert house.rows(MessageSend) == []
    assert "not sent: " in house.told(item)
    assert any(title.startswith("Nobody was written to") for title in house.notices())
    assert {row.status for row in house.rows(MessageDraw)} == {"released"}


def test_customers_without_an_address_are_not_drawn_where_mail_goes_out(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    plant_customers(database, ctx, FEW)
    odd = ["not an address", "two@x.org, three@x.org", "a@b", "evil@x.org\nBcc: b@x.org"]
    rows = [{"code": f"A{at:04d}", "email": email, "known_at": ctx.now() - 700 * DAY} for at, email in enumerate(odd)]
    rows.append({"code": "A0011", "email": " ok@example.org ", "known_at": ctx.now() - 700 * DAY})
    rows.append({"code": "B0001", "email": "b@example.org", "known_at": ctx.now() - 700 * DAY})
    deliver(ctx, database, "shop", {"customers": rows})
    house = open_house(ctx, inbox.url)
    house.carry_out(message(audience=100))
    assert {mail["To"] for mail in inbox.mails} < {"ok@example.org", "b@example.org"}
    assert len(inbox.mails) == 1 == len([row for row in house.rows(MessageDraw) if row.arm == "holdout"])


def test_another_brand_sends_under_its_own_name_to_its_own_customers(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    one, two = new_brand("acme"), new_brand("beans")
    for ctx in (one, two):
        with_addresses(database, ctx)
    houses = [open_house(ctx, inbox.url) for ctx in (one, two)]
    houses[0].carry_out(message())
    assert len(inbox.mails) == 10
    assert houses[1].rows(Delivery) == houses[1].rows(MessageSend) == []
    houses[1].carry_out(message(audience=4))
    assert len(inbox.mails) == 12


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
    files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}  # type: ignore[attr-defined]
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
    remind = InvoiceRemind(debtor="LATE", invoices=("L-OPEN",), currency="EUR")
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


KILLED = """
import os, sys, uuid
from pathlib import Path
from automation import letters
from connectors.mail import MailServer
from store.database import Database
from domain.context import Context
from domain.actor import Actor, ActorKind, Permission
from domain.clock import FixedClock
from domain.ids import TimeOrderedIds, BrandId
from datetime import datetime
owner_url, app_url, url, brand_id, brand, at, item = sys.argv[1:]
clock = FixedClock(datetime.fromisoformat(at))
actor = Actor(kind=ActorKind.SYSTEM, id=uuid.uuid4(), name="automation", permissions=frozenset(Permission))
ctx = Context(brand_id=BrandId(uuid.UUID(brand_id)), brand=brand, actor=actor, clock=clock, ids=TimeOrderedIds(clock))
class Killed(MailServer):
    sent = 0
    def send(self, going):
        said = super().send(going)
        Killed.sent += 1
        if Killed.sent == 4:
            os.kill(os.getpid(), 9)  # the server has it, the database does not know
        return said
database = Database(owner_url, app_url)
database.mail_from = "shop@acme.test"
letters.send_letters(database, lambda: Killed(url, "shop@acme.test"), ctx, {"item": item})
"""


def test_killed_half_way_only_what_was_on_the_wire_goes_again_under_the_same_message_id(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    with_addresses(database, ctx)
    house = open_house(ctx, inbox.url)
    item = house.ask(message())
    house.office.run_due(ctx)
    urls = [url.render_as_string(hide_password=False) for url in (database.owner_url, database.app_url)]
    arguments = [*urls, inbox.url, str(ctx.brand_id), ctx.brand, ctx.now().isoformat(), str(item.id)]
    ended = subprocess.run([sys.executable, "-c", KILLED, *arguments], env=dict(os.environ), check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert len([row for row in house.rows(MessageSend) if row.arm == "treated"]) == 3
    house.office.work(ctx)
    ids = [mail["Message-ID"] for mail in inbox.mails]
    assert (len(ids), len(set(ids))) == (11, 10)
    assert len([row for row in house.rows(MessageSend) if row.arm == "treated"]) == 10


def test_a_large_campaign_is_sent_whole(
    database: Database, new_brand: NewBrand, open_house: Callable[..., House], inbox: Inbox
) -> None:
    ctx = new_brand()
    with_addresses(database, ctx, tuple(replace(group, customers=80) for group in CROWD))
    house = open_house(ctx, inbox.url)
    began = time.monotonic()
    house.carry_out(message(audience=600))
    assert len(inbox.mails) == len({mail["To"] for mail in inbox.mails}) == 160
    assert time.monotonic() - began < 60
