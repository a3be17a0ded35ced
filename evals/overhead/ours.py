"""The same meeting by the product: calls kept as receipts, reports checked, models paid for, all of it durable."""

import operator
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypedDict
from unittest.mock import patch
from uuid import UUID

from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from agents.charter import Charter
from agents.crew import Mind
from bootstrap.brands import import_into_brand
from bootstrap.meetings import as_agent
from bootstrap.office import Office
from domain.context import Context
from domain.figure import Cell
from evals.overhead.work import AGENTS, CHAIR, PROMPT, SUMMARISE, SYSTEM, metric
from identity.open_context import open_context
from language.lines import as_plain
from settings import Settings
from store.session import BrandSession
from tools import registry
from tools.base import Access, Tool, ToolAnswer, ToolArguments, ToolEnv, ToolResult
from tools.readings import Readings
from virtual_office.meeting.checkpoints import open_saver, thread_id
from virtual_office.meeting.graph import Invitation, open_meeting
from virtual_office.meeting.reporting import Reporter
from virtual_office.meeting.runs import held, pinned
from virtual_office.minutes.rendering import Figures

_BRAND = "overhead"
_SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "hairoticmen_sample"


class DailyMetricArguments(ToolArguments):
    """Which metric, of which day."""

    name: str
    day: str


class Measured(ToolResult):
    """The metric's value."""

    value: Cell


def _get_metric(session: BrandSession, env: ToolEnv, args: DailyMetricArguments) -> ToolAnswer:
    """Get a metric for a day."""
    return ToolAnswer(Measured(value=Cell(value=metric(args.name, args.day), unit="count")))


_TOOL = Tool("get_metric", Access.READ, DailyMetricArguments, Measured, _get_metric)


class State(TypedDict):
    """The checkpointed state: the reports and the decision."""

    agent: str
    reports: Annotated[dict[str, Any], operator.or_]
    decision: str


class Ours:
    """A brand whose crew thinks with the server's model, by the product's own settings."""

    def __init__(self, home: Path, base_url: str, *, stream: bool = True) -> None:
        settings = Settings(home=home, model=f"{base_url}#local-model", model_price="0,0", model_stream=stream)
        self._office = Office.open(settings)
        import_into_brand(self._office, _SAMPLE, _BRAND, None)
        self._ctx = open_context(self._office.database, home, None, brand=_BRAND)
        self._charters = {name: _charter(name) for name in AGENTS}
        known = {**registry.TOOLS, _TOOL.name: _TOOL}
        self._patches = [patch.object(registry, "TOOLS", known)]
        for toolbox_patch in self._patches:
            toolbox_patch.start()

    def close(self) -> None:
        for toolbox_patch in self._patches:
            toolbox_patch.stop()
        self._office.close()

    async def agent(self) -> str:
        """One agent's report in a run of its own."""
        run_id = self._opened([AGENTS[0]])
        ctx = self._pinned()
        report = await self._reporter().report(ctx, run_id, self._charters[AGENTS[0]], PROMPT, _silent)
        return self._said({AGENTS[0]: report})[0]

    async def meeting(self) -> str:
        """All agents side by side, then the chair; each report and the decision are checkpointed as they come."""
        run_id = self._opened(AGENTS)
        with held(self._office.database, self._ctx, run_id):
            async with open_saver(self._office.database, self._ctx) as saver:
                graph = self._graph(run_id, self._pinned()).compile(checkpointer=saver)
                config: Any = {"configurable": {"thread_id": thread_id(self._ctx, run_id)}}
                final = await graph.ainvoke({"reports": {}, "decision": ""}, config, durability="sync")
        return str(final["decision"])

    def _graph(self, run_id: UUID, ctx: Context) -> StateGraph[Any, Any, Any, Any]:
        reporter = self._reporter()

        async def report(state: Any) -> dict[str, Any]:
            charter = self._charters[state["agent"]]
            return {"reports": {charter.name: await reporter.report(ctx, run_id, charter, PROMPT, _silent)}}

        async def decide(state: Any) -> dict[str, Any]:
            return {"decision": await self._decided(ctx, run_id, state["reports"])}

        graph = StateGraph(State)
        graph.add_node("report", report)
        graph.add_node("decide", decide)
        graph.add_conditional_edges(START, lambda _: [Send("report", {"agent": name}) for name in AGENTS], ["report"])
        graph.add_edge("report", "decide")
        graph.add_edge("decide", END)
        return graph

    async def _decided(self, ctx: Context, run_id: UUID, reports: Mapping[str, Any]) -> str:
        chair = _charter(CHAIR)
        model = self._mind(ctx, run_id, chair).chat_model
        prompt = SUMMARISE + "\n".join(self._said(reports))
        answer = await model.ainvoke([SystemMessage(chair.body), HumanMessage(prompt)])
        return str(answer.content)

    def _said(self, reports: Mapping[str, Any]) -> list[str]:
        """The reports' summaries with their figures filled in, as a person reads them."""
        if reasons := [report["reason"] for report in reports.values() if report["status"] != "ok"]:
            raise AssertionError(reasons)
        codes = [code for report in reports.values() for code in report["figures"].values()]
        with self._office.database.read(self._ctx) as session:
            figures = Figures(session, codes)
            return [figures.render(report["summary"], report["figures"], as_plain) for report in reports.values()]

    def _reporter(self) -> Reporter:
        return Reporter(self._office.database, self._mind, as_agent, Readings(self._office.knowledge))

    def _mind(self, ctx: Context, run_id: UUID, charter: Charter) -> Mind:
        return self._office.minds.mind_of(ctx, run_id, charter)

    def _opened(self, agents: Any) -> UUID:
        with self._office.database.begin(self._ctx) as session:
            return open_meeting(session, Invitation(PROMPT, list(agents)))

    def _pinned(self) -> Context:
        return pinned(self._ctx, self._ctx.now())


def _charter(name: str) -> Charter:
    body = SYSTEM.format(name=name)
    return Charter(name=name, title=name, focus="numbers", tools=("get_metric",), autonomy_cap=0, body=body)


def _silent(_step: str, _detail: str) -> None:
    pass
