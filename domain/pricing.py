"""Pricing's actions and facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.money import BPS, LARGEST_MINOR, Currency


@dataclass(frozen=True)
class SaleTerms:
    """What stands between a price and what the brand keeps of it: VAT inside the price, the channel's fee after VAT."""

    vat_bps: int = 0
    fee_bps: int = 0

    @property
    def kept_share(self) -> float:
        """The share of a price that the brand keeps, 0 to 1."""
        return BPS / (BPS + self.vat_bps) * (BPS - self.fee_bps) / BPS

    def kept_minor(self, price_minor: int) -> int:
        """What the brand keeps of one sale, in minor units."""
        return round(price_minor * self.kept_share)

    def margin(self, price_minor: int, unit_cost_minor: int) -> float:
        """The same for people to read, not rounded yet; -1 where nothing is kept."""
        kept = price_minor * self.kept_share
        return (kept - unit_cost_minor) / kept if kept > 0 else -1.0

    def margin_bps(self, price_minor: int, unit_cost_minor: int) -> int:
        """Margin on what is kept, in whole basis points rounded down, so that no floor is passed by rounding.

        -100 % where nothing is kept.
        """
        kept, cost = price_minor * (BPS - self.fee_bps), unit_cost_minor * (BPS + self.vat_bps)  # times BPS + VAT
        return (kept - cost) * BPS // kept if kept > 0 else -BPS


class PriceUpdate(BaseModel):
    """`price.update`: set the list price of one product in one channel (and zone), from now on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["price.update"] = "price.update"
    sku: str = Field(min_length=1, max_length=64)
    channel: str = Field(min_length=1, max_length=64)
    zone: str = Field(default="", max_length=64, description="empty: the channel's price everywhere")
    price_minor: int = Field(gt=0, le=LARGEST_MINOR)
    currency: Currency

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return f"{self.sku} @ {self.channel}{'/' + self.zone if self.zone else ''}"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources, in minor units by name: nothing."""
        return {}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({f"product {self.sku}"})


class PriceDraft(BaseModel):
    """`price.draft`: write down a price for a product that has none in a channel; a person turns it live, or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["price.draft"] = "price.draft"
    sku: str = Field(min_length=1, max_length=64)
    channel: str = Field(min_length=1, max_length=64)
    price_minor: int = Field(gt=0, le=LARGEST_MINOR)
    currency: Currency

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return f"draft {self.sku} @ {self.channel}"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources, in minor units by name: nothing."""
        return {}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({f"product {self.sku}"})
