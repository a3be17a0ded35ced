"""Carries out runs: the job `automation.run` makes move after move, each in a transaction of its own with its log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from automation.condition import first_unmet
from automation.deeds import Doing, perform
from automation.deliveries import FAILED as DELIVERY_FAILED
from automation.deliveries import QUEUED as DELIVERY_QUEUED
from automation.notifications import ADMINS, Note, notify
from automation.rule import Rule, Workflow, as_workflow
from automation.runs import (
    DONE,
    FAILED,
    NOT_MET,
    RUNNING,
    UNDOING,
    UNDONE,
    WAITING,
    cause_of,
    finish,
    log_move,
    queue_move,
    resume,
)
from automation.scope import scope_of, value_at
from automation.step import Branch, Do, Wait, duration
from automation.waits import arrived_already
from domain.context import Context, parse_moment
from domain.errors import DomainError, InvalidInput, NotFound, StoreUnavailable
from guardrails.cedar import PolicyEngine
from language.errors import error_text
from store.database import Database
from store.leases import lock_row
from store.outbox import emit
from store.session import BrandSession
from store.tables import AutomationRun, Delivery

MOST_MOVES = 500
"""A workflow that moves on so often turns in circles."""
BEGIN = ""


def carry_out(database: Database, engine: PolicyEngine, ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job: moves on from where the run stands until it waits or has ended.

    A job that comes late, twice, or after one that was killed half-way finds the run where it stands, and does no more
    than what is due there.
    """
    run_id, own_move = UUID(payload["run"]), -1
    together = True  # all moves in one transaction; one by one only where one of them fails, to tell which
    while True:
        at = own_move
        try:
            with database.begin(ctx) as session:
                run = _locked(session, run_id)
                if own_move not in (-1, run.moves) or not _is_due(run, ctx):
                    return f"{run.kind} {run.name}: {run.status}"
                session.ctx, at = ctx.caused_by(cause_of(run)), run.moves
                _move(session, engine, run)
                while together and _is_due(run, ctx):
                    session.flush()
                    _move(session, engine, run)
                own_move = run.moves
                if together and not _is_due(run, ctx):
                    return f"{run.kind} {run.name}: {run.status}"
        except StoreUnavailable:  # nothing the run does is at fault: the job is tried again
            raise
        except (DomainError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            if together:
                together, own_move = False, -1
                continue
            reason = error_text(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
            own_move = _tried_in_vain(database, ctx, run_id, at, reason)


def carry_out_together(engine: PolicyEngine, session: BrandSession, payloads: Sequence[Mapping[str, Any]]) -> list[str]:
    """Several runs of rules that only tell, in one transaction: all of them, or (where one fails) none."""
    ctx, outcomes = session.ctx, []
    ids = [UUID(payload["run"]) for payload in payloads]
    wanted = select(AutomationRun).where(col(AutomationRun.id).in_(ids)).order_by(col(AutomationRun.id))
    runs = {run.id: run for run in session.scalars(wanted.with_for_update())}
    for run_id in ids:
        run = runs[run_id]
        session.ctx = ctx.caused_by(cause_of(run))
        while _is_due(run, ctx):
            _move(session, engine, run)
        outcomes.append(f"{run.kind} {run.name}: {run.status}")
    session.ctx = ctx
    return outcomes


def _is_due(run: AutomationRun, ctx: Context) -> bool:
    """True while the run can move now: it is not over, and it waits for no moment or event."""
    if run.status not in (RUNNING, WAITING, UNDOING):
        return False
    if run.wake_at is not None:
        return run.wake_at <= ctx.now()
    return run.status != WAITING


def _locked(session: BrandSession, run_id: UUID) -> AutomationRun:
    run = lock_row(session, AutomationRun, run_id)
    if run is None:
        raise NotFound(f"No run {run_id} in brand {session.ctx.brand}.")
    return run


def _flow(run: AutomationRun) -> Workflow:
    if run.kind == "rule":
        return as_workflow(Rule.model_validate(run.document))
    return Workflow.model_validate(run.document)


def _move(session: BrandSession, engine: PolicyEngine, run: AutomationRun) -> None:
    flow = _flow(run)
    if run.moves >= MOST_MOVES:
        log_move(session, run, "failed", "it turns in circles")
        _give_up(session, run, flow, f"it moved on {MOST_MOVES} times and turns in circles")
        return
    if run.status == UNDOING:
        _undo(session, engine, run, flow)
        return
    if run.step == BEGIN:
        _start(session, run, flow)
        return
    step = flow.step(run.step)
    match step:
        case Do():
            run.wake_at = None
            _do(session, engine, run, flow, step)
        case Wait():
            _wait(session, run, flow, step)
        case Branch():
            _branch(session, run, flow, step)


def _start(session: BrandSession, run: AutomationRun, flow: Workflow) -> None:
    why = None
    if run.kind == "rule":
        rule = Rule.model_validate(run.document)
        why = first_unmet(rule.when, scope_of(run.envelope), session)
    log_move(session, run, "met" if why is None else "not met", why or "its conditions hold")
    if why is not None:
        finish(session, run, NOT_MET, why)
    else:
        run.step = flow.steps[0].name


def _do(session: BrandSession, engine: PolicyEngine, run: AutomationRun, flow: Workflow, step: Do) -> None:
    scope = scope_of(run.envelope, run.results)
    if why := first_unmet(step.when, scope, session):
        log_move(session, run, "skipped", why)
        _go(session, run, flow, flow.after(step.name))
        return
    if step.name in run.results and "deliveries" in run.results[step.name]:
        _delivered(session, run, flow, step)
        return
    done = perform(Doing(session, engine, run, step.name, scope, flow.module), step.deed)
    run.results = {**run.results, step.name: dict(done.result)}
    if done.waits:
        log_move(session, run, "waits", done.summary)
        run.status, run.waits_for = WAITING, "delivery"
        return
    log_move(session, run, "done", done.summary)
    run.done_steps = [*run.done_steps, step.name]
    _go(session, run, flow, flow.after(step.name))


def _delivered(session: BrandSession, run: AutomationRun, flow: Workflow, step: Do) -> None:
    """A workflow's message was settled: it arrived, or nobody will take it."""
    ids = [UUID(delivery_id) for delivery_id in run.results[step.name]["deliveries"]]
    rows = session.scalars(select(Delivery).where(col(Delivery.id).in_(ids))).all()
    failed = [row for row in rows if row.status == DELIVERY_FAILED]
    if failed:
        log_move(session, run, "failed", failed[0].last_error)
        _give_up(session, run, flow, f"{failed[0].channel} to {failed[0].target}: {failed[0].last_error}")
    elif any(row.status == DELIVERY_QUEUED for row in rows):
        log_move(session, run, "waits", "others are still on their way")
        run.status, run.waits_for = WAITING, "delivery"
    else:
        log_move(session, run, "done", "delivered")
        run.done_steps = [*run.done_steps, step.name]
        _go(session, run, flow, flow.after(step.name))


def delivery_settled(session: BrandSession, run_id: UUID) -> None:
    """Wake the workflow that waits for a delivery, once none of its messages is on its way any more."""
    run = lock_row(session, AutomationRun, run_id)
    if run is not None and run.status == WAITING and run.waits_for == "delivery":
        resume(session, run)


def _wait(session: BrandSession, run: AutomationRun, flow: Workflow, step: Wait) -> None:
    now = session.ctx.now()
    arrived = run.results.get(step.name, {}).get("arrived")
    if arrived is not None or (run.wake_at is not None and run.wake_at <= now and step.event is None):
        log_move(session, run, "done", "it came" if arrived else "the time has come")
        run.done_steps = [*run.done_steps, step.name]
        _go(session, run, flow, flow.after(step.name))
    elif run.wake_at is not None and run.wake_at <= now:
        _out_of_time(session, run, flow, step)
    else:
        _begin_to_wait(session, run, step)


def _begin_to_wait(session: BrandSession, run: AutomationRun, step: Wait) -> None:
    wake_at = _until(run, step, session.ctx.now())
    log_move(session, run, "waits", f"until {wake_at.isoformat()}" if step.event is None else f"for {step.event}")
    run.status, run.wake_at, run.waits_for = WAITING, wake_at, step.event or "time"
    if step.event is not None and (arrived_event := arrived_already(session, run, step)):
        run.results = {**run.results, step.name: {"arrived": arrived_event}}
        resume(session, run)
        return
    queue_move(session, run.id, run.moves, wake_at, cause_of(run))


def _until(run: AutomationRun, step: Wait, now: datetime) -> datetime:
    if step.until is None:
        return now + duration(step.time or step.at_most or "1m")
    moment_text = value_at(scope_of(run.envelope, run.results), step.until)
    try:
        return max(parse_moment(str(moment_text)), now)
    except ValueError as error:
        raise InvalidInput(f"{step.until} is {moment_text!r}, which is no time.") from error


def _out_of_time(session: BrandSession, run: AutomationRun, flow: Workflow, step: Wait) -> None:
    log_move(session, run, "out of time", f"no {step.event} came")
    if step.otherwise == "fail":
        _give_up(session, run, flow, f"no {step.event} came in time")
    else:
        _go(session, run, flow, flow.after(step.name) if step.otherwise == "next" else step.otherwise)


def _branch(session: BrandSession, run: AutomationRun, flow: Workflow, step: Branch) -> None:
    scope = scope_of(run.envelope, run.results)
    go = next((case.go for case in step.cases if first_unmet(case.when, scope, session) is None), step.otherwise)
    log_move(session, run, "done", f"goes on at {go}")
    if go == "fail":
        _give_up(session, run, flow, f"{step.name} says so")
    else:
        _go(session, run, flow, "" if go == "end" else flow.after(step.name) if go == "next" else go)


def _go(session: BrandSession, run: AutomationRun, flow: Workflow, name: str) -> None:
    run.status, run.tries, run.waits_for, run.wake_at = RUNNING, 0, "", None
    if name:
        run.step = name
    else:
        finish(session, run, DONE)


def _tried_in_vain(database: Database, ctx: Context, run_id: UUID, move: int, reason: str) -> int:
    """Log the attempt, and try again later, or give up; the move that comes next."""
    with database.begin(ctx) as session:
        run = _locked(session, run_id)
        if run.moves != move:
            return move
        session.ctx = ctx.caused_by(cause_of(run))
        flow = _flow(run)
        log_move(session, run, "failed", reason)
        run.tries += 1
        step = flow.step(run.step) if run.step else None
        if not isinstance(step, Do) or run.tries >= step.tries:
            _give_up(session, run, flow, reason)
            return run.moves
        again = session.ctx.now() + duration(step.pause) * 2 ** (run.tries - 1)
        run.wake_at = again
        queue_move(session, run.id, run.moves, again, cause_of(run))
        return run.moves


def give_up(session: BrandSession, run: AutomationRun, reason: str) -> None:
    """Let a run end here: what it did is compensated by the jobs that follow."""
    _give_up(session, run, _flow(run), reason)


def _give_up(session: BrandSession, run: AutomationRun, flow: Workflow, reason: str) -> None:
    """Failed for good: what was done is compensated, newest first; while compensating, the rest still is."""
    if run.status == UNDOING:
        _skip_undo(session, run, flow)
        return
    run.reason, run.tries, run.waits_for, run.wake_at = reason[:2_000], 0, "", None
    run.status = UNDOING
    run.step = _next_undo(flow, list(run.done_steps))
    if not run.step:
        _fail(session, run, flow, FAILED)


def _skip_undo(session: BrandSession, run: AutomationRun, flow: Workflow) -> None:
    run.reason = f"{run.reason}; {run.step} could not be undone"[:2_000]
    _undone(session, run, flow)


def _next_undo(flow: Workflow, done: list[str]) -> str:
    """The newest done step that has a compensation."""
    undoable = (name for name in reversed(done) if isinstance(step := flow.step(name), Do) and step.undo is not None)
    return next(undoable, "")


def _undo(session: BrandSession, engine: PolicyEngine, run: AutomationRun, flow: Workflow) -> None:
    step = flow.step(run.step)
    assert isinstance(step, Do) and step.undo is not None
    run.wake_at = None
    scope = scope_of(run.envelope, run.results)
    done = perform(Doing(session, engine, run, f"{step.name}-undo", scope, flow.module), step.undo)
    log_move(session, run, "undone", done.summary)
    _undone(session, run, flow)


def _undone(session: BrandSession, run: AutomationRun, flow: Workflow) -> None:
    left = list(run.done_steps)
    run.done_steps = left[: len(left) - 1 - left[::-1].index(run.step)]
    run.tries = 0
    run.step = _next_undo(flow, list(run.done_steps))
    if not run.step:
        _fail(session, run, flow, UNDONE)


def _fail(session: BrandSession, run: AutomationRun, flow: Workflow, status: str) -> None:
    reason = run.reason
    finish(session, run, status, reason)
    severity = flow.severity
    emit(session, "automation.failed", str(run.id), {"kind": run.kind, "name": run.name, "reason": reason})
    notify(
        session,
        Note(
            key=f"failed:{run.id}",
            severity=severity,
            module="automation",
            title=f"The {run.kind} {run.name} failed" + (", and was undone" if status == UNDONE else ""),
            body=reason,
            source=f"{run.kind}:{run.name}",
            event_id=run.event_id,
            subject=str(run.id),
            roles=ADMINS,
        ),
    )
