"""The arguments of the pricing tools."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from domain.report import Claim
from tools.base import Name, ToolArguments

Zone = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]


class ChannelArguments(ToolArguments):
    channel: Name = Field(description="the channel's code")


class SkuArguments(ToolArguments):
    sku: Name = Field(description="the product's SKU")


class PriceArguments(ToolArguments):
    """One entry of a price list."""

    sku: Name = Field(description="the product's SKU")
    channel: Name = Field(description="the channel's code")
    zone: Zone = Field(default="", description="the price list's zone; empty: everywhere")


class BestPriceArguments(PriceArguments):
    horizon_weeks: int = Field(default=8, ge=1, le=26, description="over how many weeks profit is counted")


class PriceSetArguments(ToolArguments):
    """Entries of price lists that might be changed together."""

    prices: list[PriceArguments] = Field(min_length=1, max_length=100, description="all that best_price would change")


class ProposalArguments(PriceArguments):
    """The price and what it should bring are taken from the analysis, never from here."""

    analysis_receipt: UUID = Field(description="the receipt of best_price in this run")
    set_receipt: UUID | None = Field(
        default=None, description="the receipt of price_set in this run; needed as soon as more than one is proposed"
    )
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")


class DraftArguments(ToolArguments):
    """The price is taken from the analysis, never from here."""

    sku: Name = Field(description="the product's SKU")
    channel: Name = Field(description="the channel's code")
    analysis_receipt: UUID = Field(description="the receipt of draft_prices in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")


class PromotionArguments(ToolArguments):
    """Channels, days, discount and promise are taken from the analysis, never from here."""

    sku: Name = Field(description="the product's SKU")
    analysis_receipt: UUID = Field(description="the receipt of promotion_advice in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")
