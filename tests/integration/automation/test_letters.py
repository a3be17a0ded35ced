"""What leaves the house: told and read before a yes, sent once by a real mail server or handed over, and read back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actions.gateway import undo
from actions.hand_over import hand_over, to_hand_over
from automation.letters import written_letter
from automation.outcomes import measure_item
from connectors.feed import deliver
from domain.context import Context
from domain.customers import SegmentMessage, Template
from domain.errors import Conflict
from domain.language import Language
from store.database import Database
from store.tables import (
    Customer,
    Delivery,
    MessageDraw,
    MessageSend,
    OutcomeRow,
    Task,
)
from tests.integration.automation.house import House, Inbox
from tests.integration.crm_brand import CROWD, plant_customers
from tests.integration.money_brand import DAY

NewBrand = Callable[..., Context]
FEW = tuple(replace(group, customers=12) for group in CROWD)


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
