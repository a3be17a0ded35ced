"""A workbench for an agent that a developer writes: what an agent of the crew reads with, in a run of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bootstrap.meetings import as_agent, require_agents
from bootstrap.office import Office
from domain.context import Context
from store.audit import append_audit
from store.leases import lock_row
from store.tables import Run
from virtual_office.meeting.runs import DONE, RUNNING, pinned

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.tools import BaseTool

    from agents.charter import Charter

WORKBENCH, VERSION, FAILED = "workbench", "workbench/1", "failed"


@dataclass(frozen=True)
class Workbench:
    """LangChain's tools and retriever over a brand. All that they answer is kept as receipts of this run."""

    office: Office
    ctx: Context
    """The agent's own, acting for the person, as of the moment that the run began."""
    charter: "Charter"
    run_id: UUID
    tools: "list[BaseTool]"
    retriever: "BaseRetriever"

    def model(self) -> "BaseChatModel":
        """The model that MHOS_MODEL names: recorded, within its budgets, patient. Raises InvalidInput for rules."""
        return self.office.minds.model_of(self.ctx, self.run_id, self.charter)


@contextmanager
def workbench(office: Office, ctx: Context, agent: str, purpose: str) -> Iterator[Workbench]:
    """The tools of this agent of the crew that read and analyse; none that proposes, as no meeting is held that would
    adopt it. The run is audited, and closed at the end. Raises InvalidInput for an agent that there is not."""
    from agents.charter import load_charters
    from agents.langchain_tools import SEARCH, KnowledgeRetriever, langchain_tools
    from tools.base import Access
    from tools.readings import Readings
    from tools.registry import TOOLS
    from tools.toolbox import Toolbox
    from virtual_office.meeting.reporting import agent_context

    charters = {charter.name: charter for charter in load_charters()}
    require_agents([agent], charters)
    charter = charters[agent]
    run_id = _opened(office, ctx, agent, purpose)
    own = agent_context(pinned(ctx, ctx.known_until), run_id, charter, as_agent)
    readings = Readings(office.knowledge)

    def toolbox(*names: str) -> Toolbox:
        return Toolbox(office.database, own, run_id, agent, names, readings)

    reading = (name for name in charter.tools if TOOLS[name].access is not Access.PROPOSE)
    tools, retriever = langchain_tools(toolbox(*reading)), KnowledgeRetriever(toolbox=toolbox(SEARCH))
    try:
        yield Workbench(office, own, charter, run_id, tools, retriever)
    except BaseException as error:
        _closed(office, ctx, run_id, FAILED, {"error": type(error).__name__})
        raise
    _closed(office, ctx, run_id, DONE, {})


def _opened(office: Office, ctx: Context, agent: str, purpose: str) -> UUID:
    run = Run(
        id=ctx.new_id(),
        kind=WORKBENCH,
        graph_version=VERSION,
        status=RUNNING,
        agenda=purpose,
        agents=[agent],
        started_by=ctx.actor.label,
        as_of=ctx.known_until,
        started_at=ctx.now(),
    )
    with office.database.begin(ctx) as session:
        session.add(run)
        session.flush()
        append_audit(session, "workbench.opened", str(run.id), {"agent": agent, "purpose": purpose})
        return run.id


def _closed(office: Office, ctx: Context, run_id: UUID, status: str, result: dict[str, Any]) -> None:
    with office.database.begin(ctx) as session:
        run: Run = lock_row(session, Run, run_id)
        run.status, run.finished_at, run.result = status, ctx.now(), result
        append_audit(session, "workbench.closed", str(run_id), {"status": status, **result})
