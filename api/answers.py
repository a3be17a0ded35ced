"""`/api/v1/{os}/ai/*`: one agent asked on its own, and what it answered."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from agents.charter import load_charters
from api.desk import BrandRoute, KeyedDesk, OpenDesk, ReadDesk
from api.errors import IN_A_BRAND
from api.language import InLanguage
from api.shapes.crew import AgentAnswer, NewAnswer
from api.shapes.words import Accepted
from api.streams import STREAMED, After, Follow, LastEventId, begin, stream
from bootstrap.held_runs import queue_run
from store.reads.settings import language_of
from virtual_office.meeting.runs import ANSWER


@dataclass(frozen=True)
class Room:
    """Where an agent is asked: the OS, and what it is asked for."""

    os: str
    verb: str
    agent: str


ROOMS = (
    Room("pricing", "advice", "pricing_director"),
    Room("inventory", "reorder", "inventory_forecaster"),
    Room("stands", "refill", "stand_coach"),
    Room("crm", "follow-up", "crm_manager"),
    Room("finance", "runway", "finance_analyst"),
)


def asking_router(room: Room) -> APIRouter:
    """The route at which one agent is asked."""
    router = APIRouter(prefix=f"/{room.os}/ai", tags=[room.os], responses=IN_A_BRAND, route_class=BrandRoute)
    charter = next(charter for charter in load_charters() if charter.name == room.agent)
    name = f"ask_{room.os}_{room.verb}".replace("-", "_")
    router.post(
        f"/{room.verb}",
        operation_id=name,
        status_code=202,
        summary=f"Ask the {charter.title}",
        description=charter.focus,
    )(_asking(room))
    return router


def _asking(room: Room) -> Callable[[NewAnswer, KeyedDesk, Response], Accepted]:
    def ask(said: NewAnswer, desk: KeyedDesk, response: Response) -> Accepted:
        from virtual_office.questions.answers import open_answer  # with the agents' graph

        charter = next(charter for charter in load_charters() if charter.name == room.agent)
        desk.office.minds.require(charter)
        with desk.office.database.begin(desk.ctx) as session:
            run_id = open_answer(session, charter, said.question, desk.made_id("answer"))
            queue_run(session, run_id, "started")
        desk.house.telemetry.run_started(ANSWER)
        desk.house.background.wake()
        path = f"/api/v1/answers/{run_id}"
        response.headers["Location"] = path
        return Accepted(id=str(run_id), status="running", events=f"{path}/events")

    return ask


answers_router = APIRouter(prefix="/answers", tags=["crew"], responses=IN_A_BRAND, route_class=BrandRoute)


@answers_router.get("/{answer_id}", operation_id="show_answer")
def show(answer_id: UUID, desk: ReadDesk, lang: InLanguage = None) -> AgentAnswer:
    """The agent's answer with findings, proposals and receipts; as far as it has come, while it works."""
    from virtual_office.questions.answers import answer_document, find_answer

    with desk.read() as session:
        run = find_answer(session, answer_id)
        return AgentAnswer.model_validate(answer_document(session, run, lang or language_of(session)))


def _seen(answer_id: UUID, desk: OpenDesk, last_event_id: LastEventId = None, after: After = 0) -> int:
    return begin(desk, answer_id, ANSWER, last_event_id, after)


@answers_router.get(
    "/{answer_id}/events", operation_id="watch_answer", response_class=EventSourceResponse, responses=STREAMED
)
async def watch(
    answer_id: UUID, desk: OpenDesk, seen: Annotated[int, Depends(_seen)], follow: Follow = True
) -> AsyncIterator[ServerSentEvent]:
    """The agent's progress as server-sent events; see `watch_meeting`."""
    async for event in stream(desk, answer_id, seen, follow):
        yield event
