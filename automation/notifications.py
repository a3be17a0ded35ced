"""In-app notifications: written once a key, seen by their audience, unread until a person has read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.actor import Role
from domain.errors import InvalidInput, NotFound
from domain.severity import Severity
from store.session import BrandSession
from store.tables import Notification, NotificationRead
from store.upsert import insert_once

LONGEST_TITLE, LONGEST_BODY = 200, 4_000
MOST_LISTED = 200
ADMINS = (Role.SUPER_ADMIN, Role.BRAND_OWNER, Role.COMPANY_ADMIN)
"""The audience of faults in the product itself."""


@dataclass(frozen=True)
class Note:
    """A notice and its audience: everybody in the brand unless roles or logins are named."""

    key: str
    severity: Severity
    module: str
    title: str
    source: str
    body: str = ""
    event_id: UUID | None = None
    subject: str = ""
    roles: Sequence[Role] = ()
    people: Sequence[str] = field(default=())


def notify(session: BrandSession, note: Note) -> bool:
    """Write a notification unless one of its key is there. Whether it was written."""
    return insert_once(
        session,
        Notification,
        {
            "key": note.key,
            "severity": note.severity.value,
            "module": note.module,
            "event_id": note.event_id,
            "subject": note.subject,
            "title": " ".join(note.title.split())[:LONGEST_TITLE],
            "body": note.body[:LONGEST_BODY],
            "roles": [role.value for role in note.roles],
            "people": list(note.people),
            "source": note.source,
            "created_at": session.ctx.now(),
        },
    )


def notifications(session: BrandSession, *, unread_only: bool = False) -> list[tuple[Notification, bool]]:
    """The newest that the Context's person may see, newest first, each with whether it is unread."""
    wanted = _addressed(session)
    if unread_only:
        wanted = wanted.where(col(Notification.id).not_in(_read_by(session)))
    rows = session.scalars(wanted.order_by(col(Notification.created_at).desc(), col(Notification.id).desc())).all()
    read = set(session.scalars(_read_by(session)))
    return [(row, row.id not in read) for row in _for(session, rows)][:MOST_LISTED]


def notification_document(row: Notification, unread: bool) -> dict[str, Any]:
    """A notification as the CLI and the API show it."""
    return {
        "id": str(row.id),
        "severity": row.severity,
        "module": row.module,
        "title": row.title,
        "body": row.body,
        "event_id": str(row.event_id) if row.event_id else None,
        "subject": row.subject,
        "source": row.source,
        "unread": unread,
        "created_at": row.created_at.isoformat(),
    }


def unread_count(session: BrandSession) -> int:
    """The number that the Context's person has not read."""
    unread = _addressed(session).where(col(Notification.id).not_in(_read_by(session)))
    return len(list(_for(session, session.scalars(unread))))


def mark_read(session: BrandSession, which: str | None) -> int:
    """Note that the Context's person has read one (by its id or an end of it), or all. How many were unread.

    Raises NotFound for one that there is not, or that is not for this person; InvalidInput for an unclear end.
    """
    unread = {row.id for row, is_unread in notifications(session, unread_only=True) if is_unread}
    chosen = unread if which is None else {_notification(session, which).id} & unread
    now, person = session.ctx.now(), session.ctx.actor.id
    for notification_id in chosen:
        insert_once(
            session, NotificationRead, {"notification_id": notification_id, "person_id": person, "created_at": now}
        )
    return len(chosen)


def _notification(session: BrandSession, which: str) -> Notification:
    wanted = which.strip().lower()
    if len(wanted) < 4:
        raise InvalidInput("Give at least four characters of the notification's id.")
    rows = list(_for(session, session.scalars(_addressed(session))))
    matching = [row for row in rows if str(row.id).startswith(wanted) or str(row.id).endswith(wanted)]
    if not matching:
        raise NotFound(
            f"You have no notification {which} in brand {session.ctx.brand}.", remedy="See `mhos notifications`."
        )
    if len(matching) > 1:
        raise InvalidInput(f"{which} fits {len(matching)} notifications.", remedy="Give more of the id.")
    return matching[0]


def _addressed(session: BrandSession) -> Any:
    return select(Notification).where(col(Notification.created_at) <= session.ctx.known_until)


def _read_by(session: BrandSession) -> Any:
    return select(col(NotificationRead.notification_id)).where(col(NotificationRead.person_id) == session.ctx.actor.id)


def _for(session: BrandSession, rows: Iterable[Notification]) -> Iterable[Notification]:
    actor = session.ctx.actor
    held = {role.value for role in actor.roles}
    for row in rows:
        everybody = not row.roles and not row.people
        if everybody or held & set(row.roles) or actor.name in row.people:
            yield row
