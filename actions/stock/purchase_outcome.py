"""Outcome of a purchase order: the stock ledger replayed with the same goods a week later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from actions.stands.missed_transfers import Sent, lost_at_places
from analytics.stock.replenishment import HOLDING_OFF
from analytics.stock.stock_path import DailyStock, Replay, StockEvent, daily_stock, pooled, replay_later
from domain.message import Message, message
from domain.money import BPS
from domain.prediction import Outcome, OutcomeStatus
from domain.stock import REVIEW_DAYS, PurchaseOrderCreate
from store.reads.sales import net_revenue_per_unit_minor
from store.reads.settings import rules_of
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import PurchaseOrder

_METHOD = "stock ledger replayed with the goods a week later"
_LOOK_BACK, _DAY = timedelta(days=90), timedelta(days=1)
_SALES_WEEKS = 13
_MARGIN_OFF = 0.25
"""By how much the margin of what would have run short may differ from the quarter's average, over other channels and
offers: a share, either way."""


@dataclass(frozen=True)
class _Ledger:
    """A product's movements from the day its goods came, these left out, and the stock before them."""

    opening: int
    events: Sequence[StockEvent]
    moved: Sequence[reads.Movement | None]
    """The movement behind each event, but for the rest of the delivery."""
    arrival_day: int
    corrected: int
    """Units by which counts set the stock right: how wrong it may have been."""
    used_later: float
    """Units that an empty shelf lost after the goods would have come a week later: more stock would have sold then."""


@dataclass(frozen=True)
class _Saved:
    """Units that only could be sold as the goods came in time: as far as one knows, at least and at most."""

    units: float
    low: float
    high: float
    unit_days: float


def measure_purchase(session: BrandSession, action: PurchaseOrderCreate, source: str, until: datetime) -> Outcome:
    """Profit of ordering now instead of at the next weekly review.

    In the replay each product's goods come a week later. What then could not have been sold is what the order saved,
    at the margin of the last quarter, less what it cost to keep the goods for longer. What could not have been sent on
    to a stand is lost only as far as the stand had not that much left at its next count. Taken off is what an empty
    shelf lost afterwards, which the goods would still have sold. The interval holds what the stock could have been off
    by, as later counts show; which stands would have gone short; and margins and storage a quarter off. Not measurable
    until all of it has come and lain for a week.
    """
    unit = f"{action.currency}.minor"
    rows = reads.orders_of(session, source)
    if not rows:
        return _not_measurable(unit, Message(key="stock.outcome.order_gone"))
    late = [row for row in rows if row.received_at is None or row.received_at + REVIEW_DAYS * _DAY > until]
    if late:
        return _not_measurable(unit, message("stock.outcome.late", late=len(late), products=len(rows)))
    kept = net_revenue_per_unit_minor(session, _SALES_WEEKS)
    holding_a_day = rules_of(session).holding_bps_a_year / BPS / 365
    ends = [0.0, 0.0, 0.0]
    for row in rows:
        ledger = _ledger(session, row, until)
        if ledger is None:
            return _not_measurable(unit, Message(key="stock.outcome.goods_not_seen"))
        margin = kept.get(row.product_id, float(row.unit_cost_minor)) - row.unit_cost_minor
        values = _values(_saved(session, row, ledger, until), margin, row.unit_cost_minor * holding_a_day)
        ends = [end + value for end, value in zip(ends, values, strict=True)]
    value, low, high = (round(end) for end in ends)
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=value,
        low=low,
        high=high,
        method=_METHOD,
    )


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)


def _values(saved: _Saved, margin_minor: float, holding_minor_a_day: float) -> tuple[float, float, float]:
    """Money that the goods brought by coming in time, and the ends between which it lies."""
    kept_longer = saved.unit_days * holding_minor_a_day
    off = abs(kept_longer) * HOLDING_OFF
    earned = sorted(
        units * margin_minor * share
        for units in (saved.low, saved.high)
        for share in (1 - _MARGIN_OFF, 1 + _MARGIN_OFF)
    )
    return saved.units * margin_minor - kept_longer, earned[0] - kept_longer - off, earned[-1] - kept_longer + off


def _saved(session: BrandSession, row: PurchaseOrder, ledger: _Ledger, until: datetime) -> _Saved:
    """By replaying the ledger, also with the stock before the goods off by what counts corrected."""
    replays = [_replay(row, ledger, wrong) for wrong in (0, ledger.corrected, -ledger.corrected)]
    sent = _sent(session, row, ledger, until) if any(any(replay.missed) for replay in replays) else {}
    units, lows, highs = zip(*(_lost(ledger, replay, sent) for replay in replays), strict=True)
    return _Saved(units[0], min(lows), max(highs), replays[0].unit_days)


def _replay(row: PurchaseOrder, ledger: _Ledger, wrong: int) -> Replay:
    return replay_later(ledger.events, max(ledger.opening + wrong, 0), row.quantity, ledger.arrival_day, REVIEW_DAYS)


def _lost(ledger: _Ledger, replay: Replay, sent: dict[datetime, list[Sent]]) -> tuple[float, float, float]:
    """Units of a replay's misses that would have been lost for good: best estimate, least, most."""
    ends = [0.0, 0.0, 0.0]
    for movement, missed in zip(ledger.moved, replay.missed, strict=True):
        if not missed:
            continue
        lost = (missed, missed, missed)
        if movement is not None and movement.kind == reads.TRANSFER:
            lost = lost_at_places(sent.get(movement.moved_at, []), missed)
        ends = [end + units for end, units in zip(ends, lost, strict=True)]
    later = min(ledger.used_later, ends[0])
    return ends[0] - later, max(ends[1] - later, 0.0), ends[2]


def _sent(session: BrandSession, row: PurchaseOrder, ledger: _Ledger, until: datetime) -> dict[datetime, list[Sent]]:
    """Transfers since the goods came, by moment: units to each place, and its units left at the next count."""
    began = next((movement.moved_at for movement in ledger.moved if movement is not None), until)
    places = [place.id for place in reads.places_supplied(session)]
    moved = [
        movement
        for movement in reads.movements(session, places, began - _DAY, [row.product_id])
        if movement.moved_at <= until
    ]
    sent: dict[datetime, list[Sent]] = {}
    for at, movement in enumerate(moved):
        if movement.kind == reads.TRANSFER and movement.quantity > 0:
            counts = (
                later.quantity
                for later in moved[at + 1 :]
                if later.kind == reads.COUNT
                and later.location_id == movement.location_id
                and later.moved_at > movement.moved_at
            )
            sent.setdefault(movement.moved_at, []).append(Sent(movement.quantity, next(counts, None)))
    return sent


def _ledger(session: BrandSession, row: PurchaseOrder, until: datetime) -> _Ledger | None:
    assert row.received_at is not None
    start = row.received_at.replace(hour=0, minute=0, second=0, microsecond=0) - _LOOK_BACK
    places = [place.id for place in reads.warehouses(session)]
    all_of_it = reads.movements(session, places, start, [row.product_id])
    moved = [movement for movement in all_of_it if movement.moved_at <= until]
    opening = reads.on_hand(session, places).get(row.product_id, 0) - sum(movement.quantity for movement in all_of_it)
    events = _anchored(pooled([_event(movement, start) for movement in moved]), opening)
    arrival_day = _LOOK_BACK // _DAY
    first = len(events) - len(moved)
    receipts = (at for at, movement in enumerate(moved, first) if movement.kind == "receipt")
    goods = next((at for at in receipts if events[at].day >= arrival_day), None)
    if goods is None or events[goods].units < row.quantity:
        return None
    stock = daily_stock(events, max((until - start) // _DAY, events[-1].day) + 1)
    rest = StockEvent(events[goods].day, events[goods].units - row.quantity)
    after = [at for at, event in enumerate(events) if event.day >= arrival_day]
    return _Ledger(
        opening=int(stock.on_hand[arrival_day - 1]),
        events=[rest if at == goods else events[at] for at in after],
        moved=[None if at == goods or at < first else moved[at - first] for at in after],
        arrival_day=arrival_day,
        corrected=_corrected(events),
        used_later=_lost_later(stock, arrival_day + REVIEW_DAYS),
    )


def _lost_later(stock: DailyStock, since: int) -> float:
    """Units that were asked for in vain from a day on: the pace of the days with stock, over those without."""
    there = float(stock.available.sum())
    pace = float(stock.used.sum()) / there if there else 0.0
    return pace * float((1 - stock.available[since:]).sum())


def _anchored(events: Sequence[StockEvent], opening: int) -> list[StockEvent]:
    """Where no count lies among the events, they begin with the `opening` that older counts make, if it can be true."""
    counted = any(event.is_count for event in events)
    lowest = min(accumulate((event.units for event in events), initial=opening))
    return [*events] if counted or lowest < 0 else [StockEvent(0, opening, is_count=True), *events]


def _event(movement: reads.Movement, start: datetime) -> StockEvent:
    day = (movement.moved_at - start) // _DAY
    return StockEvent(
        day, movement.quantity, movement.kind == reads.COUNT, movement.kind in reads.USES, movement.location_id
    )


def _corrected(events: Sequence[StockEvent]) -> int:
    """By how many units the last count before the end set the stock right."""
    level: int | None = None
    correction = 0
    for event in events:
        if event.is_count:
            correction = abs(event.units - level) if level is not None else correction
            level = event.units
        elif level is not None:
            level += event.units
    return correction
