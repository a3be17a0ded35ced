"""Meetings at the same time on one store: each is what it would be alone, and nothing of one gets into another."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text

from actions.items import reject
from bootstrap.meetings import silent
from bootstrap.office import Office
from domain.context import Context
from domain.ids import TimeOrderedIds
from settings import Settings
from store.database import Database
from store.leases import lock_row
from store.tables import ActionItem, ChallengeRow, FigureRow, FindingRow, OutboxEvent, ProposalRow, Receipt, Run
from tests.claims import status_reason
from tests.integration.priced_brand import Planted, plant
from tests.integration.stocked_brand import keep_in_stock
from tests.integration.virtual_office.conftest import AGENDA, PRICES_AND_STOCK
from virtual_office.minutes.summary import meeting_document

pytestmark = pytest.mark.own_database

OF_A_RUN = (Receipt, FindingRow, ProposalRow, ChallengeRow, ActionItem)
PATIENCE_SECONDS = 120
Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class House:
    """One store, and a process for each meeting: an office with connections of its own."""

    database: Database
    home: Path

    @contextmanager
    def office(self) -> Iterator[Office]:
        urls = (self.database.owner_url, self.database.app_url)
        own = Database(*(url.render_as_string(hide_password=False) for url in urls))
        yield Office(Settings(home=self.home), own)
        own.close()

    def meet(self, ctx: Context, progress: Progress = silent) -> UUID:
        with self.office() as office:
            return office.meetings.meet(replace(ctx, ids=TimeOrderedIds(ctx.clock)), AGENDA, PRICES_AND_STOCK, progress)

    def document(self, ctx: Context, run_id: UUID) -> dict[str, Any]:
        with self.database.read(ctx) as session:
            return meeting_document(session, run_id)

    def rows(self, ctx: Context, table: type[Any]) -> Sequence[Any]:
        with self.database.read(ctx) as session:
            return session.scalars(select(table)).all()


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


@pytest.fixture
def brand(database: Database, new_brand: Callable[..., Context]) -> Callable[[str, str, int], Context]:
    """A brand with a product that is too dear, its SKU named after `letter`, and less of it than would be sold."""

    def make(slug: str, letter: str, seed: int) -> Context:
        ctx = new_brand(slug)
        dear = Planted(f"{letter}-DEAR", 1500 + seed, 500, -3.2, seed=seed)
        plant(database, ctx, [dear], max_price_change_bps_per_day=800)
        keep_in_stock(database, ctx, {dear.sku: 150 + seed})
        return ctx

    return make


def together(house: House, brands: Sequence[Context]) -> list[UUID]:
    """Hold a meeting of each at the same time: none reports before all have begun to."""
    start = threading.Barrier(len(brands))

    def hold(ctx: Context) -> UUID:
        begun = False

        def progress(step: str, _detail: str) -> None:
            nonlocal begun
            if step == "report" and not begun:
                begun = True
                start.wait(PATIENCE_SECONDS)

        return house.meet(ctx, progress)

    with ThreadPoolExecutor(len(brands)) as pool:
        return list(pool.map(hold, brands))


def result(house: House, ctx: Context, run_id: UUID) -> dict[str, Any]:
    """The outcome of a meeting, without the ids and times that are its own, and without what became of it later."""
    document = house.document(ctx, run_id)
    receipts = [row for row in house.rows(ctx, Receipt) if row.run_id == run_id]
    return {
        "status": document["status"],
        "agents": document["agents"],
        "findings": [
            (finding["agent"], finding["subject"], finding["severity"], finding["text"])
            for finding in document["findings"]
        ],
        "proposals": sorted(
            (proposal["kind"], proposal["subject"], proposal["promised"], proposal["expected"], proposal["text"])
            for proposal in document["proposals"]
        ),
        "challenges": sorted(
            (proposal["subject"], challenge["agent"], challenge["tool"], challenge["status"], challenge["text"])
            for proposal in document["proposals"]
            for challenge in proposal["challenges"]
        ),
        "items": [
            (item["kind"], item["subject"], item["title"], item["predicted"], item["verdict"], item["gates"])
            for item in document["action_items"]
        ],
        "dissent": document["dissent"],
        "left_out": [reason for _, reason in document["left_out"]],
        "receipts": Counter((row.agent, row.tool) for row in receipts),
    }


@pytest.mark.long
def test_five_meetings_at_once_end_each_as_it_would_alone(
    house: House, brand: Callable[[str, str, int], Context]
) -> None:
    seeds = {"S": 31, "A": 1, "B": 11, "C": 21}
    brands = {letter: brand(f"{letter}-brand".lower(), letter, seed) for letter, seed in seeds.items()}
    alone = {letter: brand(f"{letter}-alone".lower(), letter, seed) for letter, seed in seeds.items()}
    letters = ["S", "A", "B", "S", "C"]
    contexts = [brands[letter] for letter in letters]
    runs = together(house, contexts)
    expected = {letter: result(house, ctx, house.meet(ctx)) for letter, ctx in alone.items()}

    assert len(set(runs)) == len(letters)
    for letter, ctx, run_id in zip(letters, contexts, runs, strict=True):
        outcome = result(house, ctx, run_id)
        assert outcome["status"] == "done"
        assert outcome["items"] and outcome["challenges"]
        assert outcome == expected[letter]
        assert_only_its_own(house, ctx, run_id, letter, set(letters) - {letter})
    for ctx in brands.values():
        finished = Counter(row.subject for row in house.rows(ctx, OutboxEvent) if row.type == "meeting.finished")
        assert finished == {str(row.id): 1 for row in house.rows(ctx, Run)}
    assert_one_open_item_a_subject(house, brands["S"], meetings=2)


def assert_only_its_own(house: House, ctx: Context, run_id: UUID, letter: str, others: set[str]) -> None:
    """All that a meeting wrote stands on its own receipts, and speaks of its own brand's products only."""
    own = {table: [row for row in house.rows(ctx, table) if row.run_id == run_id] for table in OF_A_RUN}
    receipts = {str(row.id) for row in own[Receipt]}
    proposals = {row.id for row in own[ProposalRow]}
    figures = {row.code: str(row.receipt_id) for row in house.rows(ctx, FigureRow)}
    assert all(own.values())
    for row in (*own[ProposalRow], *own[ActionItem]):
        assert set(row.receipts) <= receipts
    for row in (*own[FindingRow], *own[ProposalRow], *own[ChallengeRow], *own[ActionItem]):
        assert {figures[code] for code in row.figures.values()} <= receipts
    assert {row.proposal_id for row in (*own[ChallengeRow], *own[ActionItem])} <= proposals
    said = " ".join(str(row.model_dump()) for rows in own.values() for row in rows)
    assert f"{letter}-DEAR" in said
    assert [other for other in others if f"{other}-DEAR" in said] == []


def assert_one_open_item_a_subject(house: House, ctx: Context, meetings: int) -> None:
    """Of what several meetings adopted for one subject, the last stands, and the others say what replaced them."""
    items = house.rows(ctx, ActionItem)
    by_subject: dict[tuple[str, str], list[ActionItem]] = {}
    for item in items:
        by_subject.setdefault((item.kind, item.subject), []).append(item)
    assert len({item.proposal_id for item in items}) == len(items)
    for subject, same in by_subject.items():
        assert sorted(item.status for item in same) == ["proposed", *["superseded"] * (meetings - 1)], subject
        stands = next(item for item in same if item.status == "proposed")
        assert {status_reason(item) for item in same if item is not stands} == {"by a newer proposal"}
    adopted = Counter(row.subject for row in house.rows(ctx, OutboxEvent) if row.type == "action_item.proposed")
    assert adopted == {str(item.id): 1 for item in items}


def test_two_meetings_that_adopt_the_same_at_the_same_moment_leave_one_open_item(
    house: House, brand: Callable[[str, str, int], Context]
) -> None:
    """The second adopts while the first has adopted but not committed: it has to wait, and to see what it replaces."""
    ctx = brand("same", "S", 31)
    adopted = threading.Event()

    def first(step: str, _detail: str) -> None:
        if step == "minutes":
            adopted.set()
            wait_until_somebody_waits(house.database)

    def second(step: str, _detail: str) -> None:
        if step == "action_items":
            assert adopted.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(house.meet, (ctx, ctx), (first, second)))
    assert_one_open_item_a_subject(house, ctx, meetings=2)


def wait_until_somebody_waits(database: Database) -> None:
    """Until a connection of this database stands before a lock that another one holds."""
    waiting = text("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    engine = create_engine(database.owner_url, isolation_level="AUTOCOMMIT")
    deadline = time.monotonic() + PATIENCE_SECONDS
    with engine.connect() as connection:
        while connection.execute(waiting).first() is None:
            assert time.monotonic() < deadline, "nobody waited"
            time.sleep(0.01)
    engine.dispose()


def test_a_no_that_comes_while_a_meeting_adopts_is_heard_and_stops_nobody(
    house: House, brand: Callable[[str, str, int], Context]
) -> None:
    """Who answers holds the item, then writes the audit; a meeting that adopts must not do it the other way round."""
    ctx = brand("same", "S", 31)
    house.meet(ctx)
    last = max(house.rows(ctx, ActionItem), key=lambda item: item.ordinal)
    with ThreadPoolExecutor(1) as pool:
        with house.database.begin(ctx) as session:
            lock_row(session, ActionItem, last.id)
            meeting = pool.submit(house.meet, ctx)
            wait_until_somebody_waits(house.database)
            reject(session, str(last.id), "not now")
        run_id = meeting.result()
    assert house.document(ctx, run_id)["status"] == "done"
    assert {item.id: item.status for item in house.rows(ctx, ActionItem)}[last.id] == "rejected"
