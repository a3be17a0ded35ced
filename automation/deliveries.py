"""Deliveries out of the house: written with the business rows, sent by a job, with one id however often tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from automation.notifications import ADMINS, Note, notify
from connectors.sending import EndpointGone, Outgoing
from domain.context import Context
from domain.errors import DomainError, NotFound
from domain.severity import Severity
from store.database import Database
from store.jobs import enqueue
from store.leases import lock_row
from store.session import BrandSession
from store.tables import Delivery, DeliveryAttempt, Endpoint
from store.upsert import insert_once

SEND_JOB = "delivery.send"
QUEUED, SENT, FAILED = "queued", "sent", "failed"
LONGEST_DETAIL = 2_000
Sender = Callable[[Outgoing, Endpoint | None], str]
"""Sends one message by its channel; a sentence about how it went. Raises whatever went wrong."""
Settled = Callable[[BrandSession, UUID], None]
"""Told the workflow that waits for a delivery, once that is settled."""


@dataclass(frozen=True)
class Post:
    """A message to be sent: over which channel, to whom, with what."""

    key: str
    channel: str
    target: str
    message: Mapping[str, Any]
    event_id: UUID | None = None
    run_id: UUID | None = None


def post(session: BrandSession, message: Post) -> Delivery:
    """Put a message and the job that sends it into the transaction, once a key. Raises NotFound for no endpoint."""
    if message.channel != "email":
        endpoint_of(session, message.target)
    now = session.ctx.now()
    insert_once(
        session,
        Delivery,
        {
            "key": message.key,
            "channel": message.channel,
            "target": message.target,
            "message": dict(message.message),
            "event_id": message.event_id,
            "run_id": message.run_id,
            "status": QUEUED,
            "attempts": 0,
            "last_error": "",
            "created_at": now,
            "updated_at": now,
        },
    )
    row = session.scalars(select(Delivery).where(col(Delivery.key) == message.key)).one()
    enqueue(session, SEND_JOB, f"send:{row.id}", {"delivery": str(row.id)}, now)
    return row


def endpoint_of(session: BrandSession, name: str) -> Endpoint:
    """Raises NotFound."""
    endpoint = session.scalars(select(Endpoint).where(col(Endpoint.name) == name)).first()
    if endpoint is None:
        raise NotFound(f"There is no endpoint {name}.", remedy=f"mhos webhooks add {name} URL")
    return endpoint


def send(database: Database, sender: Sender, settled: Settled, ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job `delivery.send`: the call itself happens between two transactions, in none."""
    delivery_id = UUID(payload["delivery"])
    with database.begin(ctx) as session:
        row = lock_row(session, Delivery, delivery_id)
        if row is None:
            raise NotFound(f"No delivery {delivery_id} in brand {ctx.brand}.")
        if row.status == SENT:
            return f"{row.channel} to {row.target}: was sent before"
        row.attempts, row.updated_at = row.attempts + 1, ctx.now()
        endpoint = None if row.channel == "email" else endpoint_of(session, row.target)
        going = Outgoing(row.id, row.channel, row.target, row.message, ctx.now())
    if endpoint is not None and not endpoint.enabled:
        return _settle(database, settled, ctx, delivery_id, FAILED, f"{endpoint.name} is off: {endpoint.state_reason}")
    try:
        receipt = sender(going, endpoint)
    except EndpointGone as error:
        return _switch_off(database, settled, ctx, going, error.message)
    except Exception as error:
        reason = error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        with database.begin(ctx) as session:
            row = lock_row(session, Delivery, delivery_id)
            row.last_error, row.updated_at = reason[:LONGEST_DETAIL], ctx.now()
            _note(session, row, FAILED, reason)
        raise
    return _settle(database, settled, ctx, delivery_id, SENT, receipt)


def _settle(database: Database, settled: Settled, ctx: Context, delivery_id: UUID, status: str, detail: str) -> str:
    with database.begin(ctx) as session:
        row = lock_row(session, Delivery, delivery_id)
        row.status, row.updated_at, row.last_error = status, ctx.now(), "" if status == SENT else detail
        _note(session, row, status, detail)
        if row.run_id is not None:
            settled(session, row.run_id)
        return f"{row.channel} to {row.target}: {detail}"


def _note(session: BrandSession, row: Delivery, outcome: str, detail: str) -> None:
    """Record how an attempt ended; one whose worker was killed before this has no such row."""
    attempt = DeliveryAttempt(
        delivery_id=row.id, number=row.attempts, outcome=outcome, detail=detail[:LONGEST_DETAIL], at=session.ctx.now()
    )
    session.add(attempt)


def _switch_off(database: Database, settled: Settled, ctx: Context, going: Outgoing, reason: str) -> str:
    with database.begin(ctx) as session:
        endpoint = lock_row(session, Endpoint, endpoint_of(session, going.target).id)
        endpoint.enabled, endpoint.state_reason = False, reason
        notify(
            session,
            Note(
                key=f"endpoint-off:{going.id}",
                severity=Severity.CRITICAL,
                module="automation",
                title=f"The endpoint {going.target} was switched off",
                body=f"{reason} Nothing is sent there until: mhos webhooks enable {going.target}",
                source="delivery",
                subject=going.target,
                roles=ADMINS,
            ),
        )
    return _settle(database, settled, ctx, going.id, FAILED, reason)


def given_up(settled: Settled, session: BrandSession, payload: Mapping[str, Any], reason: str) -> None:
    """The job was tried too often: the delivery has failed, and whoever waits for it is told."""
    row = lock_row(session, Delivery, UUID(payload["delivery"]))
    if row is not None and row.status == QUEUED:
        row.status, row.last_error, row.updated_at = FAILED, reason[:LONGEST_DETAIL], session.ctx.now()
        if row.run_id is not None:
            settled(session, row.run_id)
