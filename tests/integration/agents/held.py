"""One agent's answer on rules, held as its tests look at it: what it said, proposed, and was told by its tools."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from agents.charter import load_charters
from agents.crew import chat_model_for
from agents.loop import run_agent
from domain.context import Context
from domain.language import Language
from domain.report import AgentReport, Claim, Finding
from language.speech import prose_of
from store.database import Database
from store.tables import ProposalRow, Receipt
from tests.claims import read_out
from tests.integration.priced_brand import start_run
from tools.receipts import resolve
from tools.toolbox import Toolbox


@dataclass(frozen=True)
class Held:
    """One agent's run: its report, and access to the receipts and proposals that it left."""

    database: Database
    ctx: Context
    run_id: UUID
    report: AgentReport

    def spoken(self, claim: Claim) -> str:
        """In English; its German is checked to hold the same figures."""
        with self.database.read(self.ctx) as session:
            cells = {key: resolve(session, ref, self.run_id) for key, ref in claim.figures.items()}
        assert read_out(claim, cells, Language.DE)
        return read_out(claim, cells)

    def finding(self, subject: str) -> Finding:
        return next(finding for finding in self.report.findings if finding.subject == subject)

    def said_of(self, subject: str) -> str:
        return self.spoken(self.finding(subject).claim)

    @property
    def said(self) -> str:
        """Everything that it says, line by line; all of it in German too."""
        claims = [self.report.summary, *(finding.claim for finding in self.report.findings)]
        assert all(prose_of(claim, Language.DE) for claim in claims)
        return "\n".join([*map(self.spoken, claims), *self.report.missing_data])

    @property
    def proposals(self) -> list[ProposalRow]:
        with self.database.read(self.ctx) as session:
            return list(session.scalars(select(ProposalRow).order_by(col(ProposalRow.kind), col(ProposalRow.id))))

    def answers(self, tool: str) -> list[dict[str, Any]]:
        with self.database.read(self.ctx) as session:
            own = select(Receipt).where(col(Receipt.tool) == tool, col(Receipt.run_id) == self.run_id)
            return [row.result for row in session.scalars(own)]

    def answer(self, tool: str, **about: str) -> dict[str, Any]:
        return next(answer for answer in self.answers(tool) if about.items() <= answer.items())

    def cents(self, tool: str, *names: str) -> dict[str, int]:
        return {name: self.answer(tool)[name]["value"] for name in names}


async def answer_of(database: Database, ctx: Context, agent: str, about: str) -> Held:
    """Let the agent of that name report about something, as of now."""
    charter = next(charter for charter in load_charters() if charter.name == agent)
    run_id = start_run(database, ctx)
    toolbox = Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, charter.name, charter.tools)
    result = await run_agent(charter, toolbox, chat_model_for(charter, "rules"), about)
    assert (result.status, result.reason) == ("ok", ""), result.reason
    return Held(database, ctx, run_id, result.report)
