"""A brand with the whole product round it, and a mail server of this machine that takes its letters."""

import asyncio
import socket
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

from actions.items import propose
from automation.notifications import notifications
from bootstrap.office import Office
from domain.action import Action
from domain.clock import FixedClock
from domain.context import Context
from domain.language import Language
from settings import Settings
from store.database import Database
from store.tables import ActionItem
from virtual_office.questions.item_view import item_view


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
