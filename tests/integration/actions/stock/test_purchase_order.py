"""An order to a supplier is judged, placed exactly once, called off, and confirmed by an import."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from actions.approvals import approve
from actions.gateway import execute, undo
from actions.items import propose, source_of
from domain.action import ItemStatus
from domain.actor import Role
from domain.context import Context
from domain.errors import ApprovalOutdated, Conflict, InvalidInput, NotFound
from identity.roles import permissions_of
from store.audit import verify_audit
from store.reads.stock.levels import on_hand, units_on_order, warehouses
from store.tables import ActionItem, AIConfig, Approval, AuditEntry, Effect, Job, OutboxEvent, PurchaseOrder, StockItem
from tests.claims import refused, why
from tests.integration.actions.conftest import DAY, NO_DELAY, A, NewBrand, Stockroom, order
from tests.integration.stocked_brand import order_under_way

VERDICTS: dict[str, tuple[dict[str, Any], int, str, list[str]]] = {
    "an agent that acts when approved": ({}, 200, "needs_approval", ["operator"]),
    "the least that the supplier takes": ({}, 100, "needs_approval", ["operator"]),
    "less than the supplier takes": ({}, 99, "deny", []),
    "as much as the owner lets others decide on": ({"owner_gate_minor": 80_001}, 200, "needs_approval", ["operator"]),
    "more than that": ({"owner_gate_minor": 80_000}, 200, "needs_approval", ["operator", "owner"]),
    "all that the accounts hold": ({"cash_minor": 80_000}, 200, "needs_approval", ["operator"]),
    "more than that, too": ({"cash_minor": 79_999}, 200, "needs_approval", ["operator", "owner"]),
    "35 days of cover where 35 are kept": ({"max_cover_days": 35}, 200, "needs_approval", ["operator"]),
    "36 days": ({"max_cover_days": 35}, 210, "needs_approval", ["operator", "owner"]),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict_on_an_agents_order(open_room: Callable[..., Stockroom], case: str) -> None:
    rules, quantity, decision, gates = VERDICTS[case]
    room = open_room(**rules)
    item = room.advised(quantity)
    assert (item.verdict["decision"], item.verdict["gates"]) == (decision, gates)
    assert item.status == ("denied" if decision == "deny" else "proposed")
    assert [row for row in room.rows(PurchaseOrder) if row.source != "import"] == []


def test_what_sells_before_it_expires_may_be_ordered_and_no_more(open_room: Callable[..., Stockroom]) -> None:
    """At ten a day 290 arrive after 14 days to 10 left, and the last of them sells on the 30th day after that."""
    room = open_room(replace(A, shelf_life_days=30))
    assert room.advised(290).verdict["decision"] == "needs_approval"
    too_many = room.advised(295)
    assert too_many.verdict["decision"] == "deny"
    assert "a line would expire before it sells" in why(too_many.verdict["reasons"])


@pytest.mark.parametrize("empty", [tuple(range(9)), (0, 1, 3, 5, 7)])
def test_an_empty_shelf_is_not_taken_for_a_slow_one(
    open_room: Callable[..., Stockroom], empty: tuple[int, ...]
) -> None:
    """A product that ran out sold ten a day while it was there: 250 last some 25 days, and do not expire in 40."""
    room = open_room(replace(A, on_hand=0, empty=empty, shelf_life_days=40), max_cover_days=40)
    item = room.advised(250)
    assert (item.verdict["decision"], item.verdict["gates"]) == ("needs_approval", ["operator"])


def test_a_trusted_agent_orders_alone_within_its_limits(room: Stockroom) -> None:
    """At a dial of 60 it may spend 1,000.00 alone: 250 units."""
    with room.database.begin(room.owner) as session:
        config = {"agent": "inventory_forecaster", "action_kind": "purchase_order.create", "version": 1}
        session.add(AIConfig(**config, aggressiveness=60, earned_autonomy=3, created_at=room.owner.now()))
    assert room.advised(251).verdict["gates"] == ["operator"]
    assert room.advised(200, low=-1).verdict["gates"] == ["operator"]
    assert room.advised(250).status == ItemStatus.APPROVED


def test_an_approved_order_is_placed_with_ledger_audit_and_event(room: Stockroom) -> None:
    item = room.carry_out(500)
    row = room.ordered()
    assert item.status == ItemStatus.DONE
    assert (row.quantity, row.unit_cost_minor, row.currency) == (500, 380, "EUR"), "the price break of 500"
    assert (row.ordered_at, row.expected_at) == (room.owner.now(), room.owner.now() + 14 * DAY)
    assert row.source == source_of(item)
    (effect,) = room.rows(Effect)
    assert (effect.rows[0]["before"], effect.rows[0]["after"]["quantity"]) == (None, 500)
    assert effect.approval_id == room.rows(Approval)[0].id
    assert "purchase_order.changed" in {event.type for event in room.rows(OutboxEvent)}
    assert "action_item.done" in {entry.action for entry in room.rows(AuditEntry)}
    assert [job.key for job in room.rows(Job) if job.kind == "outcome.measure"] == [f"measure:{item.id}"]
    with room.database.read(room.owner) as session:
        assert verify_audit(session).ok
        assert units_on_order(session)[row.product_id] == 500


def test_an_order_is_placed_once_however_often_it_is_tried(room: Stockroom) -> None:
    item = room.carry_out()
    for _ in range(3):
        assert execute(room.database, room.owner, room.engine, item.id).status == ItemStatus.DONE
    assert (room.ordered().quantity, len(room.rows(Effect))) == (200, 1)


def test_undo_calls_the_order_off_once(room: Stockroom) -> None:
    item = room.carry_out()
    assert undo(room.database, room.operator, str(item.id)).status == ItemStatus.UNDONE
    row = room.ordered()
    assert row.cancelled_at == room.owner.now()
    with room.database.read(room.owner) as session:
        assert row.product_id not in units_on_order(session)
    with pytest.raises(Conflict):
        undo(room.database, room.operator, str(item.id))


def test_what_has_come_is_not_called_off(room: Stockroom) -> None:
    item = room.carry_out()
    room.confirmed(room.ordered(), received_at=room.owner.now() + 14 * DAY)
    room.later(room.owner.now() + 15 * DAY)
    with pytest.raises(Conflict, match="came on 16 March 2026"):
        undo(room.database, room.operator, str(item.id))
    assert (room.ordered().cancelled_at, room.item(item).status) == (None, ItemStatus.DONE)


def test_the_suppliers_confirmation_updates_the_order_and_makes_no_second_one(room: Stockroom) -> None:
    item = room.carry_out()
    before = room.ordered()
    expected = room.owner.now() + 20 * DAY
    room.confirmed(before, quantity=180, expected_at=expected)
    after = room.ordered()
    assert (after.id, after.source) == (before.id, source_of(item))
    assert (after.quantity, after.expected_at) == (180, expected)
    with room.database.read(room.owner) as session:
        assert units_on_order(session)[after.product_id] == 180


def test_a_price_that_rose_since_it_was_shown_ends_the_promise(room: Stockroom) -> None:
    item = room.advised(200)
    room.asks(420)
    with refused(ApprovalOutdated, "total was €800.00, now €840.00"):
        approve(room.database, room.operator, room.engine, str(item.id), NO_DELAY)
    assert room.item(item).status == ItemStatus.SUPERSEDED
    assert room.rows(Approval) == []


def test_a_price_that_rose_after_the_approval_is_not_paid(room: Stockroom) -> None:
    item = room.advised(200)
    approve(room.database, room.operator, room.engine, str(item.id), NO_DELAY)
    room.asks(420)
    assert execute(room.database, room.owner, room.engine, item.id).status == ItemStatus.SUPERSEDED
    assert [row.source for row in room.rows(PurchaseOrder) if row.source != "import"] == []


def test_a_persons_own_order_is_shown_again_with_the_new_price(room: Stockroom) -> None:
    roles = frozenset({Role.MARKETING})
    asking = room.operator.actor.model_copy(
        update={"id": room.owner.new_id(), "roles": roles, "permissions": permissions_of(roles)}
    )
    with room.database.begin(replace(room.owner, actor=asking)) as session:
        item = propose(session, room.engine, order(200), "a fair is coming")
    room.asks(420)
    with pytest.raises(ApprovalOutdated):
        approve(room.database, room.operator, room.engine, str(item.id), NO_DELAY)
    approve(room.database, room.operator, room.engine, str(item.id), NO_DELAY)
    assert execute(room.database, room.owner, room.engine, item.id).status == ItemStatus.DONE
    assert room.ordered().unit_cost_minor == 420


@pytest.mark.parametrize(("units", "status"), [(-140, ItemStatus.APPROVED), (-141, ItemStatus.SUPERSEDED)])
def test_stock_may_move_by_two_weeks_of_sales_until_what_was_promised_no_longer_holds(
    room: Stockroom, units: int, status: ItemStatus
) -> None:
    item = room.advised(200)
    room.move(("correction", units, room.owner.now()))
    if status == ItemStatus.SUPERSEDED:
        with refused(ApprovalOutdated, "available A was 150 units, now 9 units"):
            approve(room.database, room.operator, room.engine, str(item.id), NO_DELAY)
    else:
        approve(room.database, room.operator, room.engine, str(item.id), NO_DELAY)
    assert room.item(item).status == status


def test_an_order_that_somebody_else_placed_meanwhile_ends_the_promise(room: Stockroom) -> None:
    item = room.advised(200)
    order_under_way(room.database, room.owner, "A", 200)
    with refused(ApprovalOutdated, "available A was 150 units, now 350 units"):
        approve(room.database, room.operator, room.engine, str(item.id), NO_DELAY)


def test_what_nobody_offers_or_in_another_currency_is_not_ordered(room: Stockroom) -> None:
    with room.database.begin(room.owner) as session:
        with pytest.raises(NotFound, match="offers no Z"):
            propose(session, room.engine, order(200, "Z"), "why not")
        with pytest.raises(NotFound, match="No supplier S9"):
            propose(session, room.engine, order(200).model_copy(update={"supplier": "S9"}), "why not")
        with pytest.raises(InvalidInput, match="asks EUR, not USD"):
            propose(session, room.engine, order(200).model_copy(update={"currency": "USD"}), "why not")


def test_another_brand_sees_nothing_of_it(room: Stockroom, new_brand: NewBrand) -> None:
    item = room.carry_out()
    rival = new_brand("rival")
    with room.database.read(rival) as session:
        assert session.scalars(select(PurchaseOrder)).all() == []
        assert (warehouses(session), units_on_order(session)) == ([], {})
        places = [place.id for place in room.rows(StockItem)]
        assert on_hand(session, places) == {}
    for attempt in (lambda: undo(room.database, rival, str(item.id)), lambda: execute_as(room, rival, item)):
        with pytest.raises(NotFound):
            attempt()
    assert room.ordered().cancelled_at is None


def execute_as(room: Stockroom, ctx: Context, item: ActionItem) -> ActionItem:
    return execute(room.database, ctx, room.engine, item.id)
