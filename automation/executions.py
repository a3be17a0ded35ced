"""Runs of rules and workflows in a person's hands: looked up, called off, begun again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from automation.carry_out import give_up
from automation.definitions import definition_of
from automation.runs import FAILED, RUNNING, UNDOING, UNDONE, WAITING, begin, cause_of, log_move, newest_seq, queue_move
from domain.actor import Permission
from domain.canonical import sha256_of
from domain.errors import Conflict, InvalidInput, NotFound
from store.audit import append_audit
from store.leases import lock_row
from store.session import BrandSession
from store.tables import AutomationRun

LONGEST_REASON = 500
_SHORTEST = 4
_DEFAULT_MODULE = "automation"


def runs(
    session: BrandSession,
    most: int,
    *,
    module: str = "",
    kind: str = "",
    name: str = "",
    statuses: Sequence[str] = (),
    after: UUID | None = None,
) -> Sequence[AutomationRun]:
    """The newest by this moment, newest first; those after one of them, where it is named."""
    run = AutomationRun
    wanted = select(run).where(col(run.created_at) <= session.ctx.known_until)
    if module:
        module_name = func.coalesce(col(run.document)["module"].astext, _DEFAULT_MODULE)  # type: ignore[index]
        wanted = wanted.where(module_name == module)
    if kind:
        wanted = wanted.where(col(run.kind) == kind)
    if name:
        wanted = wanted.where(col(run.name) == name)
    if statuses:
        wanted = wanted.where(col(run.status).in_(statuses))
    if after is not None:
        wanted = wanted.where(col(run.id) < after)
    return session.scalars(wanted.order_by(col(run.id).desc()).limit(most)).all()


def module_of(run: AutomationRun) -> str:
    """The part of the business that it is about."""
    return str(run.document.get("module", _DEFAULT_MODULE))


def find_run(session: BrandSession, which: str) -> AutomationRun:
    """By its id or an unambiguous beginning or end of it. Raises NotFound or InvalidInput."""
    wanted = which.strip().lower()
    if len(wanted) < _SHORTEST:
        raise InvalidInput("Give at least four characters of the run's id.")
    ids = session.execute(select(col(AutomationRun.id))).scalars().all()
    matching = [run_id for run_id in ids if str(run_id).startswith(wanted) or str(run_id).endswith(wanted)]
    if not matching:
        raise NotFound(f"No run {which} in brand {session.ctx.brand}.", remedy="See `mhos workflows runs`.")
    if len(matching) > 1:
        raise InvalidInput(f"{which} fits {len(matching)} runs.", remedy="Give more of the id.")
    return session.get_one(AutomationRun, (session.ctx.brand_id, matching[0]))


def run_tag(run: AutomationRun) -> str:
    """The tag that an answer to it is bound to."""
    return sha256_of([str(run.id), run.status, run.moves, run.tries])[:24]


def call_off(session: BrandSession, run_id: UUID, reason: str) -> AutomationRun:
    """Let a run go no further: what it did is compensated as where a step fails. Raises Forbidden, InvalidInput
    without a reason, Conflict for one that is over."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput("Calling a run off needs a reason, in a sentence.", remedy="Say it with --reason.")
    run: AutomationRun = lock_row(session, AutomationRun, run_id)
    if run.status not in (RUNNING, WAITING):
        raise Conflict(f"This run is {run.status.replace('_', ' ')}: there is nothing to call off.")
    log_move(session, run, "called off", f"{session.ctx.actor.label}: {reason}")
    give_up(session, run, f"called off by {session.ctx.actor.label}: {reason}")
    if run.status == UNDOING:
        queue_move(session, run.id, run.moves, session.ctx.now(), cause_of(run))
    append_audit(session, f"{run.kind}.called_off", str(run.id), {"name": run.name, "reason": reason})
    return run


def begin_again(session: BrandSession, run_id: UUID) -> AutomationRun:
    """Begin a run that failed again, about the same event and by what holds now: a new run, once for each that failed.

    Raises Forbidden; NotFound where the rule or workflow was removed; Conflict for a run that did not fail, or that was
    begun again before.
    """
    session.ctx.require(Permission.AUTOMATION_WRITE)
    run: AutomationRun = lock_row(session, AutomationRun, run_id)
    if run.status not in (FAILED, UNDONE):
        raise Conflict(f"This run is {run.status.replace('_', ' ')}: only failed ones are begun again.")
    version = definition_of(session, run.kind, run.name)
    new_run_id = begin(session, version, run.envelope, newest_seq(session), f"again:{run.id}")
    if new_run_id is None:
        raise Conflict("This run was begun again before.", remedy="Look at its newest run.")
    append_audit(session, f"{run.kind}.begun_again", str(new_run_id), {"name": run.name, "after": str(run.id)})
    session.flush()
    return session.get_one(AutomationRun, (session.ctx.brand_id, new_run_id))
