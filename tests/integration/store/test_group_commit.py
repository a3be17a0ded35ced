"""Group commit: shared transactions in which each meets its own fate; what nobody waited for is not lost silently."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.context import Context
from store.database import Database
from store.group_commit import Batch
from store.tables import ModelSpend
from tests.integration.priced_brand import start_run

pytestmark = pytest.mark.own_database

NewBrand = Callable[..., Context]


class Desk:
    """A run of a brand, and rows for it."""

    def __init__(self, database: Database, ctx: Context) -> None:
        self.database, self.ctx = database, ctx
        self.run_id = start_run(database, ctx)

    def row(self, model: str, call: UUID | None = None) -> dict[str, object]:
        return {
            "id": self.ctx.new_id(), "run_id": self.run_id, "call_id": call or self.ctx.new_id(), "agent": "a",
            "model": model, "entry": "reserved", "outcome": "", "input_tokens": 1, "output_tokens": 1,
            "cost_micros": 1, "estimated": False, "price_known": True, "created_at": self.ctx.now(),
        }  # fmt: skip

    def adding(self, model: str, call: UUID | None = None, *, unless_there: bool = False) -> Callable[[Batch], Batch]:
        row = self.row(model, call)

        def add(batch: Batch) -> Batch:
            batch.append(ModelSpend, row, unless_there=unless_there)
            return batch

        return add

    def models(self) -> list[str]:
        with self.database.read(self.ctx) as session:
            return sorted(row.model for row in session.scalars(select(ModelSpend)))


@pytest.fixture
def desk(database: Database, new_brand: NewBrand) -> Desk:
    return Desk(database, new_brand())


def busy(desk: Desk, pool: ThreadPoolExecutor) -> Event:
    """A commit that is under way until the event is set."""
    begun, go = Event(), Event()

    def slow(_: Batch) -> None:
        begun.set()
        assert go.wait(30)

    pool.submit(desk.database.together, desk.ctx, slow)
    assert begun.wait(30)
    return go


def all_waiting(desk: Desk, count: int) -> None:
    queue = desk.database._together.of(desk.ctx.brand_id)._queue
    for _ in range(3_000):
        if len(queue) == count:
            return
        Event().wait(0.01)
    raise AssertionError(f"{len(queue)} wait")


def test_who_comes_while_another_commits_shares_the_next_transaction(desk: Desk) -> None:
    with ThreadPoolExecutor(9) as pool:
        go = busy(desk, pool)
        waiting = [pool.submit(desk.database.together, desk.ctx, desk.adding(f"m{n}")) for n in range(8)]
        all_waiting(desk, 8)
        go.set()
        batches = {id(future.result(30)) for future in waiting}
    assert len(batches) == 1
    assert desk.models() == [f"m{n}" for n in range(8)]


def test_what_fails_for_one_fails_for_nobody_else(desk: Desk) -> None:
    def refuse(_: Batch) -> None:
        raise ValueError("no")

    taken = desk.ctx.new_id()
    desk.database.together(desk.ctx, desk.adding("there", taken))
    with ThreadPoolExecutor(5) as pool:
        go = busy(desk, pool)
        good = [pool.submit(desk.database.together, desk.ctx, desk.adding(f"good{n}")) for n in range(2)]
        refused = pool.submit(desk.database.together, desk.ctx, refuse)
        double = pool.submit(desk.database.together, desk.ctx, desk.adding("double", taken))
        all_waiting(desk, 4)
        go.set()
        assert [future.exception(30) for future in good] == [None, None]
        assert isinstance(refused.exception(30), ValueError)
        assert isinstance(double.exception(30), IntegrityError)
    assert desk.models() == ["good0", "good1", "there"]


def test_what_nobody_waits_for_is_written_before_what_comes_after_it(desk: Desk) -> None:
    desk.database.soon(desk.ctx, desk.adding("first"))
    assert desk.models() == []
    desk.database.together(desk.ctx, desk.adding("second"))
    assert desk.models() == ["first", "second"]
    desk.database.soon(desk.ctx, desk.adding("third"))
    desk.database.flush(desk.ctx)
    assert desk.models() == ["first", "second", "third"]


def test_what_failed_unawaited_is_told_to_its_actor_once_and_to_nobody_else(desk: Desk) -> None:
    other = replace(desk.ctx, actor=desk.ctx.actor.model_copy(update={"id": desk.ctx.new_id()}))
    taken = desk.ctx.new_id()
    desk.database.together(desk.ctx, desk.adding("there", taken))
    desk.database.soon(desk.ctx, desk.adding("double", taken))
    desk.database.together(other, desk.adding("theirs"))
    with pytest.raises(IntegrityError):
        desk.database.flush(desk.ctx)
    desk.database.flush(desk.ctx)
    assert desk.models() == ["theirs", "there"]


def test_a_row_whose_key_is_there_is_left_as_it_is_where_that_is_asked_for(desk: Desk) -> None:
    taken = desk.ctx.new_id()
    desk.database.together(desk.ctx, desk.adding("there", taken))
    desk.database.together(desk.ctx, desk.adding("double", taken, unless_there=True))
    assert desk.models() == ["there"]


def test_brands_share_no_transaction_and_no_rows(database: Database, desk: Desk, new_brand: NewBrand) -> None:
    rival = Desk(database, new_brand("rival"))
    mine, theirs = database.together(desk.ctx, desk.adding("mine")), database.together(rival.ctx, rival.adding("rival"))
    assert mine is not theirs
    assert (desk.models(), rival.models()) == (["mine"], ["rival"])
    stolen = {**rival.row("stolen"), "run_id": desk.run_id}
    with pytest.raises(IntegrityError):  # another brand's run is not there for this one
        database.together(rival.ctx, lambda batch: batch.append(ModelSpend, stolen))
