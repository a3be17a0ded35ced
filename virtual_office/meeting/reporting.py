"""One attendee's report: the agent answers, and what it found is stored with figures that can be opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from agents.charter import Charter
from agents.crew import Mind
from agents.loop import AgentResult, Assignment, Progress, beside, work
from domain.actor import Actor
from domain.context import Context
from domain.errors import Conflict
from domain.figure import FigureRef
from domain.labels import Label, join
from domain.report import AgentReport, Finding
from store.database import Database
from store.group_commit import Batch, columns_of
from store.session import BrandSession
from store.tables import FindingRow, Receipt
from tools.readings import Readings
from tools.receipts import figure_rows
from tools.toolbox import Toolbox
from virtual_office.meeting.hindsight import TrackRecord, german_by_text, track_record

AsAgent = Callable[[Context, Charter], Actor]
MindOf = Callable[[Context, UUID, Charter], Mind]
_SUMMARY = 0
"""The ordinal that a report's summary has beside those of its findings."""


def agent_context(ctx: Context, run_id: UUID, charter: Charter, as_agent: AsAgent, work: str = "") -> Context:
    """The Context of an agent at work: as itself, for the person of the given Context.

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
    """Readings that this meeting's agents share; a Reporter serves one meeting."""

    async def report(
        self, ctx: Context, run_id: UUID, charter: Charter, agenda: str, progress: Progress
    ) -> dict[str, Any]:
        """The agent's answer as the meeting's state keeps it; its findings are stored, once per run and ordinal."""
        agent_ctx = agent_context(ctx, run_id, charter, self.as_agent)

        def reported(tell: Progress, stopped: Event) -> dict[str, Any]:
            toolbox = Toolbox(self.database, agent_ctx, run_id, charter.name, charter.tools, self.readings)
            mind = self.mind_of(agent_ctx, run_id, charter)
            since_last = self._past(agent_ctx).lines_for(charter.name)
            opening = "\n".join((agenda, *(line.text for line in since_last)))
            try:
                result = work(Assignment(charter, toolbox, mind.chat_model, opening, mind.playbook), tell, stopped)
            except BaseException:
                toolbox.written()  # what was answered until then is found by whoever goes on with the meeting
                raise
            return {
                **self._store(agent_ctx, toolbox, charter, result),
                "since_last": [line.text for line in since_last],
                "in_german": german_by_text(since_last),
            }

        return await beside(reported, progress)

    def _past(self, ctx: Context) -> TrackRecord:
        """Of the meeting's one moment, so that it is the same for all."""

        def read() -> TrackRecord:
            with self.database.read(ctx) as session:
                return track_record(session)

        past: TrackRecord = self.readings.once(("past", ctx.known_until), read)
        return past

    def _store(self, ctx: Context, toolbox: Toolbox, charter: Charter, result: AgentResult) -> dict[str, Any]:
        report, run_id = result.report, toolbox.run_id

        def store(batch: Batch) -> dict[tuple[int, str], str]:
            refs = _figures_of(report)
            batch.write()  # what is read below may have been handed in for this very transaction
            cited = toolbox.cells({ref.receipt for ref in refs.values()})
            codes, rows = figure_rows(batch.session, refs, cited)
            for row in (*rows, *_new_findings(batch.session, ctx, run_id, charter.name, report.findings, codes)):
                batch.append(type(row), columns_of(row))
            return codes

        codes = self.database.together(ctx, store)
        return {
            "title": charter.title,
            "status": result.status,
            "reason": result.reason,
            "summary": report.summary.text,
            "summary_german": report.summary.german,
            "summary_message": report.summary.message.document() if report.summary.message else None,
            "figures": {key: codes[_SUMMARY, key] for key in report.summary.figures},
            "proposals": [str(proposal_id) for proposal_id in report.proposals],
            "missing_data": list(report.missing_data),
            "missing_german": list(report.missing_german),
            "missing": [line.document() for line in report.missing],
            "findings": len(report.findings),
        }


def _figures_of(report: AgentReport) -> dict[tuple[int, str], FigureRef]:
    """All figures of a report, by the ordinal of their finding and their key in it."""
    claims = enumerate([report.summary, *(finding.claim for finding in report.findings)], start=_SUMMARY)
    return {(ordinal, key): ref for ordinal, claim in claims for key, ref in claim.figures.items()}


def _new_findings(
    session: BrandSession,
    ctx: Context,
    run_id: UUID,
    agent: str,
    findings: Sequence[Finding],
    codes: Mapping[tuple[int, str], str],
) -> list[FindingRow]:
    """The findings that are not stored yet, each with the label of all that it cites."""
    if not findings:
        return []
    own = select(col(FindingRow.ordinal)).where(col(FindingRow.run_id) == run_id, col(FindingRow.agent) == agent)
    stored = set(session.scalars(own))
    receipts = {ref.receipt for finding in findings for ref in finding.claim.figures.values()}
    rows = session.execute(select(col(Receipt.id), col(Receipt.label)).where(col(Receipt.id).in_(receipts))).all()
    labels = {row[0]: Label(row[1]) for row in rows}
    if receipts - labels.keys():
        raise Conflict(
            f"Another process answers for {agent} in this meeting.", remedy="Wait for it, then go on with the meeting."
        )
    return [
        FindingRow(
            id=ctx.new_id(),
            run_id=run_id,
            agent=agent,
            ordinal=ordinal,
            subject=finding.subject,
            severity=finding.severity,
            text=finding.claim.text,
            german=finding.claim.german,
            message=finding.claim.message.document() if finding.claim.message else None,
            figures={key: codes[ordinal, key] for key in finding.claim.figures},
            label=join(labels[ref.receipt] for ref in finding.claim.figures.values()),
            created_at=ctx.now(),
        )
        for ordinal, finding in enumerate(findings, start=_SUMMARY + 1)
        if ordinal not in stored
    ]
