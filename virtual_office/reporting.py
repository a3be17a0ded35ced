"""One attendee's report: the agent answers, and what it found is stored with figures that can be opened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from agents.charter import Charter
from agents.crew import chat_model_for
from agents.graph import AgentResult, run_agent
from domain.actor import Actor
from domain.context import Context
from domain.labels import Label, join
from domain.report import Claim, Finding
from store.database import Database
from store.session import BrandSession
from store.tables import FindingRow, Receipt
from tools.receipts import record_figures
from tools.toolbox import Toolbox
from virtual_office.hindsight import how_it_went

Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class Reporter:
    """Lets agents report. `as_agent` gives the actor that an agent acts as on behalf of the Context's person."""

    database: Database
    model: str
    as_agent: Callable[[Context, Charter], Actor]

    async def report(
        self, ctx: Context, run_id: UUID, charter: Charter, agenda: str, progress: Progress
    ) -> dict[str, Any]:
        """The agent's answer as the meeting's state keeps it; its findings are stored, once per run and ordinal."""
        agent_ctx = ctx.acting_as(self.as_agent(ctx, charter))
        toolbox = Toolbox(self.database, agent_ctx, run_id, charter.name, charter.tools)
        model = chat_model_for(charter, self.model)
        with self.database.read(agent_ctx) as session:
            since_last = how_it_went(session, charter.name)
        opening = "\n".join((agenda, *since_last))
        result = await run_agent(charter, toolbox, model, opening, progress)
        return {**self._store(agent_ctx, run_id, charter, result), "since_last": since_last}

    def _store(self, ctx: Context, run_id: UUID, charter: Charter, result: AgentResult) -> dict[str, Any]:
        report = result.report
        with self.database.begin(ctx) as session:
            for ordinal, finding in enumerate(report.findings, start=1):
                _store_finding(session, run_id, charter.name, ordinal, finding)
            return {
                "title": charter.title,
                "status": result.status,
                "reason": result.reason,
                "summary": report.summary.text,
                "figures": _codes(session, run_id, report.summary),
                "proposals": [str(proposal_id) for proposal_id in report.proposals],
                "missing_data": list(report.missing_data),
                "findings": len(report.findings),
            }


def _codes(session: BrandSession, run_id: UUID, claim: Claim) -> Mapping[str, str]:
    return record_figures(session, run_id, claim.figures)


def _store_finding(session: BrandSession, run_id: UUID, agent: str, ordinal: int, finding: Finding) -> None:
    stored = session.scalars(
        select(FindingRow).where(
            col(FindingRow.run_id) == run_id, col(FindingRow.agent) == agent, col(FindingRow.ordinal) == ordinal
        )
    ).first()
    if stored is not None:
        return
    receipts = [ref.receipt for ref in finding.claim.figures.values()]
    labels = session.scalars(select(col(Receipt.label)).where(col(Receipt.id).in_(receipts))).all()
    session.add(
        FindingRow(
            run_id=run_id,
            agent=agent,
            ordinal=ordinal,
            subject=finding.subject,
            severity=finding.severity,
            text=finding.claim.text,
            figures=dict(_codes(session, run_id, finding.claim)),
            label=join(Label(label) for label in labels),
            created_at=session.ctx.now(),
        )
    )
