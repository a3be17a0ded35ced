"""A process that outlives its embedded server brings it back: what was under way is undone, and all else goes on."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlmodel import col

from automation.worker import Worker
from bootstrap import Office
from domain.context import Context
from domain.errors import DomainError, OutcomeUnknown, StoreUnavailable
from identity.brands import NewBrand
from identity.local import create_local_brand
from identity.open_context import open_context
from settings import Settings
from store.database import Database
from store.embedded import status, stop
from store.engine import open_engine
from store.group_commit import Batch
from store.jobs import enqueue
from store.session import BrandSession
from store.tables import ActionItem, Channel, Job, Run
from tests.integration.priced_brand import Planted, plant
from tests.integration.store.test_embedded import children, eventually, is_alive

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")
AT_ONCE = 12


@dataclass
class Mortal:
    """An office over an embedded server of its own, which can be killed."""

    office: Office
    ctx: Context

    @property
    def home(self) -> Path:
        return self.office.settings.home

    @property
    def database(self) -> Database:
        return self.office.database

    def kill(self) -> None:
        """End the server as a power cut would, and return once all that it had started has ended too."""
        pid = status(self.home).server_pid
        assert pid is not None
        started = children(pid)
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: not any(map(is_alive, started)))

    def starts(self) -> int:
        """How often the server was started until now."""
        return (self.home / "postgres/keeper.log").read_text().count("started server")

    def channels(self) -> list[str]:
        with self.database.read(self.ctx) as session:
            return sorted(session.scalars(select(col(Channel.code))))

    def rows(self, table: type[Any]) -> list[Any]:
        with self.database.read(self.ctx) as session:
            return list(session.scalars(select(table)))


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    home = tmp_path_factory.mktemp("home")
    office = Office.open(Settings(home=home))
    create_local_brand(office.database, home, "owner", NewBrand("acme", "Acme", "EUR"))
    ctx = open_context(office.database, home, "owner", brand="acme")
    plant(office.database, ctx, [Planted("CHEAP", 1000, 400, -1.3)], max_price_change_bps_per_day=800)
    yield Mortal(office, ctx)
    office.close()
    stop(home)


def adding(code: str) -> Callable[[BrandSession], None]:
    def add(session: BrandSession) -> None:
        session.add(Channel(code=code, title=code, known_at=session.ctx.now()))
        session.flush()

    return add


def test_whoever_asks_next_is_answered_and_the_server_is_started_once(mortal: Mortal) -> None:
    together = Barrier(AT_ONCE, timeout=60)

    def read(_number: int) -> list[str]:
        with mortal.database.read(mortal.ctx) as session:
            together.wait()  # so many connections in the pool
            return sorted(session.scalars(select(col(Channel.code))))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        before = list(pool.map(read, range(AT_ONCE)))
        starts = mortal.starts()
        mortal.kill()
        assert list(pool.map(read, range(AT_ONCE))) == before
    assert mortal.starts() == starts + 1


def test_a_transaction_under_way_is_undone_and_says_so(mortal: Mortal) -> None:
    with pytest.raises(StoreUnavailable) as caught, mortal.database.begin(mortal.ctx) as session:
        adding("lost")(session)
        mortal.kill()
        adding("more")(session)
    assert (caught.value.status, caught.value.written, caught.value.details["retry_after"]) == (503, False, 1)
    assert not {"lost", "more"} & set(mortal.channels())


def test_of_a_commit_that_is_not_answered_nobody_claims_to_know_what_came(mortal: Mortal) -> None:
    with pytest.raises(OutcomeUnknown) as caught, mortal.database.begin(mortal.ctx) as session:
        adding("perhaps")(session)
        event.listen(session, "before_commit", lambda _session: mortal.kill())
    assert caught.value.envelope()["error"]["details"]["written"] is None
    assert "perhaps" not in mortal.channels()  # it did not get as far; but who was cut off cannot know that


def test_a_caller_within_a_transaction_does_not_take_a_lost_server_for_its_own_error(mortal: Mortal) -> None:
    taken: list[DomainError] = []
    with pytest.raises(StoreUnavailable), mortal.database.begin(mortal.ctx) as session:
        adding("kept")(session)
        mortal.kill()
        try:
            adding("more")(session)
        except DomainError as error:
            taken.append(error)
    assert taken == []


def test_what_is_committed_together_is_committed_all_the_same(mortal: Mortal) -> None:
    tries: list[int] = []

    def add(batch: Batch) -> str:
        tries.append(1)
        if len(tries) == 1:
            mortal.kill()
        adding("together")(batch.session)
        return "done"

    mortal.database.soon(mortal.ctx, lambda batch: adding("soon")(batch.session))
    assert mortal.database.together(mortal.ctx, add) == "done"
    assert {"soon", "together"} <= set(mortal.channels())
    assert len(tries) == 2


def test_what_may_have_been_committed_together_is_not_done_again(mortal: Mortal) -> None:
    def add(batch: Batch) -> None:
        adding("once")(batch.session)
        mortal.kill()

    with pytest.raises(OutcomeUnknown):
        mortal.database.together(mortal.ctx, add)
    assert "once" not in mortal.channels()


def test_a_worker_that_holds_one_lease_for_life_takes_it_anew(mortal: Mortal) -> None:
    seen: list[str] = []

    def handle(_ctx: Context, payload: Any) -> str:
        seen.append(payload["key"])
        return "well"

    worker = Worker(mortal.database, {"test.job": handle})

    def queue(key: str) -> None:
        with mortal.database.begin(mortal.ctx) as session:
            enqueue(session, "test.job", key, {"key": key}, mortal.ctx.now())

    with worker.held():
        queue("before")
        worker.run_due(mortal.ctx)
        mortal.kill()
        queue("after")
        worker.run_due(mortal.ctx)
    assert seen == ["before", "after"]
    holders = {job.key: (job.lease_pid, job.lease_started) for job in mortal.rows(Job) if job.kind == "test.job"}
    assert holders["before"] != holders["after"]


@pytest.mark.parametrize("step", ["tool", "decide", "action_items"])
def test_a_meeting_goes_on_from_where_it_stood(mortal: Mortal, step: str) -> None:
    steps: list[str] = []

    def progress(reached: str, _detail: str) -> None:
        steps.append(reached)
        if reached == step and steps.count(step) == 1:
            mortal.kill()

    run_id = mortal.office.meetings.meet(mortal.ctx, "Prices", ["pricing_director"], progress)
    (run,) = (run for run in mortal.rows(Run) if run.id == run_id)
    assert run.status == "done"
    assert "broken off" in steps
    items = [item for item in mortal.rows(ActionItem) if item.run_id == run_id]
    assert len({item.proposal_id for item in items}) == len(items)


def test_a_database_folder_that_is_gone_is_told_and_not_replaced_by_an_empty_one(mortal: Mortal) -> None:
    data, aside = mortal.home / "postgres/data", mortal.home / "postgres/aside"
    mortal.kill()
    data.rename(aside)
    try:
        with pytest.raises(StoreUnavailable, match="is gone"):
            mortal.channels()
        assert not data.exists()
    finally:
        aside.rename(data)
    assert mortal.channels()


def test_a_server_that_does_not_come_back_is_told_with_what_to_do_and_tried_again_later(mortal: Mortal) -> None:
    version = mortal.home / "postgres/data/PG_VERSION"
    own = version.read_text()
    mortal.kill()
    version.write_text("17\n")
    try:
        with pytest.raises(StoreUnavailable, match="made by PostgreSQL 17") as caught:
            mortal.channels()
        assert "MHOS_DATABASE_URL" in caught.value.remedy
    finally:
        version.write_text(own)
    assert mortal.channels()


def test_connections_that_a_server_of_ones_own_has_ended_are_replaced(
    database: Database, new_brand: Callable[..., Context]
) -> None:
    ctx = new_brand()
    together = Barrier(4, timeout=60)

    def read(_number: int) -> None:
        with database.read(ctx) as session:
            session.scalars(select(Channel)).all()
            together.wait()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, range(4)))
        owner = open_engine(database.owner_url)
        with owner.connect() as connection:
            ended = text(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
            assert connection.execute(ended).scalar_one() >= 4
        owner.dispose()
        list(pool.map(read, range(4)))
