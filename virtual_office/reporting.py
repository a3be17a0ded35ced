"""One attendee's report: the agent answers, and what it found is stored with figures that can be opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from agents.charter import Charter
from agents.crew import Mind
from agents.graph import AgentResult, run_agent
from domain.actor import Actor
from domain.context import Context
from domain.figure import FigureRef
from domain.labels import Label, join
from domain.report import AgentReport, Finding
from store.database import Database
from store.session import BrandSession
from store.tables import FindingRow, Receipt
from tools.readings import Readings
from tools.receipts import record_figures
from tools.toolbox import Toolbox
from virtual_office.hindsight import german_by_text, how_it_went

Progress = Callable[[str, str], None]
AsAgent = Callable[[Context, Charter], Actor]
MindOf = Callable[[Context, UUID, Charter], Mind]
_SUMMARY = 0
"""The ordinal that a report's summary has beside those of its findings."""


def agent_context(ctx: Context, run_id: UUID, charter: Charter, as_agent: AsAgent, work: str = "") -> Context:
    """What an agent works in: as itself, for the Context's person.

    Agents work side by side, so each makes its own ids: it does not matter who comes first.
    """
    own_ids = ctx.ids.fork(f"{run_id}:{charter.name}{work and ':' + work}")
    return replace(ctx.acting_as(as_agent(ctx, charter)), ids=own_ids)


@dataclass(frozen=True)
class Reporter:
    """Lets agents report. `as_agent` gives the actor that an agent acts as on behalf of the Context's person.

    `mind_of` gives what an agent thinks with in a run, in its own Context.
    """

    database: Database
    mind_of: MindOf
    as_agent: AsAgent
    readings: Readings = field(default_factory=Readings)
    """What this meeting's agents have read; a Reporter serves one meeting."""

    async def report(
        self, ctx: Context, run_id: UUID, charter: Charter, agenda: str, progress: Progress
    ) -> dict[str, Any]:
        """The agent's answer as the meeting's state keeps it; its findings are stored, once per run and ordinal."""
        agent_ctx = agent_context(ctx, run_id, charter, self.as_agent)
        toolbox = Toolbox(self.database, agent_ctx, run_id, charter.name, charter.tools, self.readings)
        mind = self.mind_of(agent_ctx, run_id, charter)
        with self.database.read(agent_ctx) as session:
            since_last = how_it_went(session, charter.name)
        opening = "\n".join((agenda, *(line.text for line in since_last)))
        result = await run_agent(charter, toolbox, mind.chat_model, opening, progress, playbook=mind.playbook)
        return {
            **self._store(agent_ctx, run_id, charter, result),
            "since_last": [line.text for line in since_last],
            "in_german": german_by_text(since_last),
        }

    def _store(self, ctx: Context, run_id: UUID, charter: Charter, result: AgentResult) -> dict[str, Any]:
        report = result.report
        with self.database.begin(ctx) as session:
            codes = record_figures(session, run_id, _figures_of(report))
            _store_findings(session, run_id, charter.name, report.findings, codes)
            return {
                "title": charter.title,
                "status": result.status,
                "reason": result.reason,
                "summary": report.summary.text,
                "summary_german": report.summary.german,
                "figures": {key: codes[_SUMMARY, key] for key in report.summary.figures},
                "proposals": [str(proposal_id) for proposal_id in report.proposals],
                "missing_data": list(report.missing_data),
                "missing_german": list(report.missing_german),
                "findings": len(report.findings),
            }


def _figures_of(report: AgentReport) -> dict[tuple[int, str], FigureRef]:
    """All figures of a report, by the ordinal of their finding and their key in it."""
    claims = enumerate([report.summary, *(finding.claim for finding in report.findings)], start=_SUMMARY)
    return {(ordinal, key): ref for ordinal, claim in claims for key, ref in claim.figures.items()}


def _store_findings(
    session: BrandSession,
    run_id: UUID,
    agent: str,
    findings: Sequence[Finding],
    codes: Mapping[tuple[int, str], str],
) -> None:
    own = select(col(FindingRow.ordinal)).where(col(FindingRow.run_id) == run_id, col(FindingRow.agent) == agent)
    stored = set(session.scalars(own))
    receipts = {ref.receipt for finding in findings for ref in finding.claim.figures.values()}
    rows = session.execute(select(col(Receipt.id), col(Receipt.label)).where(col(Receipt.id).in_(receipts))).all()
    labels = {row[0]: Label(row[1]) for row in rows}
    session.add_all(
        FindingRow(
            run_id=run_id,
            agent=agent,
            ordinal=ordinal,
            subject=finding.subject,
            severity=finding.severity,
            text=finding.claim.text,
            german=finding.claim.german,
            figures={key: codes[ordinal, key] for key in finding.claim.figures},
            label=join(labels[ref.receipt] for ref in finding.claim.figures.values()),
            created_at=session.ctx.now(),
        )
        for ordinal, finding in enumerate(findings, start=_SUMMARY + 1)
        if ordinal not in stored
    )
