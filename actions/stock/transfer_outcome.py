"""Outcome of a transfer: the ledger of the place that got the units replayed without them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from uuid import UUID

from analytics.stock.stock_path import StockEvent, replay_later
from domain.message import Message
from domain.prediction import Outcome, OutcomeStatus
from domain.stock import TRANSFER_HORIZON_DAYS, StockTransfer
from store.reads.pricing import prices
from store.reads.sales import net_revenue_per_unit_minor
from store.reads.stock import levels as reads
from store.reads.stock import transfers
from store.session import BrandSession
from store.tables import Location

_METHOD = "stock ledger replayed without the units that were moved"
_DAY, _LEDGER_DAYS = timedelta(days=1), 400
_SALES_WEEKS = 13


def measure_transfer(session: BrandSession, action: StockTransfer, source: str, until: datetime) -> Outcome:
    """Profit of moving the units against leaving them where they were, less the cost of the transport.

    The ledger of the place that got them is replayed without them: what then could not have been served is what the
    transfer saved, at the margin of the last quarter. Not measurable before eight weeks are over, nor where the place
    that they came from ran out itself: what it lost nobody wrote down. The interval is what the stock could have been
    off by, as the first count after shows.
    """
    unit = f"{action.currency}.minor"
    product = prices.product_by_sku(session, action.sku)
    origin, target = (transfers.location_by_code(session, code) for code in (action.from_location, action.to_location))
    came_at = transfers.moved_at(session, f"{source} in")
    if came_at is None:
        return _not_measurable(unit, Message(key="stock.outcome.units_not_seen"))
    if until < came_at + TRANSFER_HORIZON_DAYS * _DAY:
        return _not_measurable(unit, Message(key="stock.outcome.weeks_not_over"))
    until = came_at + TRANSFER_HORIZON_DAYS * _DAY
    if _ran_out(session, product.id, origin, came_at, until):
        return _not_measurable(unit, Message(key="stock.outcome.origin_ran_out"))
    opening, events, corrected = _ledger(session, product.id, target, came_at, until, action.quantity)
    margin = net_revenue_per_unit_minor(session, _SALES_WEEKS).get(product.id, 0.0)
    margin -= prices.unit_cost_minor(session, product.id) or 0
    values = [_value(action, margin, max(opening + wrong, 0), events) for wrong in (0, corrected, -corrected)]
    value, low, high = round(values[0]), round(min(values)), round(max(values))
    return Outcome(status=OutcomeStatus.MEASURED, unit=unit, effect=value, low=low, high=high, method=_METHOD)


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)


def _value(action: StockTransfer, margin: float, opening: int, events: Sequence[StockEvent]) -> float:
    replay = replay_later(events, opening, action.quantity, 0, TRANSFER_HORIZON_DAYS)
    return replay.units_saved * margin - action.cost_minor


def _ran_out(session: BrandSession, product_id: UUID, place: Location, since: datetime, until: datetime) -> bool:
    """Whether the place was at nothing between two moments, by its counts and movements."""
    opening, events, _ = _ledger(session, product_id, place, since, until, 0)
    level = opening
    for event in events:
        level = event.units if event.is_count else level + event.units
        if level <= 0:
            return True
    return False


def _ledger(
    session: BrandSession, product_id: UUID, place: Location, since: datetime, until: datetime, left_out: int
) -> tuple[int, list[StockEvent], int]:
    """A place's stock just before a moment, what moved from then on (a delivery of that moment left out), and by how
    much the first count after was off. Sales that are not moved are taken from the place's reports, day by day."""
    history = reads.movements(session, [place.id], since - _LEDGER_DAYS * _DAY, [product_id])
    sells_by_movement = any(move.kind == "sale" for move in history)
    sold = [] if sells_by_movement else _sales(session, product_id, place, since, until)
    before = [move for move in history if move.moved_at < since]
    level = 0
    counted: datetime | None = None
    for move in before:
        level, counted = (
            (move.quantity, move.moved_at) if move.kind == reads.COUNT else (level + move.quantity, counted)
        )
    if counted is not None and not sells_by_movement:
        periods = transfers.sold_by_day(session, product_id, place.id, counted, since)
        level -= sum(units for _, _, units in periods)
    events: list[tuple[datetime, StockEvent]] = []
    taken = False
    for move in history:
        if not since <= move.moved_at <= until:
            continue
        if left_out and not taken and move.kind == "transfer" and move.moved_at == since and move.quantity >= left_out:
            taken = True
            rest = move.quantity - left_out
            events.append((move.moved_at, StockEvent(0, rest)))
            continue
        day = (move.moved_at - since) // _DAY
        events.append(
            (
                move.moved_at,
                StockEvent(day, move.quantity, move.kind == reads.COUNT, move.kind in reads.USES),
            )
        )
    events += [(at, StockEvent((at - since) // _DAY, -units, False, True)) for at, units in sold]
    ordered = [event for _, event in sorted(events, key=lambda pair: (pair[0], pair[1].is_count))]
    return max(level, 0), ordered, _corrected(max(level, 0) + left_out, ordered)


def _sales(
    session: BrandSession, product_id: UUID, place: Location, since: datetime, until: datetime
) -> list[tuple[datetime, int]]:
    """The units of each reported period, spread evenly over its days."""
    sales = []
    for start, days, units in transfers.sold_by_day(session, product_id, place.id, since, until):
        shares = [units * (day + 1) // days - units * day // days for day in range(days)]
        sales += [(start + day * _DAY + 12 * timedelta(hours=1), part) for day, part in enumerate(shares) if part]
    return sales


def _corrected(opening: int, events: Sequence[StockEvent]) -> int:
    """By how many units the first count set the stock right."""
    steps = []
    for event in events:
        if event.is_count:
            level = list(accumulate(steps, initial=opening))[-1]
            return abs(event.units - level)
        steps.append(event.units)
    return 0
