"""A transfer is two entries of the ledger, is taken back by two more, and is measured by a replay without it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from actions.gateway import execute, undo
from actions.items import propose, source_of
from actions.stock.transfer_outcome import measure_transfer
from domain.action import ItemStatus
from domain.clock import FixedClock
from domain.context import Context
from domain.errors import Conflict, InvalidInput
from domain.prediction import OutcomeStatus
from domain.stock import StockTransfer
from guardrails.cedar import PolicyEngine
from store.database import Database
from store.reads.pricing import prices
from store.reads.stock import transfers as reads
from store.tables import ActionItem, InventoryMovement
from tests.claims import why
from tests.integration.laddered_brand import Laddered, keep_at, ladder

SKU = "P-00"


@dataclass
class Room:
    database: Database
    engine: PolicyEngine
    owner: Context

    def asked(self, quantity: int = 30, origin: str = "ST01", target: str = "WH") -> ActionItem:
        with self.database.begin(self.owner) as session:
            return propose(session, self.engine, move(quantity, origin, target), "why not")

    def done(self, quantity: int = 30) -> ActionItem:
        return execute(self.database, self.owner, self.engine, self.asked(quantity).id)

    def present(self, place: str) -> int:
        with self.database.read(self.owner) as session:
            product = prices.product_by_sku(session, SKU).id
            location = reads.location_by_code(session, place).id
            stock = reads.stock_by_place(session, 28, product_id=product, location_ids=[location])
            return stock[product, location].present

    def moved(self) -> list[tuple[str, int]]:
        with self.database.read(self.owner) as session:
            rows = session.scalars(select(InventoryMovement)).all()
            return sorted((row.kind, row.quantity) for row in rows if row.kind == "transfer")

    def later(self, days: int) -> None:
        self.owner = replace(self.owner, clock=FixedClock(self.owner.now() + timedelta(days=days)))

    def sells(self, place: str, a_day: int, days: int) -> None:
        """Sales by movements from tomorrow on, and a count at the end that finds what the ledger says."""
        with self.database.begin(self.owner) as session:
            product = prices.product_by_sku(session, SKU).id
            item = reads.item_at(session, product, reads.location_by_code(session, place).id)
            assert item is not None
            for day in range(1, days + 1):
                at = self.owner.now() + timedelta(days=day)
                sale: dict[str, Any] = {"kind": "sale", "quantity": -a_day, "moved_at": at, "known_at": at}
                session.add(InventoryMovement(stock_item_id=item.id, external_id=f"later {place} {day}", **sale))


def move(quantity: int = 30, origin: str = "ST01", target: str = "WH", cost: int = 2_800) -> StockTransfer:
    return StockTransfer(
        sku=SKU, from_location=origin, to_location=target, quantity=quantity, cost_minor=cost, currency="EUR"
    )


@pytest.fixture
def room(database: Database, new_brand: Callable[..., Context], engine: PolicyEngine) -> Room:
    """A hundred that nobody buys at a stand; ten in the warehouse, which sells one a day."""
    owner = new_brand()
    ladder(database, owner, Laddered(products=2))
    keep_at(database, owner, "ST01", {SKU: 100})
    keep_at(database, owner, "WH", {SKU: 10}, kind="warehouse", daily={SKU: 1})
    return Room(database, engine, owner)


def test_units_leave_one_place_and_come_to_the_other_once(room: Room) -> None:
    item = room.done()
    assert item.status == ItemStatus.DONE
    assert execute(room.database, room.owner, room.engine, item.id).status == ItemStatus.DONE
    assert (room.present("ST01"), room.present("WH")) == (70, 40)
    assert room.moved() == [("transfer", -30), ("transfer", 30)]


def test_undoing_adds_two_entries_and_takes_none_away(room: Room) -> None:
    item = room.done()
    undo(room.database, room.owner, str(item.id))
    assert (room.present("ST01"), room.present("WH")) == (100, 10)
    assert room.moved() == [("transfer", -30), ("transfer", -30), ("transfer", 30), ("transfer", 30)]


def test_what_is_sold_cannot_go_back(room: Room) -> None:
    item = room.done()
    room.sells("WH", 1, 20)
    room.later(20)
    with pytest.raises(Conflict, match="has 20 of the 30 units left"):
        undo(room.database, room.owner, str(item.id))


def test_more_than_is_there_is_denied_and_what_was_never_counted_is_refused(room: Room) -> None:
    assert room.asked(101).status == ItemStatus.DENIED
    keep_at(room.database, room.owner, "ST02", {})
    with pytest.raises(InvalidInput, match="never been counted"):
        room.asked(5, origin="ST02")


def test_what_it_saved_is_what_the_place_could_not_have_served(room: Room) -> None:
    """Ten of its own, thirty moved, one sold a day: the last thirty could only be sold as they came."""
    item = room.done()
    room.sells("WH", 1, 40)
    room.later(57)
    with room.database.read(room.owner) as session:
        outcome = measure_transfer(session, move(), source_of(item), room.owner.now())
        early = measure_transfer(session, move(), source_of(item), room.owner.now() - timedelta(days=2))
    assert "are not over" in why(early.reasons)
    assert outcome.status == OutcomeStatus.MEASURED
    kept = 1_190 / 1.19 * 0.98
    assert outcome.effect == pytest.approx(30 * (kept - 450) - 2_800, abs=1_500)
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.low <= (outcome.effect or 0) <= outcome.high


def test_where_the_origin_ran_out_itself_nothing_is_claimed(room: Room) -> None:
    item = room.done()
    room.sells("ST01", 7, 10)
    room.later(57)
    with room.database.read(room.owner) as session:
        outcome = measure_transfer(session, move(), source_of(item), room.owner.now())
    assert (outcome.effect, "ran out as well" in why(outcome.reasons)) == (None, True)
