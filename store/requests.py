"""Requests under a client's key: one at a time executes, and the same request is answered the same again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from domain.ids import derived_id
from store.leases import Holder, is_alive, one_at_a_time
from store.session import BrandSession
from store.tables import IdempotentRequest

KEPT_FOR = timedelta(days=2)
RUNNING, DONE = "running", "done"


@dataclass(frozen=True)
class RequestClaim:
    """The state of a request: it is ours to execute, was answered, is being executed, or is another one."""

    outcome: Literal["ours", "answered", "busy", "different"]
    id: UUID
    answer: dict[str, Any] | None = None


def claim_request(session: BrandSession, holder: Holder, key: str, route: str, body_hash: str) -> RequestClaim:
    """Take a key for this request. One whose holder was killed before it answered is free again."""
    actor = str(session.ctx.actor.id)
    one_at_a_time(session, f"request {actor} {key}")
    old = col(IdempotentRequest.created_at) < session.ctx.now() - KEPT_FOR
    session.execute(delete(IdempotentRequest).where(col(IdempotentRequest.actor) == actor, old))
    row = session.scalars(
        select(IdempotentRequest).where(col(IdempotentRequest.actor) == actor, col(IdempotentRequest.key) == key)
    ).first()
    if row is None:
        row = IdempotentRequest(
            id=derived_id(session.ctx.brand_id, f"{actor}:{key}:{session.ctx.now().isoformat()}"),
            key=key, actor=actor, route=route, body_hash=body_hash, status=RUNNING, created_at=session.ctx.now(),
        )  # fmt: skip
        session.add(row)
    elif (row.route, row.body_hash) != (route, body_hash):
        return RequestClaim("different", row.id)
    elif row.status == DONE:
        return RequestClaim("answered", row.id, row.answer)
    elif is_alive(session, row.lease_pid, row.lease_started):
        return RequestClaim("busy", row.id)
    row.lease_pid, row.lease_started = holder.pid, holder.started
    return RequestClaim("ours", row.id)


def answer_request(session: BrandSession, request_id: UUID, answer: dict[str, Any]) -> None:
    """Keep what the request was answered."""
    row = session.get_one(IdempotentRequest, (session.ctx.brand_id, request_id))
    row.status, row.answer, row.lease_pid, row.lease_started = DONE, answer, None, None


def free_request(session: BrandSession, request_id: UUID) -> None:
    """Forget a request that failed for no fault of its own, so that it may be tried again."""
    session.execute(delete(IdempotentRequest).where(col(IdempotentRequest.id) == request_id))
