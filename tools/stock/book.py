"""The brand's warehouses as the purchasing tools see them: read once a run, product by product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from analytics.forecasting.events import EventWeeks
from analytics.pricing.panel import Floats
from analytics.pricing.price_shift import PriceShift, price_shift
from analytics.stock.demand_history import DemandHistory
from analytics.stock.lead_time import LeadTime, estimate_lead_time
from analytics.stock.weekly_demand import WeeklyDemand, weekly_demand
from domain.errors import InvalidInput
from domain.message import Message
from store.reads.sales import net_revenue_per_unit_minor
from store.reads.settings import brand_of, rules_of
from store.reads.stock import levels as reads
from store.reads.stock.history import stock_history
from store.session import BrandSession
from store.tables import BrandRules, Location, Supplier
from tools.base import ToolEnv
from tools.pricing.moves import ProductMoves, price_moves

RECENT_WEEKS, YEAR_WEEKS = 8, 52


@dataclass(frozen=True, eq=False)
class ProductStock:
    """One product in the warehouses now; units used by week (W,), and the share of each week with stock (W,).

    Its weeks are the whole ones since it first moved. `on_hand` is below zero by what is owed to customers.
    """

    on_hand: int
    under_way: int
    used: Floats
    available: Floats
    own: ProductMoves = field(default_factory=ProductMoves)
    """Recent changes of its own prices."""
    events: tuple[EventWeeks, ...] = ()
    """Holidays and its own promotions."""
    counted: bool = True
    """False where nothing says what is there: movements are derived, and it was never counted."""
    _demands: dict[int, WeeklyDemand] = field(default_factory=dict[int, WeeklyDemand], repr=False)

    @property
    def shift(self) -> PriceShift:
        """Demand at today's prices as a multiple of each week's units (W,)."""
        return price_shift(self.own.moves, len(self.used))

    @property
    def owed(self) -> int:
        """Units that customers bought and wait for."""
        return max(-self.on_hand, 0)

    def demand(self, weeks_ahead: int) -> WeeklyDemand:
        """The product's demand figure over so many weeks, computed once. Raises InvalidNumbers."""
        known = self._demands.get(weeks_ahead)
        if known is None:
            known = weekly_demand(self.used, self.available, weeks_ahead, self.shift, self.events)
            self._demands[weeks_ahead] = known
        return known


@dataclass(frozen=True, eq=False)
class StockBook:
    """All that purchasing looks at. `kept_minor` is what the brand keeps of a unit sold, on average over channels.

    It is that of the last weeks, or of the last year for what did not sell in them: an empty shelf sells nothing.
    `derived` says that no movements are kept: they are derived from sales, received orders and counts.
    """

    currency: str
    rules: BrandRules
    places: Sequence[Location]
    stock: Mapping[UUID, ProductStock]
    kept_minor: Mapping[UUID, float]
    cash_minor: int | None
    derived: bool = False

    def of(self, product: UUID) -> ProductStock:
        """A product's stock; nothing of one that never moved, and not known where movements are derived."""
        return self.stock.get(product) or ProductStock(0, 0, np.zeros(0), np.zeros(0), counted=not self.derived)


def stock_book(session: BrandSession, env: ToolEnv) -> StockBook:
    """Raises InvalidInput where no place is known in which the brand keeps its goods."""
    return env.once(("stock book",), lambda: _read(session, env))


def _read(session: BrandSession, env: ToolEnv) -> StockBook:
    places = reads.warehouses(session)
    if not places:
        raise InvalidInput(
            "No place is known in which goods are kept.",
            remedy="Import locations.csv, and stock.csv with what was counted there.",
            said=Message(key="stock.unread.no_place"),
        )
    currency, ids = brand_of(session).currency, [place.id for place in places]
    recorded = stock_history(session, ids)
    return StockBook(
        currency=currency,
        rules=rules_of(session),
        places=places,
        stock=_stock(session, env, ids, DemandHistory(recorded), derived=recorded.derived),
        kept_minor={
            **net_revenue_per_unit_minor(session, YEAR_WEEKS),
            **net_revenue_per_unit_minor(session, RECENT_WEEKS),
        },
        cash_minor=reads.cash_minor(session, currency),
        derived=recorded.derived,
    )


def _stock(
    session: BrandSession, env: ToolEnv, place_ids: Sequence[UUID], history: DemandHistory, *, derived: bool
) -> dict[UUID, ProductStock]:
    on_hand, coming = reads.on_hand(session, place_ids), reads.units_on_order(session)
    moves, nothing = price_moves(session, env), ProductMoves()
    stock = {}
    for product in {*history.weeks, *on_hand, *coming}:
        used, available = history.of(product)
        stock[product] = ProductStock(
            on_hand.get(product, 0),
            coming.get(product, 0),
            used,
            available,
            own=moves.get(product, nothing) if len(used) else nothing,
            events=history.events(product),
            counted=product in on_hand or not derived,
        )
    return stock


def lead_time_of(session: BrandSession, env: ToolEnv, supplier: Supplier) -> LeadTime:
    """Lead time by the supplier's deliveries and its promise. Raises InvalidNumbers where there is neither."""
    return env.once(
        ("lead time", supplier.id),
        lambda: estimate_lead_time(reads.lead_times_days(session, supplier.id), supplier.lead_time_days),
    )
