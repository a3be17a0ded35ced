"""Outcome of a trip to stands: each shelf's ledger replayed with the same goods at the next planned call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from uuid import UUID

from analytics.stock.stock_path import StockEvent, replay_later
from domain.message import Message, message
from domain.money import BPS
from domain.prediction import Outcome, OutcomeStatus
from domain.stands import StandRefill, days_to_planned_call
from store.reads import stands as reads
from store.reads.pricing.prices import unit_costs_minor
from store.reads.settings import rules_of
from store.reads.stock import levels as stock
from store.session import BrandSession
from store.tables import Location, StandRefillOrder

_METHOD = "shelf ledgers replayed with the goods at the next planned call"
_LOOK_BACK, _DAY = timedelta(days=60), timedelta(days=1)


@dataclass(frozen=True)
class _Facts:
    """Inputs of the replay that all shelves of a trip share."""

    moved: Sequence[stock.Movement]
    sold: Sequence[reads.StandSales]
    kept_minor: dict[UUID, float]
    cost_minor: dict[UUID, int | None]
    holding_a_day: float
    until: datetime


def measure_refill(session: BrandSession, action: StandRefill, source: str, until: datetime) -> Outcome:
    """Profit of delivering on this trip instead of at the stands' next planned calls, less the trip's cost.

    In the replay each shelf gets its goods at the next planned call; what it sold until then beyond what had lain
    there is what the trip saved, at the margin of those weeks, less what it cost to let the goods lie there, and less
    what other channels were to lose for want of the goods, as it was proposed. Goods that came between are in both.
    The interval is what the shelf could have been off by, as the next count shows (theft, breakage, miscounts). Not
    measurable until sales are reported up to the planned calls.
    """
    unit = f"{action.currency}.minor"
    planned = reads.refills_of(session, source)
    rows = [row for row in planned if row.cancelled_at is None]
    made = [
        row for row in rows if row.delivered_at is not None and row.delivered_at <= until and row.delivered_quantity
    ]
    if not made:
        return _not_measurable(unit, Message(key="stands.outcome.no_stop"))
    facts = _facts(session, [row.location_id for row in made], [row.product_id for row in made], until)
    value, below, above = 0.0, 0.0, 0.0
    for row in made:
        gain = _shelf(session, row, facts)
        if isinstance(gain, Message):
            return _not_measurable(unit, gain)
        middle, low, high = gain
        value, below, above = value + middle, below + (middle - low) ** 2, above + (high - middle) ** 2
    value -= sum(row.expected_cost_minor for row in planned)  # as booked by the rules, whoever proposed what
    value -= action.missed_elsewhere_minor * _share_delivered(action, made)
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=round(value),
        low=round(value - sqrt(below)),
        high=round(value + sqrt(above)),
        method=_METHOD,
    )


def _share_delivered(action: StandRefill, made: Sequence[StandRefillOrder]) -> float:
    """The share of the trip's units that came to the stands, one at most."""
    return min(sum(row.delivered_quantity or 0 for row in made) / action.units, 1.0)


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)


def _facts(session: BrandSession, places: Sequence[UUID], products: Sequence[UUID], until: datetime) -> _Facts:
    ids, since = sorted(set(places)), until - 2 * _LOOK_BACK
    wanted = sorted(set(products))
    sold = [sale for sale in reads.stand_sales(session, ids, since, wanted) if sale.end <= until]
    return _Facts(
        moved=[movement for movement in stock.movements(session, ids, since, wanted) if movement.moved_at <= until],
        sold=sold,
        kept_minor=reads.net_revenue_at_stands_minor(session, sold),
        cost_minor=unit_costs_minor(session, wanted),
        holding_a_day=rules_of(session).holding_bps_a_year / BPS / 365,
        until=until,
    )


def _shelf(session: BrandSession, row: StandRefillOrder, facts: _Facts) -> tuple[float, float, float] | Message:
    """Money that the goods on one shelf brought, with its ends; or why it cannot be told."""
    assert row.delivered_at is not None and row.delivered_quantity is not None
    place = session.get_one(Location, (session.ctx.brand_id, row.location_id))
    if not place.visit_every_days:
        return message("stands.outcome.no_rhythm", stand=place.code)
    start = row.delivered_at.replace(hour=0, minute=0, second=0, microsecond=0) - _LOOK_BACK
    moved = [
        movement
        for movement in facts.moved
        if (movement.location_id, movement.product_id) == (row.location_id, row.product_id)
    ]
    sold = [sale for sale in facts.sold if (sale.location_id, sale.product_id) == (row.location_id, row.product_id)]
    later = _later(row, moved, place.visit_every_days)
    if max((sale.end for sale in sold), default=start) < row.delivered_at + timedelta(days=later):
        return message("stands.outcome.not_reported", stand=place.code)
    kept, cost = facts.kept_minor.get(row.product_id), facts.cost_minor.get(row.product_id)
    if kept is None or cost is None:
        return Message(key="stands.outcome.no_margin")
    arrival_day = (row.delivered_at - start) // _DAY
    events = _events(moved, sold, start)
    opening = _opening(moved, row.delivered_at)
    goods = next((at for at, event in enumerate(events) if event.day == arrival_day and _is_goods(event, row)), None)
    if opening is None or goods is None:
        return message("stands.outcome.nothing_came", stand=place.code)
    after = [event for at, event in enumerate(events) if at > goods and event.day >= arrival_day]
    wrong = _corrected(events, goods)
    values = []
    for off in (0, wrong, -wrong):
        replay = replay_later(after, max(opening + off, 0), row.delivered_quantity, arrival_day, later)
        values.append(replay.units_saved * (kept - cost) - replay.unit_days * cost * facts.holding_a_day)
    return values[0], min(values), max(values)


def _is_goods(event: StockEvent, row: StandRefillOrder) -> bool:
    return not event.is_count and not event.is_use and event.units == row.delivered_quantity


def _later(row: StandRefillOrder, moved: Sequence[stock.Movement], every: int) -> int:
    """Days from the trip to the next planned call, as they were reckoned when it was proposed."""
    assert row.delivered_at is not None
    day = row.delivered_at.replace(hour=0, minute=0, second=0, microsecond=0)
    calls = [
        movement.moved_at
        for movement in moved
        if movement.kind in (stock.COUNT, reads.TRANSFER) and movement.moved_at < day
    ]
    since = (row.delivered_at - max(calls)) / _DAY if calls else float(every)
    return round(days_to_planned_call(since, every))


def _opening(moved: Sequence[stock.Movement], delivered: datetime) -> int | None:
    """Units the driver counted before he filled in; None where he counted none."""
    day = delivered.date()
    counts = [
        movement.quantity for movement in moved if movement.kind == stock.COUNT and movement.moved_at.date() == day
    ]
    return counts[0] if counts else None


def _events(moved: Sequence[stock.Movement], sold: Sequence[reads.StandSales], start: datetime) -> list[StockEvent]:
    """Counts, goods and sales by day, these even over their period; within a day sold, counted, brought."""
    events: list[tuple[float, int, StockEvent]] = []
    for sale in moved:
        day = (sale.moved_at - start) // _DAY
        if day >= 0 and sale.kind != "sale":
            is_count = sale.kind == stock.COUNT
            events.append((day, 1 if is_count else 2, StockEvent(day, sale.quantity, is_count=is_count)))
    for sale in sold:
        for at in range(sale.days):
            day = (sale.start - start) // _DAY + at
            units = sale.units * (at + 1) // sale.days - sale.units * at // sale.days
            if day >= 0 and units:
                events.append((day, 0, StockEvent(day, -units, is_use=True)))
    return [event for _, _, event in sorted(events, key=lambda entry: entry[:2])]


def _corrected(events: Sequence[StockEvent], goods: int) -> int:
    """By how many units the first count after the goods came set the shelf right; of none, the last one before."""
    level: int | None = None
    correction = 0
    for at, event in enumerate(events):
        if event.is_count:
            correction = abs(event.units - level) if level is not None else correction
            level = event.units
            if at > goods:
                return correction
        elif level is not None:
            level += event.units
    return correction
