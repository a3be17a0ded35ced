"""The happenings of one day: all that the brand's own systems could see of it."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from simulation.customers import ShopOrders
from simulation.draws import Counts, Floats
from simulation.leads import SalonLead


@dataclass(frozen=True)
class SupplierOrder:
    """An order at a supplier. `product` is an index; money in euros; days count from the world's first."""

    number: str
    product: int
    units: int
    unit_cost: float
    ordered: int
    promised: int
    arrives: int


@dataclass(frozen=True, eq=False)
class DealerOrder:
    """A dealer's order, delivered at once as far as there was stock, with its invoice."""

    number: str
    dealer: int
    units: Counts
    price: Floats
    amount: float
    due: int
    ordered_units: int


@dataclass(frozen=True)
class Credit:
    """Goods that a dealer sent back unpaid: what of them can be sold again, and what they had been charged at."""

    number: str
    invoice: str
    dealer: int
    units: Counts
    amount: float


@dataclass(frozen=True)
class Paid:
    """Money that came in. `invoice` is empty for what channels pay out."""

    number: str
    invoice: str
    amount: float


@dataclass(frozen=True)
class Outlay:
    """Money that went out, in euros, by category."""

    category: str
    amount: float


@dataclass(frozen=True)
class OutsiderMessage:
    """Something that an outsider wrote."""

    number: str
    source: str
    sku: str
    customer: int | None
    rating: int | None
    text: str


@dataclass(eq=False)
class Day:
    """P products, 3 online channels, S stands; prices in cents as charged."""

    day: int
    date: date
    list_price: Counts
    online_units: Counts
    online_price: Counts
    online_deal: np.ndarray
    stand_units: Counts
    stand_price: Counts
    stand_deal: np.ndarray
    shop_orders: ShopOrders
    joined: tuple[int, int]
    returned: Counts
    returned_euros: float
    restocked: Counts
    expired: Counts
    unit_cost: Floats
    competitor_price: Floats | None = None
    dealer_orders: list[DealerOrder] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    placed: list[SupplierOrder] = field(default_factory=list)
    received: list[SupplierOrder] = field(default_factory=list)
    refills: dict[int, Counts] = field(default_factory=dict)
    stand_counts: dict[int, Counts] = field(default_factory=dict)
    warehouse_count: Counts | None = None
    paid: list[Paid] = field(default_factory=list)
    expenses: list[Outlay] = field(default_factory=list)
    messages: list[OutsiderMessage] = field(default_factory=list)
    leads: list[SalonLead] = field(default_factory=list)
    cash: float = 0.0
