"""The meeting graph: agenda, report, decide, minutes, action items; checkpointed, and resumable after a kill."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict
from uuid import UUID

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from actions.items import Proposer, adopt
from agents.charter import Charter
from domain.autonomy import Autonomy
from domain.context import Context
from guardrails.cedar import PolicyEngine
from store.database import Database
from store.leases import lock_row
from store.reads.settings import brand_of
from store.tables import ProposalRow, Run
from virtual_office.chair import choose
from virtual_office.checkpoints import open_saver, thread_id
from virtual_office.hindsight import refused_lately
from virtual_office.minutes import Decision, mending_risks, proposals_of, write_minutes
from virtual_office.reporting import Reporter
from virtual_office.runs import DONE, finish_run, held, pinned, start_run

Progress = Callable[[str, str], None]


class MeetingState(TypedDict):
    """What a checkpoint holds: plain JSON values; all else is in the store."""

    run_id: str
    agenda: str
    agents: list[str]
    reports: Annotated[dict[str, Any], operator.or_]
    adopted: list[str]
    left_out: list[list[str]]
    minutes: str
    items: list[str]


class SeatState(TypedDict):
    """What one attendee is sent."""

    run_id: str
    agenda: str
    agent: str


@dataclass(frozen=True)
class MeetingRoom:
    """Everything a meeting needs besides its state."""

    database: Database
    engine: PolicyEngine
    charters: Mapping[str, Charter]
    reporter: Reporter
    agent_ids: Callable[[Context, str], UUID]


async def hold_meeting(room: MeetingRoom, ctx: Context, agenda: str, agents: Sequence[str], progress: Progress) -> UUID:
    """Hold a meeting from the beginning; the id of its run."""
    run_id = start_run(room.database, ctx, agenda, agents)
    progress("meeting", str(run_id))
    await _run_graph(room, ctx, run_id, progress)
    return run_id


async def resume_meeting(room: MeetingRoom, ctx: Context, run_id: UUID, progress: Progress) -> UUID:
    """Go on with a meeting that was interrupted; nothing that was recorded is done again."""
    progress("meeting", str(run_id))
    await _run_graph(room, ctx, run_id, progress)
    return run_id


async def _run_graph(room: MeetingRoom, ctx: Context, run_id: UUID, progress: Progress) -> None:
    with held(room.database, ctx, run_id) as run:
        if run.status == DONE:
            return
        async with open_saver(room.database, ctx) as saver:
            graph = _graph(room, pinned(ctx, run.as_of), progress).compile(checkpointer=saver)
            config: Any = {"configurable": {"thread_id": thread_id(ctx, run_id)}}
            begun = await saver.aget_tuple(config) is not None
            state = {"run_id": str(run_id), "agenda": run.agenda, "agents": run.agents}
            await graph.ainvoke(None if begun else state, config, durability="sync")


def _graph(room: MeetingRoom, ctx: Context, progress: Progress) -> StateGraph[Any, Any, Any, Any]:
    steps = _Steps(room, ctx, progress)
    graph = StateGraph(MeetingState)
    graph.add_node("agenda", steps.agenda)
    graph.add_node("report", steps.report, input_schema=SeatState)
    graph.add_node("decide", steps.decide)
    graph.add_node("minutes", steps.minutes)
    graph.add_node("action_items", steps.action_items)
    graph.add_edge(START, "agenda")
    graph.add_conditional_edges("agenda", steps.seats, ["report"])
    graph.add_edge("report", "decide")
    graph.add_edge("decide", "minutes")
    graph.add_edge("minutes", "action_items")
    graph.add_edge("action_items", END)
    return graph


class _Steps:
    """The nodes. Each may run again after a kill: what it writes has a key, so a second run finds it there."""

    def __init__(self, room: MeetingRoom, ctx: Context, progress: Progress) -> None:
        self._room = room
        self._ctx = ctx
        self._progress = progress

    def agenda(self, state: MeetingState) -> dict[str, Any]:
        self._progress("agenda", state["agenda"])
        return {"reports": {}}

    def seats(self, state: MeetingState) -> list[Send]:
        return [
            Send("report", SeatState(run_id=state["run_id"], agenda=state["agenda"], agent=agent))
            for agent in state["agents"]
        ]

    async def report(self, state: SeatState) -> dict[str, Any]:
        charter = self._room.charters[state["agent"]]
        self._progress("report", charter.title)
        reported = await self._room.reporter.report(
            self._ctx, UUID(state["run_id"]), charter, state["agenda"], self._progress
        )
        return {"reports": {charter.name: reported}}

    def decide(self, state: MeetingState) -> dict[str, Any]:
        self._progress("decide", "the chair weighs the proposals")
        with self._room.database.read(self._ctx) as session:
            proposals = [row for row in proposals_of(session, UUID(state["run_id"])) if _reported(state, row)]
            choice = choose(
                proposals, refused_lately(session), mending_risks(session, UUID(state["run_id"]), proposals)
            )
        return {
            "adopted": [str(proposal_id) for proposal_id in choice.adopted],
            "left_out": [[str(entry.proposal_id), entry.reason] for entry in choice.left_out],
        }

    def minutes(self, state: MeetingState) -> dict[str, Any]:
        self._progress("minutes", "writing the minutes")
        with self._room.database.read(self._ctx) as session:
            run = session.get_one(Run, (self._ctx.brand_id, UUID(state["run_id"])))
            text = write_minutes(session, run, state["reports"], self._decisions(session, state))
        return {"minutes": text}

    def _decisions(self, session: Any, state: MeetingState) -> list[Decision]:
        rows = {str(row.id): row for row in proposals_of(session, UUID(state["run_id"]))}
        adopted = [Decision(rows[proposal_id], True) for proposal_id in state["adopted"]]
        return adopted + [Decision(rows[proposal_id], False, reason) for proposal_id, reason in state["left_out"]]

    def action_items(self, state: MeetingState) -> dict[str, Any]:
        """Adopt and close in one transaction: a meeting has either all of its action items or none yet."""
        self._progress("action_items", f"{len(state['adopted'])} adopted")
        run_id = UUID(state["run_id"])
        with self._room.database.begin(self._ctx) as session:
            lock_row(session, Run, run_id)
            items = []
            for ordinal, proposal_id in enumerate(state["adopted"], start=1):
                proposal = session.get_one(ProposalRow, (self._ctx.brand_id, UUID(proposal_id)))
                items.append(adopt(session, self._room.engine, proposal, self._proposer(proposal.agent), ordinal))
            result = {
                "minutes": state["minutes"],
                "reports": state["reports"],
                "adopted": [str(item.id) for item in items],
                "left_out": state["left_out"],
                "dissent": [],
                "currency": brand_of(session).currency,
            }
            finish_run(session, run_id, result)
        return {"items": [str(item.id) for item in items]}

    def _proposer(self, agent: str) -> Proposer:
        charter = self._room.charters[agent]
        return Proposer(self._room.agent_ids(self._ctx, agent), Autonomy(charter.autonomy_cap))


def _reported(state: MeetingState, proposal: ProposalRow) -> bool:
    """Only what an agent stands by in its report is decided on."""
    report = state["reports"].get(proposal.agent)
    return report is not None and str(proposal.id) in report["proposals"]
