"""Results of the pricing tools: plain values, and a cell for every number that may be cited."""

from typing import Literal

from pydantic import Field

from domain.figure import Cell
from tools.base import ToolResult


class ChannelView(ToolResult):
    """A channel with a price list."""

    channel: str
    title: str
    fee: Cell
    prices_include_vat: bool
    entries: Cell = Field(description="entries of its price list")


class Channels(ToolResult):
    currency: str
    channels: list[ChannelView]


class PricedProduct(ToolResult):
    """One entry of a price list. `margin` is on what the brand keeps: without VAT and after the channel's fee."""

    sku: str
    title: str
    zone: str
    price: Cell
    valid_since: str
    price_age: Cell
    unit_cost: Cell | None
    margin: Cell | None
    listed: Cell | None = Field(default=None, description="the list's, where sales show that `price` is charged")
    approved: bool = Field(default=False, description="an action item set the list's price")
    weekly_contribution: Cell | None = None
    below_floor: bool
    weekly_units: Cell
    weekly_revenue: Cell
    weeks_of_sales: Cell
    newest_sales_age: Cell | None
    analysed_days_ago: int | None = Field(default=None, description="since its best price was last asked for")
    enough_data: bool
    reasons: list[str]


class PricedProducts(ToolResult):
    channel: str
    currency: str
    margin_floor: Cell
    entries: Cell
    newest_sales_age: Cell | None
    products: list[PricedProduct]


class ElasticityCandidate(ToolResult):
    """One model that stood for election; `heldout_error` in natural log of units, root mean square."""

    model: str
    elasticity: Cell | None
    low: Cell | None
    high: Cell | None
    heldout_error: Cell | None
    chosen: bool
    defensible: bool
    excluded: str | None


class Elasticity(ToolResult):
    """The elasticity that is trusted, with its interval, or why none is. `belief` is for calculations, not to cite."""

    sku: str
    channel: str
    zone: str
    status: Literal["usable", "insufficient"]
    reasons: list[str]
    model: str | None
    elasticity: Cell | None
    low: Cell | None
    high: Cell | None
    coverage: Cell
    heldout_error: Cell | None
    plain_regression: Cell | None = Field(description="what a log-log regression without any control gives")
    plain_is_trusted: bool
    candidates: list[ElasticityCandidate]
    facts: dict[str, Cell]
    belief: tuple[float, float, int] | None = Field(description="elasticity, standard error, degrees of freedom")


class CompetitorView(ToolResult):
    competitor: str
    price: Cell
    observed: str
    gap: Cell = Field(description="theirs against ours")


class PriceCorridor(ToolResult):
    """Which prices the brand's rules allow today, and from which bounds."""

    sku: str
    channel: str
    zone: str
    price: Cell
    margin: Cell | None
    margin_floor: Cell
    floor_price: Cell | None
    reference_price: Cell
    corridor_low: Cell
    corridor_high: Cell
    day_limit: Cell
    day_low: Cell
    day_high: Cell
    allowed_low: Cell | None
    allowed_high: Cell | None
    below_floor: bool
    competitors: list[CompetitorView]


class BestPrice(ToolResult):
    """The advice for one price: change it, keep it, or no advice at all (`abstained`)."""

    sku: str
    channel: str
    zone: str
    currency: str
    status: Literal["change", "keep", "abstained"]
    reasons: list[str]
    price_now: Cell
    horizon: Cell
    price: Cell | None = None
    change: Cell | None = None
    margin_now: Cell | None = None
    margin_then: Cell | None = None
    units_now: Cell | None = None
    units_then: Cell | None = None
    profit_change: Cell | None = None
    profit_change_low: Cell | None = None
    profit_change_high: Cell | None = None
    profit_change_same_units: Cell | None = Field(default=None, description="if just as much is sold")
    coverage: Cell | None = None
    probability: Cell | None = Field(default=None, description="that profit rises")
    considered_price: Cell | None = Field(default=None, description="the best other price, when the advice is to keep")
    considered_probability: Cell | None = None
    given_back: Cell | None = Field(default=None, description="what rivals' answer takes off the change of profit")
    ladder_low: Cell | None = Field(default=None, description="the lowest price that breaks no rung of the ladder")
    ladder_high: Cell | None = None
    listed: Cell | None = Field(default=None, description="the list's price, where sales show that another is charged")
    measured_in: Cell | None = Field(default=None, description="until its last change is measured: it waits for that")
    floor_price: Cell | None = Field(default=None, description="the lowest that keeps the margin floor, if below it")
    floor_steps: Cell | None = Field(default=None, description="changes of price until there, this one counted")
    prior: bool = Field(default=False, description="demand is assumed, as sales do not tell how it answers")


class PastPrice(ToolResult):
    price: Cell
    since: str
    source: str


class PriceChanges(ToolResult):
    sku: str
    channel: str
    zone: str
    changes: Cell
    prices: list[PastPrice]


class Proposed(ToolResult):
    """The proposal as it was stored; cite its id in the report."""

    proposal: str
    sku: str
    channel: str
    zone: str
    price: Cell
    expected: Cell
    check_at: str


class CompetitorReaction(ToolResult):
    """How rivals answer price changes in a channel, or why that cannot be told. `answer` is the share of a change.

    `cross` is what a percent of rivals' prices does to sales; `given_back` what their answer takes off an elasticity
    over the horizon. `belief` is for calculations, not to cite.
    """

    channel: str
    status: Literal["usable", "insufficient"]
    reasons: list[str]
    follows: bool = False
    answer: Cell | None = None
    answer_low: Cell | None = None
    answer_high: Cell | None = None
    answer_within: Cell | None = Field(default=None, description="mean over the horizon after a change")
    after: Cell | None = None
    horizon: Cell | None = None
    coverage: Cell | None = None
    changes: Cell | None = None
    cross: Cell | None = None
    cross_low: Cell | None = None
    cross_high: Cell | None = None
    given_back: Cell | None = None
    belief: tuple[float, float] | None = Field(default=None, description="given back, and its standard error")
