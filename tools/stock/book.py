"""The brand's warehouses as the purchasing tools see them: read once a run, product by product."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from analytics.pricing.panel import Floats
from analytics.pricing.price_shift import PriceShift, price_shift
from analytics.stock.lead_time import LeadTime, estimate_lead_time
from analytics.stock.stock_path import StockEvent, daily_stock, pooled
from domain.errors import InvalidInput
from store.reads.pricing.promotions import last_end
from store.reads.sales import net_revenue_per_unit_minor
from store.reads.settings import brand_of, rules_of
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import BrandRules, Location, Supplier
from tools.base import ToolEnv
from tools.pricing.moves import ProductMoves, price_moves

HISTORY_WEEKS = 156
RECENT_WEEKS, YEAR_WEEKS = 8, 52
_DAY = timedelta(days=1)
_LONGEST_SILENCE = timedelta(weeks=8)
"""After that, no report means that nothing moved."""


@dataclass(frozen=True, eq=False)
class ProductStock:
    """One product in the warehouses now; units used by week (W,), and the share of each week with stock (W,).

    Its weeks are the whole ones since it first moved.
    """

    on_hand: int
    under_way: int
    used: Floats
    available: Floats
    own: ProductMoves = field(default_factory=ProductMoves)
    """Recent changes of its own prices."""

    @property
    def shift(self) -> PriceShift:
        """Demand at today's prices as a multiple of each week's units (W,)."""
        return price_shift(self.own.moves, len(self.used))

    @classmethod
    def unmoved(cls, on_hand: int, under_way: int) -> "ProductStock":
        """The stock of a product that has no known movement."""
        return cls(on_hand, under_way, *daily_stock([], 0).by_week())


@dataclass(frozen=True, eq=False)
class StockBook:
    """All that purchasing looks at. `kept_minor` is what the brand keeps of a unit sold, on average over channels.

    It is that of the last weeks, or of the last year for what did not sell in them: an empty shelf sells nothing.
    """

    currency: str
    rules: BrandRules
    places: Sequence[Location]
    stock: Mapping[UUID, ProductStock]
    kept_minor: Mapping[UUID, float]
    cash_minor: int | None


def stock_book(session: BrandSession, env: ToolEnv) -> StockBook:
    """Raises InvalidInput where the brand has no warehouse."""
    return env.once(("stock book",), lambda: _read(session, env))


def _read(session: BrandSession, env: ToolEnv) -> StockBook:
    places = reads.warehouses(session)
    if not places:
        raise InvalidInput(
            "No warehouse is known, so stock cannot be told.", remedy="Give a location the kind `warehouse`."
        )
    currency = brand_of(session).currency
    return StockBook(
        currency=currency,
        rules=rules_of(session),
        places=places,
        stock=_stock(session, env, places),
        kept_minor={
            **net_revenue_per_unit_minor(session, YEAR_WEEKS),
            **net_revenue_per_unit_minor(session, RECENT_WEEKS),
        },
        cash_minor=reads.cash_minor(session, currency),
    )


def _stock(session: BrandSession, env: ToolEnv, places: Sequence[Location]) -> dict[UUID, ProductStock]:
    ids = [place.id for place in places]
    on_hand, coming = reads.on_hand(session, ids), reads.units_on_order(session)
    weeks = _weeks(reads.movements(session, ids, session.ctx.known_until - timedelta(weeks=HISTORY_WEEKS)), session)
    moves, stock = price_moves(session, env), {}
    for product in {*weeks, *on_hand, *coming}:
        held = ProductStock.unmoved(on_hand.get(product, 0), coming.get(product, 0))
        if product in weeks:
            used, available = weeks[product]
            held = replace(held, used=used, available=available, own=moves.get(product, ProductMoves()))
        stock[product] = held
    return stock


def _weeks(moved: Sequence[reads.Movement], session: BrandSession) -> dict[UUID, tuple[Floats, Floats]]:
    """Units used and the share with stock, by week, of each product that moved.

    The last week ends with the newest movement or sales report: of what was not reported yet nothing is known.
    """
    if not moved:
        return {}
    now = session.ctx.known_until
    newest = max(moved[-1].moved_at + _DAY, last_end(session) or moved[-1].moved_at, now - _LONGEST_SILENCE)
    now = min(now, newest)
    start = _start_of_days(moved[0].moved_at, now)
    days = (now - start) // _DAY
    events: dict[UUID, list[StockEvent]] = defaultdict(list)
    for movement in moved:
        day = min((movement.moved_at - start) // _DAY, days - 1)
        is_count, is_use = movement.kind == reads.COUNT, movement.kind in reads.USES
        events[movement.product_id].append(StockEvent(day, movement.quantity, is_count, is_use, movement.location_id))
    weeks = {}
    for product, of_product in events.items():
        used, available = daily_stock(pooled(of_product), days).by_week()
        first = len(used) - (days - of_product[0].day) // 7
        weeks[product] = used[first:], available[first:]
    return weeks


def _start_of_days(first: datetime, now: datetime) -> datetime:
    """The start of whole days that end now, so that the last week is whole."""
    return now - ((now - first) // _DAY + 1) * _DAY


def lead_time_of(session: BrandSession, env: ToolEnv, supplier: Supplier) -> LeadTime:
    """Lead time by the supplier's deliveries and its promise. Raises InvalidNumbers where there is neither."""
    return env.once(
        ("lead time", supplier.id),
        lambda: estimate_lead_time(reads.lead_times_days(session, supplier.id), supplier.lead_time_days),
    )
