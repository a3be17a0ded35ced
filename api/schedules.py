"""`/api/v1/{os}/automation/schedules`: what is done at times: rules with cron times, and meetings."""

from collections.abc import Iterator

from fastapi import APIRouter, Response

from api.automation import Os, RuleName
from api.desk import BrandRoute, KeyedDesk, ReadDesk, RequestDesk
from api.errors import ANSWERED, IN_A_BRAND
from api.pages import Page, all_of
from api.shapes.automation import Because
from api.shapes.executions import ScheduleLine
from api.tags import IfMatch, require_tag, tagged
from automation import definitions
from automation.cron import next_slot
from automation.rule import Rule
from domain.errors import NotFound
from store.reads.settings import brand_of
from store.session import BrandSession
from virtual_office.schedule import versions as schedule

OF_MEETINGS = "virtual-office"
"""The part of the business that meetings belong to."""
schedules_router = APIRouter(
    prefix="/{os}/automation/schedules", tags=["automation"], responses=IN_A_BRAND | ANSWERED, route_class=BrandRoute
)


@schedules_router.get("", operation_id="list_schedules")
def list_schedules(os: Os, desk: ReadDesk) -> Page[ScheduleLine]:
    """Scheduled rules of a part of the business, with their next time; meetings belong to `virtual-office`."""
    with desk.read() as session:
        return all_of(list(_lines(session, os)))


@schedules_router.get("/{name}", operation_id="show_schedule")
def show_schedule(os: Os, name: RuleName, desk: ReadDesk, response: Response) -> ScheduleLine:
    """One of them; its ETag is the version of its rule or meeting."""
    with desk.read() as session:
        return _shown(_line(session, os, name), response)


@schedules_router.post("/{name}/pause", operation_id="pause_schedule")
def pause(
    os: Os, name: RuleName, said: Because, desk: KeyedDesk, response: Response, if_match: IfMatch
) -> ScheduleLine:
    """Let its times pass by until it is resumed."""
    return _switched(os, name, said.reason, desk, response, if_match, paused=True)


@schedules_router.post("/{name}/resume", operation_id="resume_schedule")
def resume(
    os: Os, name: RuleName, said: Because, desk: KeyedDesk, response: Response, if_match: IfMatch
) -> ScheduleLine:
    """Go on with its next time."""
    return _switched(os, name, said.reason, desk, response, if_match, paused=False)


def _switched(
    os: str, name: str, reason: str, desk: RequestDesk, response: Response, if_match: str, *, paused: bool
) -> ScheduleLine:
    with desk.office.database.begin(desk.ctx) as session:
        line = _line(session, os, name)
        require_tag(if_match, line.etag, "The schedule")
        if line.kind == "rule":
            definitions.disable(session, name, reason, paused=paused)
        else:
            schedule.pause(session, name, reason, paused=paused)
        return _shown(_line(session, os, name), response)


def _shown(line: ScheduleLine, response: Response) -> ScheduleLine:
    tagged(response, line.etag)
    return line


def _line(session: BrandSession, os: str, name: str) -> ScheduleLine:
    line = next((line for line in _lines(session, os) if line.name == name), None)
    if line is None:
        raise NotFound(f"There is no schedule {name} of {os}.")
    return line


def _lines(session: BrandSession, os: str) -> Iterator[ScheduleLine]:
    zone, now = brand_of(session).zone, session.ctx.now()
    for version in definitions.holding(session, "rule"):
        rule = version.document
        if isinstance(rule, Rule) and rule.at is not None and rule.module == os:
            yield ScheduleLine(
                name=rule.name, kind="rule", title=rule.title, at=rule.at.cron, zone=zone, paused=rule.paused,
                next=None if rule.paused else next_slot(rule.at.cron, zone, now), version=version.version,
                etag=f"rule-{rule.name}-{version.version}",
            )  # fmt: skip
    if os == OF_MEETINGS:
        for scheduled in schedule.definitions(session):
            meeting = scheduled.definition
            yield ScheduleLine(
                name=scheduled.name, kind="meeting", title=meeting.title, at=meeting.rhythm_in_words(), zone=zone,
                paused=meeting.paused, next=None if meeting.paused else meeting.next_slot(zone, now),
                version=scheduled.version, etag=f"meeting-{scheduled.name}-{scheduled.version}",
            )  # fmt: skip
