"""The job runner: due jobs once, a dead holder's job freed, failures tried again and then given up."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from automation.worker import Worker
from domain.clock import FixedClock
from domain.context import Context
from domain.errors import Conflict
from domain.ids import TimeOrderedIds
from store.database import Database
from store.jobs import MAX_ATTEMPTS, claim_due, enqueue
from store.leases import lease_holder
from store.tables import Job

NewBrand = Callable[..., Context]
KIND = "test.job"


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def ctx(new_brand: NewBrand) -> Context:
    return new_brand()


def later(ctx: Context, **by: float) -> Context:
    clock = FixedClock(ctx.now() + timedelta(**by))
    return replace(ctx, clock=clock, ids=TimeOrderedIds(clock))


def queue(database: Database, ctx: Context, key: str, **delay: float) -> None:
    with database.begin(ctx) as session:
        enqueue(session, KIND, key, {"key": key}, ctx.now() + timedelta(**delay))


def jobs(database: Database, ctx: Context) -> dict[str, Job]:
    with database.read(ctx) as session:
        return {job.key: job for job in session.scalars(select(Job))}


class Recorder:
    """A handler that notes what it was given, and may fail."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.seen: list[str] = []
        self.error = error

    def __call__(self, _ctx: Context, payload: Mapping[str, Any]) -> str:
        self.seen.append(payload["key"])
        if self.error:
            raise self.error
        return "well"


def test_due_jobs_run_once_in_the_order_they_became_due(database: Database, ctx: Context) -> None:
    for key, minutes in (("second", 2), ("first", 1), ("much later", 600)):
        queue(database, ctx, key, minutes=minutes)
    handler = Recorder()
    worker = Worker(database, {KIND: handler})
    assert worker.run_due(ctx) == []
    assert [result.ok for result in worker.run_due(later(ctx, minutes=5))] == [True, True]
    assert worker.run_due(later(ctx, minutes=6)) == []
    assert handler.seen == ["first", "second"]


def test_a_job_is_queued_once_for_its_key_also_after_it_ran(database: Database, ctx: Context) -> None:
    handler = Recorder()
    for _ in range(2):
        queue(database, ctx, "only")
        queue(database, ctx, "only")
        Worker(database, {KIND: handler}).run_due(ctx)
    assert handler.seen == ["only"]


def test_jobs_of_another_brand_are_not_run(database: Database, ctx: Context, new_brand: NewBrand) -> None:
    queue(database, ctx, "mine")
    handler = Recorder()
    assert Worker(database, {KIND: handler}).run_due(new_brand("other")) == []
    assert handler.seen == []


def test_a_job_whose_holder_was_killed_is_taken_up_again(database: Database, ctx: Context) -> None:
    queue(database, ctx, "cut short")
    with pytest.raises(Killed):
        Worker(database, {KIND: Recorder(Killed())}).run_due(ctx)
    assert jobs(database, ctx)["cut short"].status == "leased"
    handler = Recorder()
    (result,) = Worker(database, {KIND: handler}).run_due(ctx)
    assert (result.ok, handler.seen) == (True, ["cut short"])


def test_a_job_held_by_a_living_process_is_left_to_it(database: Database, ctx: Context) -> None:
    queue(database, ctx, "held")
    with lease_holder(database) as holder:
        with database.begin(ctx) as session:
            assert claim_due(session, holder, [KIND]) is not None
        assert Worker(database, {KIND: Recorder()}).run_due(ctx) == []


def test_a_failure_is_tried_again_after_a_pause_that_doubles_then_given_up(database: Database, ctx: Context) -> None:
    queue(database, ctx, "stubborn")
    handler = Recorder(Conflict("not now"))
    worker = Worker(database, {KIND: handler})
    assert [result.outcome for result in worker.run_due(ctx)] == ["not now"]
    assert worker.run_due(later(ctx, seconds=59)) == []
    for hour in range(1, MAX_ATTEMPTS + 3):
        worker.run_due(later(ctx, hours=hour))
    assert len(handler.seen) == MAX_ATTEMPTS
    job = jobs(database, ctx)["stubborn"]
    assert (job.status, job.attempts, job.last_error) == ("dead", MAX_ATTEMPTS, "not now")


def test_one_failing_job_does_not_keep_the_others(database: Database, ctx: Context) -> None:
    other = "test.other"
    queue(database, ctx, "bad")
    with database.begin(ctx) as session:
        enqueue(session, other, "good", {"key": "good"}, ctx.now())
    good = Recorder()
    results = Worker(database, {KIND: Recorder(ValueError("broken")), other: good}).run_due(ctx)
    assert sorted(result.ok for result in results) == [False, True]
    assert good.seen == ["good"]


def test_jobs_of_an_unknown_kind_wait_for_a_version_that_knows_them(database: Database, ctx: Context) -> None:
    queue(database, ctx, "from the future")
    assert Worker(database, {"other": Recorder()}).run_due(ctx) == []
    assert jobs(database, ctx)["from the future"].status == "queued"
