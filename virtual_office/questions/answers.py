"""One agent asked on its own: a run with receipts, findings and proposals, and nobody who adopts them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from agents.charter import Charter
from domain.actor import Permission
from domain.context import Context
from domain.errors import NotFound
from domain.language import Language
from language.lines import as_plain
from store.audit import append_audit
from store.leases import lock_row
from store.outbox import emit
from store.run_events import tell
from store.session import BrandSession
from store.tables import Receipt, Run
from virtual_office.meeting.reporting import Progress, Reporter
from virtual_office.meeting.runs import ANSWER, DONE, GRAPH_VERSION, RUNNING, held, over_breaks, pinned
from virtual_office.meeting.table import proposal_documents
from virtual_office.minutes.records import findings_of, summary_in
from virtual_office.minutes.rendering import Figures
from virtual_office.minutes.summary import finding_document


def open_answer(session: BrandSession, charter: Charter, question: str, run_id: UUID | None = None) -> UUID:
    """Begin the run in which an agent answers; of a `run_id` only once. Raises Forbidden."""
    ctx = session.ctx
    ctx.require(Permission.MEETING_HOLD)
    if run_id is not None and lock_row(session, Run, run_id) is not None:
        return run_id
    run = Run(
        id=run_id or ctx.new_id(),
        kind=ANSWER,
        graph_version=GRAPH_VERSION,
        status=RUNNING,
        agenda=question,
        agents=[charter.name],
        started_by=ctx.actor.label,
        as_of=ctx.known_until,
        started_at=ctx.now(),
    )
    session.add(run)
    session.flush()
    details = {"agent": charter.name, "question": question}
    append_audit(session, "answer.started", str(run.id), details)
    tell(session, run.id, ("started", details))
    return run.id


async def answer(reporter: Reporter, ctx: Context, run_id: UUID, charter: Charter, progress: Progress) -> UUID:
    """Let the agent answer, once; what it had been told before an interruption it is not told again."""
    return await over_breaks(lambda: _answer(reporter, ctx, run_id, charter, progress), progress)


async def _answer(reporter: Reporter, ctx: Context, run_id: UUID, charter: Charter, progress: Progress) -> UUID:
    with held(reporter.database, ctx, run_id) as run:
        if run.status == DONE:
            return run_id
        reported = await reporter.report(pinned(ctx, run.as_of), run_id, charter, run.agenda, progress)
        with reporter.database.begin(ctx) as session:
            stored: Run = lock_row(session, Run, run_id)
            details = {"agent": charter.name, "status": reported["status"], "findings": reported["findings"]}
            tell(session, run_id, ("finished", details))
            stored.status, stored.finished_at, stored.result = DONE, ctx.now(), {"report": reported}
            append_audit(session, "answer.finished", str(run_id), details)
            emit(session, "answer.finished", str(run_id), details)
    return run_id


def find_answer(session: BrandSession, run_id: UUID) -> Run:
    """Raises NotFound."""
    run = session.scalars(select(Run).where(col(Run.id) == run_id, col(Run.kind) == ANSWER)).first()
    if run is None:
        raise NotFound("There is no such answer here.")
    return run


def answer_document(session: BrandSession, run: Run, language: Language) -> dict[str, Any]:
    """The agent's answer as a document; while the run is under way, as far as it has come."""
    rows, report = findings_of(session, run.id), run.result.get("report", {})
    codes = [code for row in rows for code in row.figures.values()]
    figures = Figures(session, [*codes, *report.get("figures", {}).values()], language)
    summary = summary_in(report, language)
    receipts = session.scalars(select(Receipt).where(col(Receipt.run_id) == run.id).order_by(col(Receipt.id))).all()
    return {
        "id": str(run.id),
        "agent": run.agents[0],
        "question": run.agenda,
        "status": run.status,
        "language": language,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "outcome": report.get("status"),
        "reason": report.get("reason") or "",
        "summary": figures.render(summary or report.get("summary", ""), report.get("figures", {}), as_plain),
        "figures": report.get("figures", {}),
        "findings": [finding_document(figures, row, language) for row in rows],
        "proposals": proposal_documents(session, run.id),
        "missing_data": report.get("missing_data", []),
        "receipts": [{"id": str(row.id), "tool": row.tool, "arguments": row.arguments} for row in receipts],
    }
