"""`/api/v1/meetings`: call one, watch it, take part in it, and read what it left."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import select, tuple_
from sqlmodel import col

from api.desk import BrandRoute, KeyedDesk, OpenDesk, ReadDesk, RequestDesk
from api.errors import IN_A_BRAND
from api.language import InLanguage
from api.pages import Cursor, Limit, Page, page_of, read_cursor
from api.shapes.meetings import MeetingDetails, MeetingLine, MinutesShape, NewMeeting, NewTurn, TurnShape
from api.shapes.words import Accepted
from api.streams import STREAMED, After, Follow, LastEventId, begin, stream
from bootstrap.held_runs import queue_run
from domain.actor import Permission
from domain.errors import Conflict, NotFound
from store.leases import is_alive
from store.session import BrandSession
from store.tables import Run
from virtual_office.meeting.runs import DONE, MEETING, find_run
from virtual_office.meeting.turns import Kind, Turn
from virtual_office.schedule.versions import language_of_run

meetings_router = APIRouter(prefix="/meetings", tags=["virtual office"], responses=IN_A_BRAND, route_class=BrandRoute)


@meetings_router.post("", operation_id="start_meeting", status_code=202)
def start(said: NewMeeting, desk: KeyedDesk, response: Response) -> Accepted:
    """Call a meeting. It is held in the background, whoever watches, and goes on after a kill."""
    from virtual_office.meeting.graph import Invitation, open_meeting  # with LangGraph

    wanted = Invitation(
        said.agenda, [str(agent) for agent in said.agents], said.limits.given(),
        {"wait": list(said.wait), "points": list(said.points)},
    )  # fmt: skip
    called = desk.office.meetings.called(desk.ctx, wanted)
    with desk.office.database.begin(desk.ctx) as session:
        run_id = open_meeting(session, called, desk.made_id("meeting"))
        queue_run(session, run_id, "started")
    desk.house.telemetry.run_started(MEETING)
    return _goes_on(desk, run_id, response)


@meetings_router.get("", operation_id="list_meetings")
def list_meetings(desk: ReadDesk, limit: Limit = 50, cursor: Cursor = None) -> Page[MeetingLine]:
    """The meetings held and under way, newest first."""
    from virtual_office.minutes.summary import run_line

    after = read_cursor(cursor, str, str)
    with desk.read() as session:
        wanted = select(Run).where(col(Run.kind) == MEETING)
        if after is not None:
            wanted = wanted.where(tuple_(col(Run.started_at), col(Run.id)) < _place(*after))
        newest = wanted.order_by(col(Run.started_at).desc(), col(Run.id).desc()).limit(limit + 1)
        return page_of(
            session.scalars(newest).all(),
            limit,
            lambda run: MeetingLine.model_validate(run_line(run)),
            lambda run: [run.started_at.isoformat(), str(run.id)],
        )


@meetings_router.get("/{meeting_id}", operation_id="show_meeting")
def show(meeting_id: UUID, desk: ReadDesk, lang: InLanguage = None) -> MeetingDetails:
    """All that it found, weighed and left, with its action items as they stand now."""
    from virtual_office.minutes.summary import meeting_document

    with desk.read() as session:
        run = _meeting(session, meeting_id)
        document = meeting_document(session, run.id, lang or language_of_run(session, run))
        held = run.status != DONE and is_alive(session, run.lease_pid, run.lease_started)
        return MeetingDetails.model_validate({**document, "held": held})


def _seen(meeting_id: UUID, desk: OpenDesk, last_event_id: LastEventId = None, after: After = 0) -> int:
    return begin(desk, meeting_id, MEETING, last_event_id, after)


@meetings_router.get(
    "/{meeting_id}/events", operation_id="watch_meeting", response_class=EventSourceResponse, responses=STREAMED
)
async def watch(
    meeting_id: UUID, desk: OpenDesk, seen: Annotated[int, Depends(_seen)], follow: Follow = True
) -> AsyncIterator[ServerSentEvent]:
    """The meeting's progress as server-sent events. Come again with the last id: nothing is missed or told twice."""
    async for event in stream(desk, meeting_id, seen, follow):
        yield event


@meetings_router.post("/{meeting_id}/turns", operation_id="take_turn", status_code=201)
def take_turn(meeting_id: UUID, said: NewTurn, desk: KeyedDesk) -> TurnShape:
    """Ask, object, strike, limit, add a point, invite an agent, or let a meeting that waits go on (`go`)."""
    from virtual_office.meeting.table import table_document

    turn = Turn(said.kind, said.text, said.proposal, said.limits.given())
    turn_id = desk.office.meetings.say(desk.ctx, str(meeting_id), turn)
    with desk.office.database.begin(desk.ctx) as session:
        if said.kind is Kind.GO:
            queue_run(session, meeting_id, str(turn_id))
        mine = next(turn for turn in table_document(session, meeting_id)["turns"] if turn["id"] == str(turn_id))
    desk.house.background.wake()
    return TurnShape.model_validate(mine)


@meetings_router.post("/{meeting_id}/resume", operation_id="resume_meeting", status_code=202)
def resume(meeting_id: UUID, desk: KeyedDesk, response: Response) -> Accepted:
    """Go on with a meeting that was interrupted; one that waits goes on with a turn `go`. Nothing is done again."""
    desk.ctx.require(Permission.MEETING_HOLD)
    with desk.office.database.begin(desk.ctx) as session:
        run = _meeting(session, meeting_id)
        if run.status == DONE:
            raise Conflict("This meeting is over.", remedy="Call another one.")
        if is_alive(session, run.lease_pid, run.lease_started):
            raise Conflict("This meeting is being held.", remedy="Watch it: …/events.")
        queue_run(session, meeting_id, str(desk.made_id("resume")))
    return _goes_on(desk, meeting_id, response)


@meetings_router.get(
    "/{meeting_id}/minutes",
    operation_id="read_minutes",
    response_model=MinutesShape,
    responses={200: {"content": {"text/markdown": {}, "application/pdf": {}}, "description": "The minutes."}},
)
def minutes(
    meeting_id: UUID, desk: ReadDesk, lang: InLanguage = None, form: Literal["json", "md", "pdf"] = "json"
) -> Any:
    """The minutes, in English or German: as JSON, Markdown or PDF."""
    from virtual_office.minutes.summary import minutes_document, minutes_paper

    with desk.read() as session:
        run = _meeting(session, meeting_id)
        language = lang or language_of_run(session, run)
        paper = minutes_paper(session, run, language)
        document = minutes_document(session, paper) if form != "pdf" else {}
    if form == "json":
        return MinutesShape(meeting_id=str(meeting_id), language=language, **document)
    if form == "md":
        return Response(document["minutes"], media_type="text/markdown; charset=utf-8")
    from language.pdf import write_pdf

    named = {"Content-Disposition": f'attachment; filename="minutes-{str(meeting_id)[-8:]}-{language}.pdf"'}
    return Response(write_pdf(paper), media_type="application/pdf", headers=named)


def _goes_on(desk: RequestDesk, run_id: UUID, response: Response) -> Accepted:
    desk.house.background.wake()
    path = f"/api/v1/meetings/{run_id}"
    response.headers["Location"] = path
    with desk.office.database.read(desk.ctx) as session:
        return Accepted(id=str(run_id), status=_meeting(session, run_id).status, events=f"{path}/events")


def _meeting(session: BrandSession, meeting_id: UUID) -> Run:
    return find_run(session, str(meeting_id))


def _place(started: str, run_id: str) -> tuple[datetime, UUID]:
    try:
        moment = datetime.fromisoformat(started)
        return (moment, UUID(run_id)) if moment.tzinfo else _no_page()
    except ValueError:
        return _no_page()


def _no_page() -> tuple[datetime, UUID]:
    raise NotFound("There is no such page.", remedy="Begin without a cursor.")
