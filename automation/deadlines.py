"""What lapses is said: a day before, and when it did; once an item, to everybody of the brand."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, select
from sqlmodel import col

from actions.items import OPEN, action_of, told_of
from actions.status import cause_of
from automation.notifications import Note, notify
from domain.language import Language
from domain.severity import Severity
from language.formats import moment_text
from language.speech import say
from language.titles import text_title
from store.outbox import emit
from store.reads.settings import brand_of, language_of
from store.session import BrandSession
from store.tables import ActionItem, Notification

WARNED_BEFORE = timedelta(days=1)
_LAPSES, _LAPSED, _SOURCE = "lapses", "lapsed", "action items"


def lapses_soon(now: "ColumnElement[object]") -> ColumnElement[bool]:
    """Which items nobody was warned of yet and lapse within a day of this moment; not those of a shorter life."""
    key = literal(f"{_LAPSES}:") + cast(col(ActionItem.id), String)
    warned = exists().where(col(Notification.brand_id) == col(ActionItem.brand_id), col(Notification.key) == key)
    return and_(
        col(ActionItem.status).in_(OPEN),
        col(ActionItem.expires_at) > now,
        col(ActionItem.expires_at) - now <= WARNED_BEFORE,
        col(ActionItem.expires_at) - col(ActionItem.created_at) > WARNED_BEFORE,
        ~warned,
    )


def warn_due(session: BrandSession) -> list[ActionItem]:
    """Say of what lapses within a day that it will; what was said now."""
    soon = select(ActionItem).where(lapses_soon(literal(session.ctx.now()))).order_by(col(ActionItem.expires_at))
    items = list(session.scalars(soon))
    for item in items:
        if notify(session, _note(session, item, _LAPSES, Severity.WARNING)):
            payload = {"kind": item.kind, "subject": item.subject, "title": item.preview["title"]}
            payload["expires_at"] = item.expires_at.isoformat()
            emit(session, "action_item.expiring", str(item.id), payload, cause_of(item))
    return items


def tell_lapsed(session: BrandSession, items: Sequence[ActionItem]) -> None:
    """Say of what lapsed that it did, and that the next meeting proposes it again where it is still worth it."""
    for item in items:
        notify(session, _note(session, item, _LAPSED, Severity.WARNING))


def _note(session: BrandSession, item: ActionItem, what: str, severity: Severity) -> Note:
    language = language_of(session)
    return Note(
        key=f"{what}:{item.id}",
        severity=severity,
        module="actions",
        title=say(f"item.notice.{what}", language, title=text_title(action_of(item), language, told_of(item))),
        body=say(f"item.notice.{what}.more", language, moment=_moment(session, item, language), code=str(item.id)[-8:]),
        subject=str(item.id),
        source=_SOURCE,
    )


def _moment(session: BrandSession, item: ActionItem, language: Language) -> str:
    zone = ZoneInfo(brand_of(session).zone)
    return moment_text(item.expires_at.astimezone(zone), language, session.ctx.now().astimezone(zone).year)
