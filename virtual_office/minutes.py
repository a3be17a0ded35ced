"""The minutes of a meeting: what was found, what was decided, what is still open; as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.report import Severity
from store.session import BrandSession
from store.tables import FigureRow, FindingRow, ProposalRow, Run
from virtual_office.rendering import Figures, escape_markdown

_SECTIONS = ((Severity.RISK, "Risks"), (Severity.ATTENTION, "Worth attention"), (Severity.INFO, "Findings"))


@dataclass(frozen=True)
class Decision:
    """One proposal and what the chair did with it."""

    proposal: ProposalRow
    adopted: bool
    reason: str = ""


def findings_of(session: BrandSession, run_id: UUID) -> Sequence[FindingRow]:
    """The findings of a run in the order they were reported."""
    return session.scalars(
        select(FindingRow)
        .where(col(FindingRow.run_id) == run_id)
        .order_by(col(FindingRow.agent), col(FindingRow.ordinal))
    ).all()


def proposals_of(session: BrandSession, run_id: UUID) -> Sequence[ProposalRow]:
    """The proposals of a run."""
    return session.scalars(
        select(ProposalRow).where(col(ProposalRow.run_id) == run_id).order_by(col(ProposalRow.id))
    ).all()


def mending_risks(session: BrandSession, run_id: UUID, proposals: Sequence[ProposalRow]) -> set[UUID]:
    """The proposals that rest on the same receipts as a finding which is a risk: they answer it."""
    risks = [row for row in findings_of(session, run_id) if row.severity == Severity.RISK]
    codes = {code for row in risks for code in row.figures.values()}
    figures = session.scalars(select(FigureRow).where(col(FigureRow.code).in_(codes)))
    receipts = {str(row.receipt_id) for row in figures}
    return {proposal.id for proposal in proposals if receipts.intersection(proposal.receipts)}


def write_minutes(
    session: BrandSession, run: Run, reports: Mapping[str, Mapping[str, Any]], decisions: Sequence[Decision]
) -> str:
    """The minutes as Markdown; every number carries the code that opens it."""
    findings = findings_of(session, run.id)
    codes = [
        code for row in (*findings, *(decision.proposal for decision in decisions)) for code in row.figures.values()
    ]
    codes += [code for report in reports.values() for code in report["figures"].values()]
    figures = Figures(session, codes)
    parts = [_head(session, run, reports), _hindsight(reports), _summaries(figures, reports)]
    parts += [
        _findings(figures, title, (row for row in findings if row.severity == level)) for level, title in _SECTIONS
    ]
    parts += [_decisions(figures, decisions), _open_questions(reports)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(session: BrandSession, run: Run, reports: Mapping[str, Mapping[str, Any]]) -> str:
    as_of = f"{run.as_of:%Y-%m-%d %H:%M} UTC" if run.as_of else ""
    attendees = ", ".join(str(report["title"]) for report in reports.values()) or "nobody"
    return (
        f"# Meeting of {run.started_at:%-d %B %Y}\n\n"
        f"- **Brand:** {session.ctx.brand}\n- **Called by:** {run.started_by}\n"
        f"- **Agenda:** {escape_markdown(run.agenda)}\n"
        f"- **Attendees:** {attendees}\n- **Data as of:** {as_of}\n- **Meeting:** {run.id}"
    )


def _hindsight(reports: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        f"- {report['title']}: {escape_markdown(line)}" for report in reports.values() for line in report["since_last"]
    ]
    return "## Since last time\n\n" + "\n".join(lines) if lines else ""


def _summaries(figures: Figures, reports: Mapping[str, Mapping[str, Any]]) -> str:
    lines = ["## Summary"]
    for report in reports.values():
        state = "" if report["status"] == "ok" else f" _(degraded: {report['reason']})_"
        lines.append(f"**{report['title']}**{state}: {figures.render(report['summary'], report['figures'])}")
    return "\n\n".join(lines)


def _findings(figures: Figures, title: str, rows: Iterable[FindingRow]) -> str:
    lines = [f"- **{escape_markdown(row.subject)}**: {figures.render(row.text, row.figures)}" for row in rows]
    return f"## {title}\n\n" + "\n".join(lines) if lines else ""


def _decisions(figures: Figures, decisions: Sequence[Decision]) -> str:
    if not decisions:
        return "## Decisions\n\nNothing was proposed."
    lines = []
    for decision in decisions:
        proposal = decision.proposal
        verb = "Adopted" if decision.adopted else f"Left out ({escape_markdown(decision.reason)})"
        when = f"To be measured on {str(proposal.prediction['check_at'])[:10]}."
        lines.append(f"- {verb}: `{proposal.kind}` {figures.render(proposal.text, proposal.figures)} {when}")
    return "## Decisions\n\n" + "\n".join(lines)


def _open_questions(reports: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        f"- {report['title']}: {escape_markdown(line)}"
        for report in reports.values()
        for line in report["missing_data"]
    ]
    return "## Open questions\n\n" + "\n".join(lines) if lines else ""
