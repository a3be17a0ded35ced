"""Runs of rules and workflows: begun once a key, moved on step by step, each attempt logged."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from automation.definitions import DefinitionVersion
from automation.rule import Document, Rule
from automation.step import TELLING
from domain.cause import Cause
from domain.event import Event
from store.jobs import enqueue
from store.session import BrandSession
from store.tables import AutomationExecutionLog, AutomationRun, OutboxEvent
from store.upsert import insert_once

RUN_JOB, TELL_JOB = "automation.run", "automation.tell"
RUNNING, WAITING, UNDOING = "running", "waiting", "undoing"
DONE, NOT_MET, RESTING, REFUSED, FAILED, UNDONE = "done", "not_met", "resting", "refused", "failed", "undone"
OPEN = (RUNNING, WAITING, UNDOING)


def begin(
    session: BrandSession, version: DefinitionVersion, event: Mapping[str, Any], event_seq: int, key: str, *,
    status: str = RUNNING, reason: str = "", first_step: str = "",
) -> UUID | None:  # fmt: skip
    """Begin a run unless one of its key was ever begun (then None), and queue its job where it is to run."""
    assert version.document is not None
    ctx, envelope = session.ctx, Event.model_validate(event)
    run_id = ctx.new_id()
    cause = envelope.cause.longer_of(ctx.cause).then(envelope.id, f"{version.kind}:{version.name}")
    written = insert_once(
        session,
        AutomationRun,
        {
            "id": run_id,
            "key": key,
            "kind": version.kind,
            "name": version.name,
            "version": version.version,
            "document": version.document.model_dump(mode="json", exclude_defaults=True),
            "author_id": version.author_id,
            "event_id": envelope.id,
            "event_seq": event_seq,
            "envelope": dict(event),
            "cause": cause.model_dump(mode="json"),
            "status": status,
            "reason": reason,
            "step": first_step,
            "moves": 0,
            "tries": 0,
            "results": {},
            "done_steps": [],
            "waits_for": "",
            "created_at": ctx.now(),
            "updated_at": ctx.now(),
            "finished_at": None if status == RUNNING else ctx.now(),
        },
    )
    if not written:
        return None
    if status == RUNNING:
        queue_move(session, run_id, 0, ctx.now(), cause, TELL_JOB if _only_tells(version.document) else RUN_JOB)
    return run_id


def _only_tells(document: Document) -> bool:
    """True for a run that only notifies: it locks nothing that others wait for."""
    return isinstance(document, Rule) and all(isinstance(deed, TELLING) for deed in document.do)


def newest_seq(session: BrandSession) -> int:
    """The number of the brand's newest event; for what begins without one, so that none before counts."""
    return session.scalar(select(func.max(col(OutboxEvent.seq)))) or 0


def begin_workflow(
    session: BrandSession, version: DefinitionVersion, envelope: Mapping[str, Any], event_seq: int, key: str
) -> UUID | None:
    """Begin a workflow about an event."""
    return begin(session, version, envelope, event_seq, f"workflow:{key}")


def queue_move(session: BrandSession, run_id: UUID, move: int, at: datetime, cause: Cause, kind: str = RUN_JOB) -> None:
    """Queue the job that makes a run's next move, once a move and time."""
    key = f"run:{run_id}:{move}:{int(at.timestamp() * 1000)}"
    enqueue(session, kind, key, {"run": str(run_id), "move": move}, at, cause)


def cause_of(run: AutomationRun) -> Cause:
    """Why what this run does happens."""
    return Cause.model_validate(run.cause)


def log_move(session: BrandSession, run: AutomationRun, outcome: str, detail: str) -> None:
    """Note an attempt, and count the move."""
    session.add(
        AutomationExecutionLog(
            run_id=run.id,
            move=run.moves,
            step=run.step,
            attempt=run.tries + 1,
            outcome=outcome,
            detail=detail[:2_000],
            at=session.ctx.now(),
        )
    )
    run.moves += 1
    run.updated_at = session.ctx.now()


def finish(session: BrandSession, run: AutomationRun, status: str, reason: str = "") -> None:
    """The run has ended."""
    run.status, run.reason, run.step = status, reason[:2_000], ""
    run.waits_for, run.wake_at, run.finished_at = "", None, session.ctx.now()


def resume(session: BrandSession, run: AutomationRun) -> None:
    """Let a waiting run go on at once, as what it waited for has arrived."""
    run.status, run.waits_for, run.wake_at = RUNNING, "", None
    run.updated_at = session.ctx.now()
    queue_move(session, run.id, run.moves, session.ctx.now(), cause_of(run))
