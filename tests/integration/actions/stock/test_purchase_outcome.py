"""Measured outcome of a purchase order, against sums done by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from actions.items import source_of
from actions.kinds import handler_of
from connectors.feed import deliver
from domain.language import Language
from domain.prediction import Outcome, OutcomeStatus
from language.speech import speak
from store.tables import ActionItem
from tests.integration.actions.conftest import DAY, A, Stockroom, order

CAME = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
"""Two weeks after the order, and not on the hour."""


def lived_on(room: Stockroom, *more: tuple[str, int, datetime]) -> Outcome:
    """200 are ordered and come after two weeks; ten a day sell until a fortnight later. What is measured then."""
    item = room.carry_out()
    room.confirmed(room.ordered(), received_at=CAME)
    evening = CAME.replace(hour=18, minute=0)
    sales = [("sale", -10, evening + day * DAY) for day in range(-14, 15)]
    room.move(("receipt", 200, CAME), *sales, *more)
    return measured(room, item, CAME + 20 * DAY)


def measured(room: Stockroom, item: ActionItem, until: datetime) -> Outcome:
    room.later(until)
    with room.database.read(room.owner) as session:
        return handler_of(item.kind).measure(session, order(200), source_of(item), until - 34 * DAY, until)


HOLDING = 400 * 0.20 / 365
"""Euro cents that keeping a unit costs a day."""


def test_goods_that_came_before_the_shelf_was_empty_saved_what_a_week_would_have_sold(room: Stockroom) -> None:
    """Ten are left when they come, and sell that day; a week later six days' sales of ten are lost, at 6.00 each.

    Kept longer are 200, 190 ... 140 units over seven days; then 60 fewer, as they were sold, for another seven.
    """
    outcome = lived_on(room)
    kept_longer = sum(range(140, 210, 10)) - 60 * 7
    assert (outcome.status, outcome.effect) == (OutcomeStatus.MEASURED, round(60 * 600 - kept_longer * HOLDING))
    ends = [60 * 600 * part - kept_longer * HOLDING * (2 - part) for part in (0.75, 1.25)]
    assert (outcome.low, outcome.high) == pytest.approx(ends, abs=1)


def test_a_later_count_says_how_far_it_can_be_trusted(room: Stockroom) -> None:
    """Three units are found missing: as many more or fewer may have been there when the goods came."""
    before, after = datetime(2026, 3, 1, 20, tzinfo=UTC), datetime(2026, 3, 31, 20, tzinfo=UTC)
    outcome = lived_on(room, ("count", 150, before), ("count", 57, after))
    assert outcome.effect == round(60 * 600 - (sum(range(140, 210, 10)) - 60 * 8) * HOLDING)
    assert (outcome.low, outcome.high) == pytest.approx((57 * 600 * 0.75, 63 * 600 * 1.25), abs=400)


def test_goods_that_nobody_waited_for_only_cost_their_keep(open_room: Callable[..., Stockroom]) -> None:
    """The count that tells of the plenty is older than what is looked back at."""
    outcome = lived_on(open_room(replace(A, on_hand=2_000), max_cover_days=400))
    assert (outcome.status, outcome.effect) == (OutcomeStatus.MEASURED, round(-200 * 7 * HOLDING))
    assert (outcome.low, outcome.high) == pytest.approx((-200 * 7 * HOLDING * 1.25, -200 * 7 * HOLDING * 0.75), abs=1)


def test_what_an_empty_shelf_lost_later_the_goods_would_still_have_sold(room: Stockroom) -> None:
    """200 more had been asked for than came: the sixty that a week later were too late would have gone after all."""
    item = room.carry_out()
    room.confirmed(room.ordered(), received_at=CAME)
    evening = CAME.replace(hour=18, minute=0)
    sales = [("sale", -10, evening + day * DAY) for day in range(-14, 21)]
    room.move(("receipt", 200, CAME), *sales)
    lasting = measured(room, item, CAME + 20 * DAY)
    empty = measured(room, item, CAME + 40 * DAY)
    assert lasting.effect is not None and lasting.effect > 60 * 500
    assert empty.effect is not None and empty.effect < 60 * 100


def test_what_a_stand_had_left_it_could_have_done_without(room: Stockroom) -> None:
    """The same goods, but all sent on to a stand: where eight of each ten were left when it was next filled, a fifth
    of what could not have been sent is lost, and where nobody counted, nobody knows."""
    item = room.carry_out()
    room.confirmed(room.ordered(), received_at=CAME)
    evening = CAME.replace(hour=18, minute=0)
    sent = [("transfer", -10, evening + day * DAY) for day in range(-14, 15)]
    room.move(("receipt", 200, CAME), *sent)
    unknown = measured(room, item, CAME + 20 * DAY)
    assert unknown.low is not None and unknown.high is not None and unknown.effect is not None
    assert unknown.low < 0 < unknown.effect < unknown.high
    assert unknown.effect == pytest.approx(60 * 600 / 2, abs=200)
    at_a_stand(room, [evening + day * DAY for day in range(15)], left=8)
    known = measured(room, item, CAME + 20 * DAY)
    assert known.effect == pytest.approx(60 * 600 / 5, abs=200)


def at_a_stand(room: Stockroom, visits: list[datetime], left: int) -> None:
    """Ten come at each visit, and half a day later so many are counted."""
    where = {"location": "STAND", "sku": "A"}
    refills = [{**where, "id": f"to stand {at}", "kind": "transfer", "quantity": 10, "moved_at": at} for at in visits]
    counted = [{**where, "on_hand": left, "counted_at": at + DAY / 2} for at in visits]
    place = [{"code": "STAND", "title": "A stand", "kind": "stand"}]
    deliver(room.owner, room.database, "erp", {"locations": place, "inventory_movements": refills, "stock": counted})


def test_goods_that_have_not_come_or_were_never_booked_in_are_not_measurable(room: Stockroom) -> None:
    item = room.carry_out()
    late = measured(room, item, CAME)
    assert (late.status, late.effect) == (OutcomeStatus.NOT_MEASURABLE, None)
    assert "had not come" in speak(late.message(), Language.EN)
    room.confirmed(room.ordered(), received_at=CAME)
    assert "not for a week" in speak(measured(room, item, CAME + 6 * DAY).message(), Language.EN)
    assert "no movement of stock shows that the goods came" in speak(
        measured(room, item, CAME + 8 * DAY).message(), Language.EN
    )
