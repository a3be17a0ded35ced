"""Deliveries out of the house: signed webhooks, email over real SMTP, nothing to private addresses, nothing twice."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from automation.endpoints import add_endpoint, switch
from bootstrap.office import Office
from connectors.sending import NotSendable
from connectors.webhook import check_url, public_address
from domain.clock import FixedClock
from domain.ids import TimeOrderedIds
from evals.kill.receiver import Receiver
from settings import Settings
from store.jobs import listed, retry
from store.tables import Delivery, Endpoint
from tests.integration.automation.conftest import Works

POST = "name: post\ntitle: Post\non: trial.happened\ndo:\n  - {kind: webhook, endpoint: erp}\n"
MAIL = ("name: mail\ntitle: Mail\non: trial.happened\ndo:\n"
        "  - {kind: email, to: [a@example.org], title: 'About {data.what}', body: 'Grüße: {data.what}'}\n")  # fmt: skip


def endpoint(works: Works, receiver: Receiver) -> str:
    """Its secret."""
    works.ctx = replace(works.ctx, clock=(clock := FixedClock(datetime.now(UTC))), ids=TimeOrderedIds(clock))
    with works.shop.database.begin(works.ctx) as session:
        made = add_endpoint(session, works.office.parts.secrets, "erp", receiver.url, chat=False, allow_private=True)
    works.set("rule", POST)
    works.emit(what="a price", units=3)
    assert made.secret
    return made.secret


def test_a_webhook_is_verified_by_the_conventions_own_library(works: Works, receiver: Receiver) -> None:
    secret = endpoint(works, receiver)
    works.work()
    works.work()
    ((message_id, times),) = receiver.received.items()
    assert times == 1
    body, headers = receiver.bodies[message_id], receiver.headers[message_id]
    message = Webhook(secret).verify(body, headers)
    assert (message["type"], message["data"]["what"], message["data"]["brand"]) == (
        "trial.happened",
        "a price",
        works.ctx.brand,
    )
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"a price", b"a bribe"), headers)


def test_what_is_not_taken_is_sent_again_later_with_the_same_id(works: Works, receiver: Receiver) -> None:
    endpoint(works, receiver)
    receiver.status = 503
    works.work()
    works.work(seconds=30)
    assert sum(receiver.received.values()) == 1
    receiver.status = 200
    works.work(seconds=40)
    assert list(receiver.received.values()) == [2]
    assert [(row.status, row.attempts) for row in works.shop.rows(Delivery)] == [("sent", 2)]


def test_what_nobody_takes_becomes_a_dead_letter_that_is_told_and_can_be_tried_again(
    works: Works, receiver: Receiver
) -> None:
    endpoint(works, receiver)
    receiver.status = 500
    for _ in range(7):
        works.work(hours=1)
    assert list(receiver.received.values()) == [5]
    assert works.notifications() == ["The job delivery.send was given up"]
    with works.shop.database.begin(works.ctx) as session:
        (dead,) = listed(session, ("dead",))
        retry(session, dead.id)
    receiver.status = 200
    works.work()
    assert [(row.status, row.last_error) for row in works.shop.rows(Delivery)] == [("sent", "")]


def test_an_endpoint_that_is_gone_is_switched_off_and_that_is_told(works: Works, receiver: Receiver) -> None:
    endpoint(works, receiver)
    receiver.status = 410
    works.work()
    works.emit(what="another")
    works.work()
    assert sum(receiver.received.values()) == 1
    assert [row.enabled for row in works.shop.rows(Endpoint)] == [False]
    assert works.notifications() == ["The endpoint erp was switched off"]
    with works.shop.database.begin(works.ctx) as session:
        switch(session, "erp", on=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "https://user:pw@example.org/",
        "ftp://example.org",
        "file:///etc/passwd",
        "https://",
        "x",
    ],
)
def test_an_address_that_no_webhook_goes_to_is_refused(url: str) -> None:
    with pytest.raises(NotSendable):
        check_url(url, allow_private=False)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fd00::1", "fe80::1",
     "::ffff:10.0.0.1", "2130706433", "0x7f.1", "localhost", "224.0.0.1"],
)  # fmt: skip
def test_nothing_is_sent_to_addresses_that_are_not_public(host: str) -> None:
    with pytest.raises(NotSendable):
        public_address(host, 443, allow_private=False)


def test_a_private_endpoint_is_not_connected_to_unless_a_setting_allows_it(works: Works, receiver: Receiver) -> None:
    endpoint(works, receiver)
    works.office = Office(Settings(home=works.office.settings.home, webhook_private=False), works.shop.database)
    works.work()
    assert not receiver.received
    assert works.notifications() == ["The job delivery.send was given up"]


class Inbox:
    """Takes mail."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        from email import message_from_bytes, policy

        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@pytest.fixture
def mailbox(works: Works) -> Iterator[Inbox]:
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings = Settings(
        home=works.office.settings.home, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="mhos@acme.test"
    )  # type: ignore[arg-type]
    works.office = Office(settings, works.shop.database)
    yield inbox
    controller.stop()


def test_an_email_arrives_over_smtp_with_the_deliverys_id(works: Works, mailbox: Inbox) -> None:
    works.set("rule", MAIL)
    works.emit(what="Öl\r\nBcc: evil@example.org")
    works.work()
    works.work()
    (mail,) = mailbox.mails
    (row,) = works.shop.rows(Delivery)
    assert mail["Message-ID"] == f"<{row.id}@acme.test>"
    assert mail["Subject"] == "About Öl Bcc: evil@example.org"
    assert mail["Bcc"] is None
    assert "Grüße" in mail.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_a_mail_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(works: Works, mailbox: Inbox) -> None:
    works.set("rule", MAIL)
    mailbox.answer = "451 later"
    works.emit(what="x")
    works.work()
    mailbox.answer = "250 OK"
    works.work(minutes=2)
    assert len(mailbox.mails) == 1
    mailbox.answer = "550 no"
    works.emit(what="y")
    works.work()
    assert works.notifications() == ["The job delivery.send was given up"]


def test_without_a_mail_server_it_is_said(works: Works) -> None:
    works.set("rule", MAIL)
    works.emit(what="x")
    works.work()
    (row,) = works.shop.rows(Delivery)
    assert (row.status, row.last_error) == ("failed", "No mail server is set.")


def test_a_workflow_waits_for_its_message_and_is_compensated_where_it_is_not_taken(
    works: Works, receiver: Receiver
) -> None:
    endpoint(works, receiver)
    works.set("workflow", "name: tell-erp\ntitle: T\nsteps:\n"
              "  - {kind: do, name: first, deed: {kind: notify, title: first},"
              " undo: {kind: notify, title: called off}}\n"
              "  - {kind: do, name: post, deed: {kind: webhook, endpoint: erp}}\n"
              "  - {kind: do, name: last, deed: {kind: notify, title: last}}\n")  # fmt: skip
    works.set("rule", POST.replace("{kind: webhook, endpoint: erp}", "{kind: workflow, name: tell-erp}"))
    works.work()
    assert works.notifications() == ["first", "last"]
    receiver.status = 404
    works.emit(what="z")
    for _ in range(6):
        works.work(hours=1)
    assert works.notifications()[-2:] == ["called off", "The workflow tell-erp failed, and was undone"]
