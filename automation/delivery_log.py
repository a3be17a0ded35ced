"""Deliveries out of the house as documents, each with its attempts; and sending one again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from automation.deliveries import QUEUED, SEND_JOB, SENT
from domain.actor import Permission
from domain.canonical import sha256_of
from domain.errors import Conflict, InvalidInput, NotFound
from store.audit import append_audit
from store.jobs import DEAD, enqueue, retry
from store.leases import lock_row
from store.session import BrandSession
from store.tables import Delivery, DeliveryAttempt, Job

_SHORTEST = 4


def deliveries(
    session: BrandSession, most: int, *, statuses: Sequence[str] = (), target: str = "", after: UUID | None = None
) -> Sequence[Delivery]:
    """The newest by this moment, newest first; those after one of them, where it is named."""
    wanted = select(Delivery).where(col(Delivery.created_at) <= session.ctx.known_until)
    if statuses:
        wanted = wanted.where(col(Delivery.status).in_(statuses))
    if target:
        wanted = wanted.where(col(Delivery.target) == target)
    if after is not None:
        wanted = wanted.where(col(Delivery.id) < after)
    return session.scalars(wanted.order_by(col(Delivery.id).desc()).limit(most)).all()


def find_delivery(session: BrandSession, which: str) -> Delivery:
    """By its id or an unambiguous beginning or end of it. Raises NotFound or InvalidInput."""
    wanted = which.strip().lower().removeprefix("msg_")
    if len(wanted) < _SHORTEST:
        raise InvalidInput("Give at least four characters of the delivery's id.")
    ids = session.execute(select(col(Delivery.id))).scalars().all()
    matching = [
        delivery_id for delivery_id in ids if str(delivery_id).startswith(wanted) or str(delivery_id).endswith(wanted)
    ]
    if not matching:
        raise NotFound(f"No delivery {which} in brand {session.ctx.brand}.", remedy="See `mhos deliveries`.")
    if len(matching) > 1:
        raise InvalidInput(f"{which} fits {len(matching)} deliveries.", remedy="Give more of the id.")
    return session.get_one(Delivery, (session.ctx.brand_id, matching[0]))


def attempts_at(session: BrandSession, delivery_id: UUID) -> list[dict[str, Any]]:
    """Every attempt that came to an end, oldest first."""
    rows = session.scalars(
        select(DeliveryAttempt)
        .where(col(DeliveryAttempt.delivery_id) == delivery_id)
        .order_by(col(DeliveryAttempt.number))
    )
    return [
        {"number": row.number, "outcome": row.outcome, "detail": row.detail, "at": row.at.isoformat()} for row in rows
    ]


def delivery_document(row: Delivery) -> dict[str, Any]:
    """A delivery as the CLI and the API show it, without what it says."""
    return {
        "id": str(row.id),
        "channel": row.channel,
        "target": row.target,
        "title": str(row.message.get("title") or row.message.get("type") or ""),
        "status": row.status,
        "attempts": row.attempts,
        "last_error": row.last_error,
        "event_id": str(row.event_id) if row.event_id else None,
        "run_id": str(row.run_id) if row.run_id else None,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def delivery_tag(row: Delivery) -> str:
    """The tag that an answer to it is bound to."""
    return sha256_of([str(row.id), row.status, row.attempts])[:24]


def send_again(session: BrandSession, delivery_id: UUID) -> Delivery:
    """Queue a delivery that failed, or a webhook that its receiver lost, with the id that it had.

    Raises Forbidden; Conflict for one that is on its way, and for an email or chat that was taken: people would read
    it twice.
    """
    session.ctx.require(Permission.AUTOMATION_WRITE)
    row: Delivery = lock_row(session, Delivery, delivery_id)
    if row.action_item_id is not None:
        raise Conflict("This is a letter of an action item.", remedy=f"See mhos show {str(row.action_item_id)[-8:]}.")
    if row.status == QUEUED:
        raise Conflict("This delivery is on its way.", remedy="See its attempts: mhos deliveries show ID")
    if row.status == SENT and row.channel != "webhook":
        raise Conflict(f"This {row.channel} was taken: nobody is sent the same twice.")
    append_audit(session, "delivery.again", str(row.id), {"target": row.target, "was": row.status})
    row.status, row.updated_at = QUEUED, session.ctx.now()
    job = _newest_job(session, row.id)
    if job is not None and job.status == DEAD:
        retry(session, job.id)
    else:
        key = f"send:{row.id}:{row.attempts}"
        enqueue(session, SEND_JOB, key, {"delivery": str(row.id)}, session.ctx.now())
    return row


def _newest_job(session: BrandSession, delivery_id: UUID) -> Job | None:
    of_it = select(Job).where(col(Job.key).startswith(f"send:{delivery_id}"))
    return session.scalars(of_it.order_by(col(Job.id).desc()).limit(1)).first()
