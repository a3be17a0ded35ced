"""Sends the letters of action items: the job `letters.send`, one after another, each noted once the server took it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from actions.items import action_of, told_of
from actions.leaving import sender
from actions.outside import (
    FAILED,
    LETTERS_JOB,
    MAIL,
    QUEUED,
    SENDING,
    SENT,
    WITHDRAWN,
    give_to_person,
    note_left,
    noted,
    refresh,
    settle,
)
from automation.notifications import Note, notify
from connectors.sending import NotReached, NotSendable, NotSent, Outgoing
from domain.action import PreviewLine
from domain.context import Context
from domain.errors import NotFound
from domain.letter import Letter
from domain.severity import Severity
from language.letters import Stationery, WrittenLetter, write_letter
from language.speech import say
from language.titles import text_title
from store.database import Database
from store.leases import lock_row
from store.reads.settings import brand_of, language_of
from store.session import BrandSession
from store.tables import ActionItem, Delivery, DeliveryAttempt

LONGEST_DETAIL = 2_000


class Mail(Protocol):
    """An open way to the mail server."""

    def send(self, going: Outgoing) -> str: ...


OpenMail = Callable[[], AbstractContextManager[Mail]]


def send_letters(database: Database, open_mail: OpenMail, ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job: each call to the server happens between two transactions. What one that was killed had under way is sent
    again under the same Message-ID. Raises NotSent where some were not taken yet: the job is tried again."""
    item_id = UUID(payload["item"])
    later, reached = 0, True
    with open_mail() as mail:
        for delivery_id in _waiting(database, ctx, item_id):
            outcome = _send_one(database, mail, ctx, delivery_id)
            later += outcome in (QUEUED, "unreached")
            if outcome == "unreached":
                reached = False
                break
    with database.begin(ctx) as session:
        item = _item(session, item_id)
        if later:
            refresh(session, item)
        else:
            _finish(session, item)
        state, outside = item.outside.get("state"), item.outside
    if later:
        why = "not all were taken" if reached else "the mail server does not answer"
        raise NotSent(f"{item.subject}: {outside['left']} of {outside['total']} sent, {why}: {outside['reason']}")
    return f"{item.kind} {item.subject}: {state}, {outside.get('left', 0)} of {outside.get('total', 0)}"


def _item(session: BrandSession, item_id: UUID) -> ActionItem:
    item = lock_row(session, ActionItem, item_id)
    if item is None:
        raise NotFound(f"No action item {item_id} in brand {session.ctx.brand}.")
    return item


def _waiting(database: Database, ctx: Context, item_id: UUID) -> Sequence[UUID]:
    with database.read(ctx) as session:
        wanted = select(col(Delivery.id)).where(
            col(Delivery.action_item_id) == item_id,
            col(Delivery.channel) == MAIL,
            col(Delivery.status).in_((QUEUED, SENDING)),
        )
        return session.scalars(wanted.order_by(col(Delivery.id))).all()


def _send_one(database: Database, mail: Mail, ctx: Context, delivery_id: UUID) -> str:
    """Where the letter stands afterwards."""
    with database.begin(ctx) as session:
        row = lock_row(session, Delivery, delivery_id)
        if row is None or row.status not in (QUEUED, SENDING):
            return WITHDRAWN
        item = session.get_one(ActionItem, (row.brand_id, row.action_item_id))
        row.status, row.attempts, row.updated_at = SENDING, row.attempts + 1, ctx.now()
        written = written_letter(session, item, row)
        message = {
            "title": written.subject, "body": written.text, "unsubscribe": written.unsubscribe,
            "from_name": brand_of(session).name,
        }  # fmt: skip
        going = Outgoing(row.id, MAIL, row.target, message, ctx.now(), written.files)
    try:
        detail, status = mail.send(going), SENT
    except NotSendable as error:
        detail, status = error.message, FAILED
    except NotReached as error:
        detail, status = error.message, "unreached"
    except NotSent as error:
        detail, status = error.message, QUEUED
    with database.begin(ctx) as session:
        item = _item(session, item.id)
        row = lock_row(session, Delivery, delivery_id)
        if status == SENT:
            note_left(session, item, row, ctx.now())
        else:
            row.status = FAILED if status == FAILED else QUEUED
            row.last_error, row.updated_at = detail[:LONGEST_DETAIL], ctx.now()
        outcome = "sent" if status == SENT else "failed"
        session.add(
            DeliveryAttempt(
                delivery_id=row.id, number=row.attempts, outcome=outcome, detail=detail[:LONGEST_DETAIL], at=ctx.now()
            )
        )
    return status


def _finish(session: BrandSession, item: ActionItem) -> None:
    """Nothing waits for the server any more. Of a single letter that it refused a person is asked to bring it."""
    rows = session.scalars(
        select(Delivery).where(col(Delivery.action_item_id) == item.id, col(Delivery.status) == FAILED).limit(2)
    ).all()
    refresh(session, item)
    if len(rows) == 1 and item.outside["total"] == 1:
        reason = rows[0].last_error
        give_to_person(session, item, rows[0])
        refresh(session, item)
        _tell(session, item, "refused", reason=reason)
        return
    settle(session, item)
    failed = item.outside["failed"]
    if failed and not item.outside["left"]:
        _tell(session, item, "none_sent", reason=item.outside["reason"])
    noted(session, item, "sent", {"left": item.outside["left"], "failed": failed})


def letters_given_up(session: BrandSession, payload: Mapping[str, Any], reason: str) -> None:
    """The job was tried too often: what waits has failed; a single letter becomes a person's to bring."""
    item = _item(session, UUID(payload["item"]))
    rows = session.scalars(
        select(Delivery).where(
            col(Delivery.action_item_id) == item.id, col(Delivery.status).in_((QUEUED, SENDING)),
            col(Delivery.channel) == MAIL,
        )
    ).all()  # fmt: skip
    for row in rows:
        row.status, row.last_error, row.updated_at = FAILED, reason[:LONGEST_DETAIL], session.ctx.now()
    session.flush()
    if rows:
        _finish(session, item)


def _tell(session: BrandSession, item: ActionItem, what: str, **names: str) -> None:
    language = language_of(session)
    title = text_title(action_of(item), language, told_of(item))
    notify(
        session,
        Note(
            key=f"letters-{what}:{item.id}",
            severity=Severity.WARNING,
            module="actions",
            title=say(f"item.notice.{what}", language, title=title),
            body=say(f"item.notice.{what}.more", language, code=str(item.id)[-8:], **names),
            source="action items",
            subject=str(item.id),
        ),
    )


def written_letter(session: BrandSession, item: ActionItem, row: Delivery) -> WrittenLetter:
    """A letter of an item in the brand's language."""
    return write_letter(Letter.model_validate(row.message), _stationery(session, item, row), str(row.id)[-12:])


def _stationery(session: BrandSession, item: ActionItem, row: Delivery) -> Stationery:
    """What a letter of an item is written from; its day is the one on which it was put into the outbox."""
    language, brand = language_of(session), brand_of(session)
    return Stationery(
        title=text_title(action_of(item), language, told_of(item)),
        changes=[PreviewLine.model_validate(line) for line in item.preview["changes"]],
        brand=brand.name,
        sender=sender(session),
        language=language,
        at=row.created_at,
    )


__all__ = ["LETTERS_JOB", "letters_given_up", "send_letters", "written_letter"]
