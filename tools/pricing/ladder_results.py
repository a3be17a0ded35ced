"""Results of the tools on ladders, drafts and promotions: plain values, and a cell for every number to be cited."""

from typing import Literal

from pydantic import Field

from domain.figure import Cell
from tools.base import ToolResult


class RungView(ToolResult):
    """A product's price in one channel; `kept` is without VAT and after the channel's fee."""

    channel: str
    title: str
    role: str
    price: Cell
    net: Cell
    kept: Cell
    fee: Cell
    margin: Cell | None


class BrokenView(ToolResult):
    """Two prices that stand the wrong way round: `channel`'s against what `against`'s comes to."""

    kind: str
    channel: str
    against: str
    price: Cell
    other: Cell


class ChannelLadder(ToolResult):
    sku: str
    title: str
    currency: str
    status: Literal["told", "insufficient"]
    reasons: list[str]
    usual_markup: Cell | None = Field(description="what the own shop usually asks on top of dealers' price with VAT")
    rungs: list[RungView]
    broken: list[BrokenView]


class DraftLine(ToolResult):
    """A product with a cost and no price: what it might be sold at, or why that cannot be told."""

    sku: str
    title: str
    decision: Literal["draft", "abstained"]
    reasons: list[str]
    unit_cost: Cell | None = None
    price: Cell | None = None
    margin: Cell | None = None
    comparable: Cell | None = Field(default=None, description="products of its category that are sold there")
    comparable_margin: Cell | None = None
    contribution: Cell | None = Field(default=None, description="of a middling comparable product, over the horizon")
    contribution_low: Cell | None = None
    contribution_high: Cell | None = None


class DraftPrices(ToolResult):
    channel: str
    title: str
    currency: str
    horizon: Cell
    lines: list[DraftLine]


class ProposedDraft(ToolResult):
    proposal: str
    sku: str
    channel: str
    price: Cell


class PastDeals(ToolResult):
    """The effect of past deals in one channel, on average over its products, each of a week on a deal."""

    channel: str
    title: str
    status: Literal["usable", "insufficient"]
    reasons: list[str]
    deals: Cell | None = None
    off: Cell | None = None
    lift: Cell | None = None
    lift_low: Cell | None = None
    lift_high: Cell | None = None
    bought_ahead: Cell | None = Field(default=None, description="share of the extra units that is missing afterwards")
    cannibalised: Cell | None = Field(default=None, description="change of a product where all others of its kind deal")
    coverage: Cell | None = None


class PromotionAdvice(ToolResult):
    """Whether a deal on a product is worth it, by what past deals brought: lift, dip and cannibalisation; in money."""

    sku: str
    title: str
    currency: str
    status: Literal["promote", "leave", "abstained"]
    reasons: list[str]
    channels: list[str] = Field(default_factory=list)
    first_day: str = ""
    last_day: str = ""
    days: Cell | None = None
    off: Cell | None = None
    lift: Cell | None = None
    dip: Cell | None = None
    cannibalised: Cell | None = None
    cleared: Cell | None = Field(default=None, description="what is saved on stock that would not sell in time")
    surplus: Cell | None = None
    gain: Cell | None = None
    gain_low: Cell | None = None
    gain_high: Cell | None = None
    coverage: Cell | None = None
    horizon: Cell | None = None


class ProposedPromotion(ToolResult):
    proposal: str
    sku: str
    expected: Cell
    check_at: str
