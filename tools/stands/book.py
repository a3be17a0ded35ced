"""The brand's stands as the coach's tools see them: read once a run, shelf by shelf."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from analytics.stands.sell_through import CountedInterval, UsualRate, sell_through
from analytics.stands.shelf_intervals import ShelfMark, ShelfPeriod, SoldPeriod, shelf_periods
from analytics.stock.lead_time import DemandRate
from domain.money import BPS
from store.reads import stands as reads
from store.reads.pricing.prices import unit_costs_minor
from store.reads.products import products_by_id
from store.reads.settings import brand_of, rules_of
from store.reads.stock import levels as stock
from store.session import BrandSession
from store.tables import BrandRules, Location, Product
from tools.base import ToolEnv

HISTORY_WEEKS, RATE_WEEKS = 26, 8
USUAL_DAYS = 14.0
"""What such stands usually sell counts as so many days of a shelf's own."""
_RESERVE_DAYS = 7
_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class ShelfBook:
    """One product at one stand. `margin_minor` and `unit_cost_minor` are None where they are not known."""

    product: Product
    level: reads.ShelfLevel
    coming: int
    periods: Sequence[ShelfPeriod]
    rate: DemandRate
    margin_minor: float | None
    unit_cost_minor: int | None

    def units_at(self, moment: datetime) -> float:
        """Units expected on the shelf when a driver could be there, those under way counted in."""
        ahead = max((moment - self.level.reported_until) / _DAY, 0.0)
        return max(self.level.units - self.rate.units_per_day * ahead, 0.0) + self.coming


@dataclass(frozen=True, eq=False)
class StandNow:
    """A stand and its shelves, by SKU. `held` is the most that was ever seen there, over all products."""

    place: Location
    shelves: Sequence[ShelfBook]
    called_at: datetime | None
    held: int


@dataclass(frozen=True, eq=False)
class StandBook:
    """All that the coach looks at. `warehouse` is what may be taken from it, by product."""

    currency: str
    rules: BrandRules
    stands: Sequence[StandNow]
    warehouse: Mapping[UUID, int]
    sold: Sequence[reads.StandSales]

    def carrying_minor_per_day(self, shelf: ShelfBook) -> float:
        """The cost of a unit for each day that it lies there, in minor units."""
        return (shelf.unit_cost_minor or 0) * self.rules.holding_bps_a_year / BPS / 365


def stand_book(session: BrandSession, env: ToolEnv) -> StandBook:
    """The stands as they stand now; an empty book where there are none."""
    return env.once(("stand book",), lambda: _read(session))


def _read(session: BrandSession) -> StandBook:
    places = reads.stands(session)
    ids = [place.id for place in places]
    since = session.ctx.known_until - timedelta(weeks=HISTORY_WEEKS)
    sold = reads.stand_sales(session, ids, since)
    moved = stock.movements(session, ids, since, but=reads.SALE)
    return StandBook(
        currency=brand_of(session).currency,
        rules=rules_of(session),
        stands=_stands(session, places, sold, moved),
        warehouse=_warehouse(session),
        sold=sold,
    )


def _stands(
    session: BrandSession, places: Sequence[Location], sold: Sequence[reads.StandSales], moved: Sequence[stock.Movement]
) -> list[StandNow]:
    levels = reads.shelf_levels(session, [place.id for place in places], sold)
    periods = _periods(levels, sold, moved, session.ctx.known_until)
    rates = _rates(periods)
    products = products_by_id(session)
    lately = session.ctx.known_until - timedelta(weeks=RATE_WEEKS)
    kept = reads.net_revenue_at_stands_minor(session, [sale for sale in sold if sale.end > lately])
    costs = unit_costs_minor(session, sorted({product for _, product in levels}))
    coming: dict[reads.Shelf, int] = defaultdict(int)
    for order in reads.open_refills(session):
        coming[order.location_id, order.product_id] += order.quantity
    held = _held(moved)
    stands = []
    for place in places:
        shelves = [
            ShelfBook(
                product=products[product],
                level=level,
                coming=coming[stand, product],
                periods=periods[stand, product],
                rate=rates[stand, product],
                margin_minor=_margin(kept.get(product), costs.get(product)),
                unit_cost_minor=costs.get(product),
            )
            for (stand, product), level in levels.items()
            if stand == place.id and products[product].status == "active"
        ]
        shelves.sort(key=lambda shelf: shelf.product.sku)
        called = max((shelf.level.called_at for shelf in shelves), default=None)
        stands.append(StandNow(place, shelves, called, held.get(place.id, 0)))
    return stands


def _margin(kept: float | None, cost: int | None) -> float | None:
    return None if kept is None or cost is None else kept - cost


def _periods(
    levels: Mapping[reads.Shelf, reads.ShelfLevel],
    sold: Sequence[reads.StandSales],
    moved: Sequence[stock.Movement],
    now: datetime,
) -> dict[reads.Shelf, list[ShelfPeriod]]:
    marks: dict[reads.Shelf, list[ShelfMark]] = defaultdict(list)
    for movement in moved:
        mark = ShelfMark((movement.moved_at - now) / _DAY, movement.quantity, movement.kind == stock.COUNT)
        marks[movement.location_id, movement.product_id].append(mark)
    periods: dict[reads.Shelf, list[SoldPeriod]] = defaultdict(list)
    for sale in sold:
        period = SoldPeriod((sale.start - now) / _DAY, (sale.end - now) / _DAY, sale.units)
        periods[sale.location_id, sale.product_id].append(period)
    return {shelf: shelf_periods(marks[shelf], periods[shelf]) for shelf in levels}


def _rates(periods: Mapping[reads.Shelf, Sequence[ShelfPeriod]]) -> dict[reads.Shelf, DemandRate]:
    """Daily demand at each shelf: its own last weeks, drawn towards what such stands usually sell of it."""
    recent = {shelf: _intervals(of_shelf[-RATE_WEEKS:]) for shelf, of_shelf in periods.items()}
    units: dict[UUID, float] = defaultdict(float)
    days: dict[UUID, float] = defaultdict(float)
    for (_, product), intervals in recent.items():
        units[product] += sum(interval.sold for interval in intervals)
        days[product] += sum(interval.days for interval in intervals)
    usual = {product: units[product] / days[product] for product in units if days[product]}
    size = _sizes(recent, usual)
    return {
        (stand, product): sell_through(intervals, UsualRate(usual.get(product, 0.0) * size[stand], USUAL_DAYS))
        for (stand, product), intervals in recent.items()
    }


def _intervals(periods: Sequence[ShelfPeriod]) -> list[CountedInterval]:
    return [period.interval for period in periods if period.interval is not None]


def _sizes(recent: Mapping[reads.Shelf, Sequence[CountedInterval]], usual: Mapping[UUID, float]) -> dict[UUID, float]:
    """Each stand's sales over those of its products elsewhere in the same time; 1 where there are none to compare."""
    sold: dict[UUID, float] = defaultdict(float)
    expected: dict[UUID, float] = defaultdict(float)
    for (stand, product), intervals in recent.items():
        sold[stand] += sum(interval.sold for interval in intervals)
        expected[stand] += usual.get(product, 0.0) * sum(interval.days for interval in intervals)
    return {stand: sold[stand] / expected[stand] if expected[stand] else 1.0 for stand, _ in recent}


def _held(moved: Sequence[stock.Movement]) -> dict[UUID, int]:
    """The most that each stand held after a call: what was counted and what came on one day, over all products."""
    by_day: dict[tuple[UUID, object], int] = defaultdict(int)
    counted: set[tuple[UUID, object]] = set()
    for movement in moved:
        day = (movement.location_id, movement.moved_at.date())
        if movement.kind in (stock.COUNT, reads.TRANSFER):
            by_day[day] += movement.quantity
        if movement.kind == stock.COUNT:
            counted.add(day)
    most: dict[UUID, int] = defaultdict(int)
    for day in counted:
        most[day[0]] = max(most[day[0]], by_day[day])
    return most


def _warehouse(session: BrandSession) -> dict[UUID, int]:
    """Units in the warehouses by product, beyond those promised to stands and a week of the other channels' sales."""
    ids = [place.id for place in stock.warehouses(session)]
    if not ids:
        return {}
    on_hand = dict(stock.on_hand(session, ids))
    weeks = 4
    taken: dict[UUID, int] = defaultdict(int)
    for movement in stock.movements(session, ids, session.ctx.known_until - timedelta(weeks=weeks)):
        if movement.kind == "sale":
            taken[movement.product_id] -= movement.quantity
    for product, units in taken.items():
        on_hand[product] = on_hand.get(product, 0) - round(units * _RESERVE_DAYS / (7 * weeks))
    for order in reads.open_refills(session):
        if order.product_id in on_hand:
            on_hand[order.product_id] -= order.quantity
    return {product: max(units, 0) for product, units in on_hand.items()}
