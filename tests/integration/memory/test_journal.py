"""The learning journal: each promise once, newest first, as known by then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.clock import FixedClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from domain.prediction import Outcome, OutcomeStatus
from memory.journal import Promise, entry_of, recall, record, trust_bps
from memory.summary import journal_document
from store.database import Database
from store.tables import OutboxEvent
from tests.integration.conftest import Shop

BROUGHT = Outcome(
    status=OutcomeStatus.MEASURED, unit="EUR.minor", effect=900, low=100, high=1_700, realised=5_000,
    counterfactual=4_100, coverage_bps=8_000, method="synthetic_control",
)  # fmt: skip


@pytest.fixture
def items(shop: Shop) -> list[UUID]:
    return [shop.propose(price).id for price in (1010, 1020)]


def promise(item_id: UUID, agent: str = "pricing_director") -> Promise:
    return Promise(item_id, agent, "price.update", "S-1 @ shop", {"value": 1_000, "unit": "EUR.minor"})


def later(ctx: Context, days: int) -> Context:
    clock = FixedClock(ctx.now() + timedelta(days=days))
    return replace(ctx, clock=clock, ids=TimeOrderedIds(clock))


def test_an_outcome_is_written_once(shop: Shop, items: list[UUID]) -> None:
    with shop.database.begin(shop.owner) as session:
        assert record(session, promise(items[0]), BROUGHT)
    with shop.database.begin(later(shop.owner, 1)) as session:
        assert not record(session, promise(items[0]), BROUGHT.model_copy(update={"effect": 5}))
    with shop.database.read(shop.owner) as session:
        entry = entry_of(session, items[0])
        events = session.scalar(
            select(func.count()).select_from(OutboxEvent).where(OutboxEvent.type == "outcome.measured")  # type: ignore[arg-type]
        )
    assert entry is not None
    assert (entry.outcome, entry.subject, events) == (BROUGHT, "S-1 @ shop", 1)


def test_recall_is_newest_first_of_this_agent_and_knows_no_future(shop: Shop, items: list[UUID]) -> None:
    for day, item_id in enumerate(items, start=1):
        with shop.database.begin(later(shop.owner, day)) as session:
            record(session, promise(item_id), BROUGHT)
    for day, expected in ((0, []), (1, items[:1]), (2, items[::-1])):
        with shop.database.read(later(shop.owner, day)) as session:
            assert [entry.item_id for entry in recall(session).get("pricing_director", [])] == expected
            assert "crm_manager" not in recall(session)


def test_another_brand_remembers_nothing_of_it(
    database: Database, shop: Shop, items: list[UUID], new_brand: Callable[..., Context]
) -> None:
    with database.begin(shop.owner) as session:
        record(session, promise(items[0]), BROUGHT)
    with database.read(later(new_brand("other"), 10)) as session:
        assert recall(session) == {}
        assert entry_of(session, items[0]) is None


@pytest.mark.parametrize(
    ("promised", "realised", "trust"), [(1_000, 1_000, 10_000), (1_000, 0, 8_889), (1_000, -99_999, 2_000)]
)
def test_trust_is_the_share_of_promised_money_that_came_drawn_to_one(
    shop: Shop, items: list[UUID], promised: int, realised: int, trust: int
) -> None:
    kept = BROUGHT.model_copy(update={"effect": realised, "low": min(realised, 100), "high": 1_700})
    with shop.database.begin(shop.owner) as session:
        record(session, replace(promise(items[0]), predicted={"value": promised, "unit": "EUR.minor"}), kept)
        assert trust_bps(session) == {("pricing_director", "price.update"): trust}


def test_what_cannot_be_measured_moves_no_trust(shop: Shop, items: list[UUID]) -> None:
    lost = Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit="EUR.minor", reasons=("no sales",))
    with shop.database.begin(shop.owner) as session:
        record(session, promise(items[0]), lost)
        assert trust_bps(session) == {}


def test_trust_follows_from_what_was_known_by_then(shop: Shop, items: list[UUID]) -> None:
    with shop.database.begin(later(shop.owner, 9)) as session:
        record(session, promise(items[0]), BROUGHT)
    with shop.database.read(shop.owner) as session:
        assert trust_bps(session) == {}


def test_the_journal_shows_promises_beside_outcomes_and_how_they_held(shop: Shop, items: list[UUID]) -> None:
    predicted = {"value": 1_000, "low": 500, "high": 1_500, "unit": "EUR.minor", "coverage_bps": 8_000}
    with shop.database.begin(later(shop.owner, 1)) as session:
        record(session, replace(promise(items[0]), predicted=predicted), BROUGHT)
        record(session, replace(promise(items[1]), predicted=predicted), BROUGHT.model_copy(update={"effect": 200}))
    with shop.database.read(later(shop.owner, 2)) as session:
        document = journal_document(session, limit=1)
        nothing = journal_document(session, agent="stand_coach")
    with shop.database.read(shop.owner) as session:
        assert journal_document(session)["outcomes"] == [], "what was measured later is not known yet"
    [figures] = document["calibration"]
    assert (figures["measured"], figures["inside_bps"], figures["promised"], figures["realised"]) == (
        2,
        5_000,
        2_000,
        1_100,
    )
    assert figures["held_text"] == "50 % (promised 80 %)"
    assert (len(document["outcomes"]), document["more"]) == (1, 1)
    assert document["outcomes"][0]["promised_text"] == "€10.00 (€5.00 to €15.00)"
    assert nothing == {"calibration": [], "outcomes": [], "more": 0}
