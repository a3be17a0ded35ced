"""Meetings on a schedule: once a slot, one after a week of silence, none when paused; versions with reasons."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from automation.worker import JobResult
from domain.clock import FixedClock
from domain.context import Context
from domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from domain.ids import TimeOrderedIds
from store.tables import ActionItem, AuditEntry, Job, Run
from tests.integration.virtual_office.conftest import Firm
from virtual_office.meeting.runs import PlannedSlot, start_run
from virtual_office.schedule import versions as schedule
from virtual_office.schedule.definition import MeetingDefinition, WaitAfter
from virtual_office.schedule.due import HOLD_JOB, due_slots, queue_due_meetings
from virtual_office.schedule.versions import SHIPPED, definition_of, definitions, set_definition, versions_of

DAILY = MeetingDefinition(name="daily", title="Daily", agenda="Prices", at="08:00", attendees=("pricing_director",))


def at(firm: Firm, moment: datetime) -> Context:
    clock = FixedClock(moment)
    return replace(firm.owner, clock=clock, ids=TimeOrderedIds(clock))


def day(firm: Firm, days: int, hour: int = 9) -> Context:
    """The owner, so many days on, at this hour (UTC, which is the brand's zone)."""
    start = firm.owner.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return at(firm, start + timedelta(days=days, hours=hour))


def put(firm: Firm, definition: MeetingDefinition, ctx: Context | None = None, reason: str = "we want it") -> None:
    with firm.office.database.begin(ctx or firm.owner) as session:
        set_definition(session, definition, reason)


def held(results: list[JobResult]) -> list[str]:
    assert all(result.ok for result in results), [result.outcome for result in results]
    return [result.outcome for result in results if result.kind == HOLD_JOB]


def slots(firm: Firm) -> list[datetime]:
    return sorted(run.slot for run in firm.rows(Run) if run.slot)


def test_a_due_meeting_is_held_once_by_its_definition(firm: Firm) -> None:
    put(firm, DAILY.model_copy(update={"limits": DAILY.limits.model_copy(update={"attention": 1, "cash": "50.50"})}))
    (outcome,) = held(firm.office.work(day(firm, 1)))
    assert outcome.startswith("daily: held as ")
    assert held(firm.office.work(day(firm, 1, hour=20))) == []
    (run,) = firm.rows(Run)
    assert (run.definition, run.definition_version, run.agents) == ("daily", 1, ["pricing_director"])
    assert run.limits == {"attention": 1, "cash": 5_050}
    assert (run.status, run.started_by) == ("done", "system:schedule")
    assert run.slot == day(firm, 1, hour=8).now()
    assert "**By schedule:** daily, version 1" in firm.document(run.id)["minutes"]
    assert len(firm.rows(ActionItem)) == 1


def test_nothing_is_held_before_its_time_nor_for_a_time_before_it_was_set(firm: Firm) -> None:
    put(firm, DAILY, day(firm, 1, hour=9))
    assert held(firm.office.work(day(firm, 1, hour=10))) == []
    assert held(firm.office.work(day(firm, 2, hour=7))) == []
    assert len(held(firm.office.work(day(firm, 2, hour=8)))) == 1


def test_after_a_week_of_silence_one_meeting_is_held_not_seven(firm: Firm) -> None:
    put(firm, DAILY)
    assert len(held(firm.office.work(day(firm, 8)))) == 1
    assert slots(firm) == [day(firm, 8, hour=8).now()]


def test_a_queued_slot_gives_way_to_a_newer_one(firm: Firm) -> None:
    put(firm, DAILY)
    with firm.office.database.begin(day(firm, 1)) as session:
        queue_due_meetings(session)
    outcomes = held(firm.office.work(day(firm, 3)))
    assert [outcome.startswith("daily: held as") for outcome in outcomes] == [False, True]
    assert slots(firm) == [day(firm, 3, hour=8).now()]


def test_two_workers_at_once_hold_one_meeting(firm: Firm) -> None:
    put(firm, DAILY)
    with ThreadPoolExecutor(2) as workers:
        both = [workers.submit(firm.office.work, day(firm, 1)) for _ in range(2)]
    assert sum(len(held(worker.result())) for worker in both) == 1
    assert len(slots(firm)) == 1
    assert len([job for job in firm.rows(Job) if job.kind == HOLD_JOB]) == 1


def test_the_database_itself_refuses_a_second_meeting_for_a_slot(firm: Firm) -> None:
    planned = PlannedSlot("daily", 1, firm.owner.now())
    with firm.office.database.begin(firm.owner) as session:
        start_run(session, "Prices", [], planned=planned)
    with pytest.raises(IntegrityError), firm.office.database.begin(firm.owner) as session:
        start_run(session, "Prices", [], planned=planned)


def test_an_interrupted_meeting_is_gone_on_with(firm: Firm) -> None:
    put(firm, DAILY)
    ctx = day(firm, 1)
    slot = day(firm, 1, hour=8).now()
    with firm.office.database.begin(ctx) as session:
        begun = start_run(session, "Prices", ["pricing_director"], planned=PlannedSlot("daily", 1, slot))
    (outcome,) = held(firm.office.work(ctx))
    assert outcome == f"daily: went on with {begun}"
    assert [run.status for run in firm.rows(Run)] == ["done"]


def test_a_paused_or_removed_definition_holds_none(firm: Firm) -> None:
    put(firm, DAILY)
    database = firm.office.database
    with database.begin(firm.owner) as session:
        schedule.pause(session, "daily", "holidays")
    assert held(firm.office.work(day(firm, 1))) == []
    with database.begin(day(firm, 1)) as session:
        schedule.pause(session, "daily", "back again", paused=False)
    assert held(firm.office.work(day(firm, 1, hour=12))) == [], "what was missed while paused is not made up for"
    assert len(held(firm.office.work(day(firm, 2)))) == 1
    with database.begin(day(firm, 2)) as session:
        schedule.remove(session, "daily", "too many meetings")
        with pytest.raises(NotFound, match="was removed"):
            definition_of(session, "daily")
    assert held(firm.office.work(day(firm, 5))) == []


def test_a_job_that_was_queued_before_the_pause_holds_none(firm: Firm) -> None:
    put(firm, DAILY)
    with firm.office.database.begin(day(firm, 1)) as session:
        queue_due_meetings(session)
        schedule.pause(session, "daily", "holidays")
    assert held(firm.office.work(day(firm, 1))) == ["daily: not held, as the schedule no longer asks for it"]
    assert firm.rows(Run) == []


def test_the_products_own_definitions_hold_none_until_they_are_resumed(firm: Firm) -> None:
    with firm.office.database.read(firm.owner) as session:
        assert {(definition.name, definition.version) for definition in definitions(session)} == {
            ("daily-stand-up", SHIPPED),
            ("weekly-trading-review", SHIPPED),
        }
        assert due_slots(session) == []
    assert held(firm.office.work(day(firm, 30))) == []


def test_every_version_keeps_author_reason_and_difference_and_can_be_brought_back(firm: Firm) -> None:
    put(firm, DAILY)
    put(firm, DAILY.model_copy(update={"at": "09:30"}), reason="eight is too early")
    with firm.office.database.begin(firm.owner) as session:
        schedule.roll_back(session, "daily", 1, "nine is too late")
        schedule.roll_back(session, "daily", None, "no, it is not")
        versions = versions_of(session, "daily")
        assert definition_of(session, "daily").definition.at == "09:30"
    assert [(version.version, version.definition and version.definition.at) for version in versions] == [
        (1, "08:00"), (2, "09:30"), (3, "08:00"), (4, "09:30"),
    ]  # fmt: skip
    assert [version.reason for version in versions][1:3] == ["eight is too early", "nine is too late"]
    assert {version.author for version in versions} == {firm.owner.actor.label}
    entries = [row for row in firm.rows(AuditEntry) if row.action == "meeting_definition.set"]
    assert [row.detail["changes"] for row in entries][1] == [{"field": "at", "before": "08:00", "after": "09:30"}]


def test_the_past_knows_only_the_versions_of_its_time(firm: Firm) -> None:
    put(firm, DAILY)
    put(firm, DAILY.model_copy(update={"at": "09:30"}), day(firm, 3))
    with firm.office.database.read(day(firm, 2)) as session:
        assert definition_of(session, "daily").version == 1


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_a_change_needs_a_reason(firm: Firm, reason: str) -> None:
    with pytest.raises(InvalidInput, match="reason"):
        put(firm, DAILY, reason=reason)


def test_what_says_the_same_is_no_change_and_what_is_unknown_is_not_found(firm: Firm) -> None:
    put(firm, DAILY)
    with pytest.raises(Conflict, match="says so already"):
        put(firm, DAILY)
    attempts: list[Any] = [
        lambda session: schedule.pause(session, "ghost", "x"),
        lambda session: schedule.roll_back(session, "daily", 7, "x"),
        lambda session: versions_of(session, "ghost"),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound), firm.office.database.begin(firm.owner) as session:
            attempt(session)


def test_who_may_not_hold_meetings_sets_no_schedule(firm: Firm) -> None:
    with pytest.raises(Forbidden):
        put(firm, DAILY, firm.operator)


def test_a_limit_that_no_coin_can_pay_is_refused(firm: Firm) -> None:
    limits = DAILY.limits.model_copy(update={"cash": "1.005"})
    with pytest.raises(InvalidInput, match="decimals"):
        put(firm, DAILY.model_copy(update={"limits": limits}))


def test_the_clock_of_the_brand_decides_across_the_change_to_summer_time(firm: Firm) -> None:
    set_zone(firm, "Europe/Berlin")
    put(firm, DAILY)
    due = []
    for days in range(25, 28):  # 27 March 2026 to 29 March 2026, from 2 March on
        with firm.office.database.read(day(firm, days, hour=12)) as session:
            due += [slot.at for slot in due_slots(session)]
    assert due == [datetime(2026, 3, 27, 7, tzinfo=UTC), datetime(2026, 3, 28, 7, tzinfo=UTC),
                   datetime(2026, 3, 29, 6, tzinfo=UTC)]  # fmt: skip


def set_zone(firm: Firm, zone: str) -> None:
    """As it would have been founded: no verb changes it later."""
    engine = create_engine(firm.office.database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("update brand set zone = :zone"), {"zone": zone})
    engine.dispose()


def test_a_scheduled_meeting_waits_for_people_as_long_as_it_says_and_then_goes_on(firm: Firm) -> None:
    put(firm, DAILY.model_copy(update={"wait": (WaitAfter.CHALLENGE,), "wait_hours": 2}))
    held(firm.office.work(day(firm, 1)))
    (run,) = firm.rows(Run)
    document = firm.document(run.id)
    assert (document["status"], document["waits_after"]) == ("waiting", "challenge")
    assert document["waits_until"] == day(firm, 1, hour=11).now().isoformat()
    assert held(firm.office.work(day(firm, 1, hour=10))) == []
    assert [run.status for run in firm.rows(Run)] == ["waiting"]
    went_on = firm.office.work(day(firm, 1, hour=11))
    assert [(job.kind, job.ok) for job in went_on] == [("meeting.go_on", True)]
    assert firm.office.work(day(firm, 1, hour=12)) == []
    assert firm.document(run.id)["status"] == "done"
    assert len(firm.rows(ActionItem)) == 1


def test_what_people_let_go_on_in_time_does_not_go_on_twice(firm: Firm) -> None:
    put(firm, DAILY.model_copy(update={"wait": (WaitAfter.REPORT, WaitAfter.DECIDE), "wait_hours": 2}))
    held(firm.office.work(day(firm, 1)))
    (run,) = firm.rows(Run)
    firm.office.meetings.resume(day(firm, 1, hour=10), str(run.id))
    document = firm.document(run.id)
    assert (document["waits_after"], document["waits_until"]) == ("decide", day(firm, 1, hour=12).now().isoformat())
    assert firm.office.work(day(firm, 1, hour=11)) == [], "each step has its own time"
    firm.office.work(day(firm, 1, hour=12))
    assert firm.document(run.id)["status"] == "done"


def test_a_hold_that_is_run_again_leaves_the_waiting_meeting_waiting(firm: Firm) -> None:
    """Killed after the meeting began to wait and before its job was closed."""
    put(firm, DAILY.model_copy(update={"wait": (WaitAfter.CHALLENGE,)}))
    held(firm.office.work(day(firm, 1)))
    with firm.office.database.begin(day(firm, 1)) as session:
        (job,) = session.scalars(select(Job).where(col(Job.kind) == HOLD_JOB)).all()
        job.status = "queued"
    (outcome,) = held(firm.office.work(day(firm, 1, hour=10)))
    assert "waits for people" in outcome
    assert [run.status for run in firm.rows(Run)] == ["waiting"]


@pytest.mark.parametrize("hours", [0, -1, 10_000])
def test_nobody_waits_for_no_time_or_for_ever(firm: Firm, hours: int) -> None:
    with pytest.raises(InvalidInput, match="waits between 1 and 336 hours"):
        firm.office.meetings.meet(firm.owner, "Prices", manner={"wait": ["report"], "wait_hours": hours})
    assert firm.rows(Run) == []
