"""The log of rules and workflows as documents: each run with every attempt at every step."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from store.session import BrandSession
from store.tables import AutomationExecutionLog, AutomationRun

MOST = 100


def logged(session: BrandSession, kind: str, name: str = "") -> list[dict[str, Any]]:
    """The newest runs by this moment, newest first, of one name or all."""
    wanted = select(AutomationRun).where(
        col(AutomationRun.kind) == kind, col(AutomationRun.created_at) <= session.ctx.known_until
    )
    if name:
        wanted = wanted.where(col(AutomationRun.name) == name)
    runs = session.scalars(
        wanted.order_by(col(AutomationRun.created_at).desc(), col(AutomationRun.id).desc()).limit(MOST)
    ).all()
    attempts = _attempts(session, runs)
    return [run_document(run, attempts.get(run.id, [])) for run in runs]


def run_document(run: AutomationRun, attempts: Sequence[AutomationExecutionLog]) -> dict[str, Any]:
    """One run as the CLI and the API show it."""
    return {
        "id": str(run.id),
        "kind": run.kind,
        "name": run.name,
        "version": run.version,
        "status": run.status,
        "reason": run.reason,
        "event_id": str(run.event_id),
        "event": f"{run.envelope['type']} {run.envelope['subject']}",
        "step": run.step,
        "waits_for": run.waits_for,
        "wake_at": run.wake_at.isoformat() if run.wake_at else None,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "attempts": [
            {"step": attempt.step, "attempt": attempt.attempt, "outcome": attempt.outcome, "detail": attempt.detail,
             "at": attempt.at.isoformat()} for attempt in attempts
        ],
    }  # fmt: skip


def attempts_of(session: BrandSession, run: AutomationRun) -> list[AutomationExecutionLog]:
    """Every attempt at every step of one run, oldest first."""
    return _attempts(session, [run]).get(run.id, [])


def _attempts(session: BrandSession, runs: Sequence[AutomationRun]) -> dict[Any, list[AutomationExecutionLog]]:
    rows = session.scalars(
        select(AutomationExecutionLog)
        .where(col(AutomationExecutionLog.run_id).in_([run.id for run in runs]))
        .order_by(col(AutomationExecutionLog.run_id), col(AutomationExecutionLog.move))
    )
    by_run: dict[Any, list[AutomationExecutionLog]] = {}
    for row in rows:
        by_run.setdefault(row.run_id, []).append(row)
    return by_run
