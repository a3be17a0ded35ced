"""Results of the purchasing tools: plain values, and a cell for every number that may be cited."""

from typing import Literal

from pydantic import Field

from domain.figure import Cell
from tools.base import ToolResult
from tools.stock.supplier_terms import MinimumOrder


class SupplierView(ToolResult):
    """A supplier, what it promises and what it kept. `lead_time` is what the next order should take."""

    supplier: str
    title: str
    products: Cell = Field(description="products that it offers")
    lead_time_promised: Cell | None
    lead_time: Cell | None
    lead_time_deviation: Cell | None
    deliveries: Cell
    payment: Cell | None
    under_way: Cell = Field(description="orders on their way")


class SupplierList(ToolResult):
    currency: str
    cash: Cell | None = Field(description="what the brand's accounts held when their banks last said")
    suppliers: list[SupplierView]


class LineRate(ToolResult):
    """The demand figure of a line in full, by which its item counts days of stock and chances, too: units a day and
    their variance, the standard error of the rate, what events bring before and after goods arrive, and the lead time
    with its deviation, in days."""

    units_per_day: float
    variance_per_day: float
    standard_error: float
    events_before: float
    events_after: float
    lead_days: float
    lead_sd_days: float


class OrderLineAdvice(ToolResult):
    """One product of a supplier: what is there, what is asked for, and what to order.

    `demand` is a usual week's, with its interval; sales that an empty shelf could not make are counted in
    (`out_of_stock` is the share of the last quarter without stock). `event_units` come on top of it before goods
    ordered now, and in a week's time, would be in: `events` says why; `set_apart` are events of the past that do not
    count as usual. `owed` are units that customers bought and wait for. `cover` is how long stock and orders under way
    last, `cover_after` with this order. `gain` is what ordering now brings against ordering in a week, `saved` the
    units that only this order can sell.
    """

    sku: str
    title: str
    decision: Literal["order", "wait", "impossible", "abstained"]
    reasons: list[str]
    on_hand: Cell
    under_way: Cell
    demand: Cell | None = None
    demand_low: Cell | None = None
    demand_high: Cell | None = None
    owed: Cell | None = None
    event_units: Cell | None = None
    events: list[str] = []
    set_apart: list[str] = []
    out_of_stock: Cell | None = None
    rate: LineRate | None = None
    cover: Cell | None = None
    cover_after: Cell | None = None
    reorder_point: Cell | None = None
    stock_out_without: Cell | None = None
    stock_out_with: Cell | None = None
    quantity: Cell | None = None
    why: str = Field(default="", description="why so many")
    unit_cost: Cell | None = None
    amount: Cell | None = None
    gain: Cell | None = None
    gain_low: Cell | None = None
    gain_high: Cell | None = None
    saved: Cell | None = None
    excess: Cell | None = None


class OrderAlternative(ToolResult):
    """A smaller order: only the lines that may run out."""

    skus: list[str]
    units: Cell
    amount: Cell
    gain: Cell
    gain_low: Cell
    gain_high: Cell


class OrderAdviceView(ToolResult):
    """A supplier's products, and the order that would be worth placing today, if any.

    The lines' gains add up to the order's; its interval takes the products' luck as independent.
    """

    supplier: str
    title: str
    currency: str
    status: Literal["order", "wait", "abstained"]
    reasons: list[str]
    lead_time: Cell | None = None
    lead_time_is_assumed: bool = False
    lines: list[OrderLineAdvice]
    ordered_lines: Cell | None = None
    units: Cell | None = None
    amount: Cell | None = None
    gain: Cell | None = None
    gain_low: Cell | None = None
    gain_high: Cell | None = None
    coverage: Cell | None = None
    horizon: Cell | None = None
    cover_shortest: Cell | None = Field(default=None, description="days that the first of its lines lasts, with it")
    cover_longest: Cell | None = None
    cover_limit: Cell | None = Field(default=None, description="days of stock beyond which the brand's rules ask why")
    carried: Cell | None = Field(default=None, description="the most that cash ahead carries")
    alternative: OrderAlternative | None = None
    movements: Literal["kept", "derived"] = Field(
        default="kept", description="derived: from sales, received orders and counts, as no movements are kept"
    )
    minimum_order: MinimumOrder | None = Field(
        default=None, description="what the supplier's documents say that an order has to come to"
    )


class ProposedOrder(ToolResult):
    """A stored proposal."""

    proposal: str
    supplier: str
    amount: Cell
    expected: Cell
    check_at: str
