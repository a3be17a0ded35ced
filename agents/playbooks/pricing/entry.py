"""One price of a price list as the Pricing Director sees it: what is listed, and what the tools said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.playbooks.prose import speakable
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef

STALE_PRICE_DAYS = 365
STALE_SALES_DAYS = 56


@dataclass(frozen=True)
class Entry:
    """One price of a price list, and what the tools have said of it."""

    listing: Answer
    index: int
    elasticity: Answer | None = None
    corridor: Answer | None = None
    best: Answer | None = None
    proposed: Answer | None = None

    @property
    def listed(self) -> Mapping[str, Any]:
        assert self.listing.result is not None
        return self.listing.result["products"][self.index]

    @property
    def sku(self) -> str:
        return self.listed["sku"]

    @property
    def arguments(self) -> dict[str, str]:
        return {"sku": self.sku, "channel": self.listing.arguments["channel"], "zone": self.listed["zone"]}

    @property
    def name(self) -> str:
        """The SKU as prose can carry it."""
        return self.sku if speakable(self.sku) else "a product"

    @property
    def place(self) -> str:
        """Where the price holds, in words."""
        zone = self.listed["zone"]
        where = channel_name(self.listing)
        return f"{where}, zone {zone}" if zone and speakable(zone) else where

    @property
    def advises_change(self) -> bool:
        return self.advice.get("status") == "change" and self.advice["profit_change"]["value"] > 0

    @property
    def proposal(self) -> UUID | None:
        """The proposal that was stored for this price."""
        return UUID(self.proposed.result["proposal"]) if self.proposed and self.proposed.result else None

    @property
    def below_floor(self) -> bool:
        return self.listed["below_floor"]

    @property
    def sales_are_fresh(self) -> bool:
        age = self.listed["newest_sales_age"]
        return age is not None and age["value"] <= STALE_SALES_DAYS

    @property
    def price_is_stale(self) -> bool:
        return self.sales_are_fresh and self.listed["price_age"]["value"] > STALE_PRICE_DAYS

    @property
    def advice(self) -> Mapping[str, Any]:
        return (self.best.result if self.best else None) or {}

    def cell(self, answer: str, *path: str) -> FigureRef:
        """A figure out of one of the answers about this price."""
        found: Answer = getattr(self, answer)
        return found.ref(*path)

    def from_list(self, field: str) -> FigureRef:
        return self.listing.ref("products", self.index, field)


def channel_name(listing: Answer) -> str:
    """The channel of a price list as prose can carry it."""
    code = str(listing.arguments["channel"])
    return code if speakable(code) else "a channel"
