"""The meeting graph: agenda, report, challenge, decide, minutes, action items; it waits for people where asked to."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict
from uuid import UUID

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from domain.context import Context
from store.session import BrandSession
from virtual_office.meeting.checkpoints import open_saver, thread_id
from virtual_office.meeting.runs import DONE, PlannedSlot, held, over_breaks, pinned, start_run, wait_at
from virtual_office.meeting.steps import MeetingRoom, SeatState, Steps
from virtual_office.meeting.turns import may_go_on, turns_of
from virtual_office.meeting.unknown_skus import require_known_skus
from virtual_office.schedule.definition import WaitAfter

Progress = Callable[[str, str], None]
WAITS: Mapping[str, str] = {WaitAfter.REPORT: "challenge", WaitAfter.CHALLENGE: "decide", WaitAfter.DECIDE: "hear"}
"""The steps after which a meeting can wait for people, and the node that it waits before."""


class MeetingState(TypedDict):
    """The state in a checkpoint: plain JSON values; all else is in the store."""

    run_id: str
    agenda: str
    opening: str
    points: list[dict[str, Any]]
    happened: list[dict[str, Any]]
    agents: list[str]
    reports: Annotated[dict[str, Any], operator.or_]
    heard: int
    adopted: list[str]
    left_out: list[list[str]]
    bounds: dict[str, list[str]]
    worth_more: list[str]
    cash_after: list[dict[str, Any]]
    together: list[str]
    in_german: dict[str, str]
    items: list[str]


@dataclass(frozen=True)
class Invitation:
    """The call for a meeting: its agenda, its attendees, and what people let it spend, by resource.

    Limits are in minor units (`cash`, `stock_money`) or in action items (`attention`). `manner` is how it is held:
    `wait` names steps (of WAITS) after which it waits for people, `challenge` is False to leave that step out.
    """

    agenda: str
    agents: Sequence[str]
    limits: Mapping[str, int] = field(default_factory=dict)
    manner: Mapping[str, Any] = field(default_factory=dict)
    planned: PlannedSlot | None = None


async def hold_meeting(room: MeetingRoom, ctx: Context, invitation: Invitation, progress: Progress) -> UUID:
    """Hold a meeting from the beginning, as far as it goes without waiting; the id of its run."""
    with room.database.begin(ctx) as session:
        run_id = open_meeting(session, invitation)
    progress("meeting", str(run_id))
    await over_breaks(lambda: _run_graph(room, ctx, run_id, progress), progress)
    return run_id


def open_meeting(session: BrandSession, invitation: Invitation, run_id: UUID | None = None) -> UUID:
    """Begin the run of a meeting that is still to be held; of a `run_id` only once.

    Raises InvalidInput for an agenda about a product that there is not, unless the meeting is a planned one.
    """
    if invitation.planned is None:
        require_known_skus(session, [invitation.agenda, *map(str, invitation.manner.get("points") or ())])
    return start_run(
        session,
        invitation.agenda,
        invitation.agents,
        invitation.limits,
        invitation.manner,
        invitation.planned,
        run_id,
    )


async def resume_meeting(room: MeetingRoom, ctx: Context, run_id: UUID, progress: Progress) -> UUID:
    """Go on with a meeting that was interrupted or waits; nothing that was recorded is done again."""
    progress("meeting", str(run_id))
    await over_breaks(lambda: _run_graph(room, ctx, run_id, progress), progress)
    return run_id


async def _run_graph(room: MeetingRoom, ctx: Context, run_id: UUID, progress: Progress) -> None:
    with held(room.database, ctx, run_id) as run:
        if run.status == DONE:
            return
        waits = {WAITS[step]: step for step in run.manner.get("wait", ()) if step in WAITS}
        async with open_saver(room.database, ctx) as saver:
            graph = _graph(Steps(room, pinned(ctx, run.as_of), progress))
            held_there: Any = graph.compile(checkpointer=saver, interrupt_before=list(waits))
            config: Any = {"configurable": {"thread_id": thread_id(ctx, run_id)}}
            begun = await saver.aget_tuple(config) is not None
            given = None if begun else {"run_id": str(run_id), "agenda": run.agenda, "agents": run.agents}
            while True:
                coming = (await held_there.aget_state(config)).next if given is None else ()
                waiting = [
                    waits[node] for node in coming if node in waits and not _released(room, ctx, run_id, waits[node])
                ]
                if waiting:
                    progress("waiting", waiting[0])
                    wait_at(room.database, ctx, run_id, waiting[0])
                    return
                if given is None and not coming:
                    return
                await held_there.ainvoke(given, config, durability="sync")
                given = None


def _released(room: MeetingRoom, ctx: Context, run_id: UUID, step: str) -> bool:
    with room.database.read(ctx) as session:
        return may_go_on(turns_of(session, run_id), step)


def _graph(steps: Steps) -> StateGraph[Any, Any, Any, Any]:
    graph = StateGraph(MeetingState)
    graph.add_node("agenda", steps.agenda)
    graph.add_node("report", steps.report, input_schema=SeatState)
    graph.add_node("challenge", steps.challenge)
    graph.add_node("decide", steps.decide)
    graph.add_node("hear", steps.hear)
    graph.add_node("action_items", steps.action_items)
    graph.add_edge(START, "agenda")
    graph.add_conditional_edges("agenda", lambda state: _sent(steps.seats(state)), ["report"])
    graph.add_edge("report", "challenge")
    graph.add_edge("challenge", "decide")
    graph.add_edge("decide", "hear")
    graph.add_conditional_edges(
        "hear", lambda state: _after_hearing(steps, state), ["report", "decide", "action_items"]
    )
    graph.add_conditional_edges("action_items", lambda state: _closed(steps, state), ["decide", END])
    return graph


def _sent(seats: Sequence[SeatState]) -> list[Send]:
    return [Send("report", seat) for seat in seats]


def _after_hearing(steps: Steps, state: Any) -> str | list[Send]:
    """Whom people asked in reports first; what they said since the decision leads to another one."""
    late = [name for name in state["agents"] if name not in state["reports"]]
    if late:
        return _sent(steps.seats(state, late))
    return "action_items" if steps.heard_all(state) else "decide"


def _closed(steps: Steps, state: Any) -> str:
    return END if steps.heard_all(state) else "decide"
