"""Price ladder of one product over its channels: breaks of the order, and the bounds for each price."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor

from domain.money import BPS
from domain.pricing import SaleTerms

TOLERANCE = 0.05
"""Tolerated deviation of a rung, as a share: shops round, and prices move one at a time."""


class ChannelRole(StrEnum):
    SHOP = "own shop"
    MARKETPLACE = "marketplace"
    DEALERS = "dealers"
    STANDS = "stands"
    OTHER = "other"


class LadderBreak(StrEnum):
    UNDERCUTS_DEALERS = "shop_undercuts_dealers"
    MARKETPLACE_CHEAPER = "marketplace_cheaper_than_shop"
    DEALERS_ABOVE_SHOP = "dealers_above_shop"


@dataclass(frozen=True)
class Rung:
    """A channel's price as charged, with its VAT and fee; `vat_bps` is the product's, inside or on top."""

    channel: str
    role: ChannelRole
    price_minor: int
    terms: SaleTerms
    vat_bps: int

    @property
    def net_minor(self) -> float:
        """The price without VAT, in minor units."""
        return self.price_minor * BPS / (BPS + self.terms.vat_bps)

    @property
    def shelf_minor(self) -> float:
        """The price with VAT, in minor units."""
        return self.net_minor * (BPS + self.vat_bps) / BPS


@dataclass(frozen=True)
class BrokenRung:
    """Two channels whose prices are in the wrong order: `channel`'s against `against`'s."""

    kind: LadderBreak
    channel: str
    against: str


def broken_rungs(rungs: Sequence[Rung], usual_markup: float) -> list[BrokenRung]:
    """Pairs of channels whose prices break the ladder.

    Own shop below the dealers' resale price: their price with VAT times `usual_markup`, the shop's usual price over it
    (resale price parity: dealers order less of what they cannot sell). A marketplace below the shop: customers go
    where the fee takes more. Dealers' net price at or above the shop's: nothing is left for them to earn.
    """
    breaks = []
    for shop in (rung for rung in rungs if rung.role is ChannelRole.SHOP):
        for rung in rungs:
            if rung.role is ChannelRole.DEALERS and rung.net_minor >= shop.net_minor:
                breaks.append(BrokenRung(LadderBreak.DEALERS_ABOVE_SHOP, rung.channel, shop.channel))
            elif rung.role is ChannelRole.DEALERS and _under(shop, _resale(rung, usual_markup)):
                breaks.append(BrokenRung(LadderBreak.UNDERCUTS_DEALERS, shop.channel, rung.channel))
            if rung.role is ChannelRole.MARKETPLACE and _keeps_less(rung, shop) and _under(rung, shop.shelf_minor):
                breaks.append(BrokenRung(LadderBreak.MARKETPLACE_CHEAPER, rung.channel, shop.channel))
    return breaks


def edges(rungs: Sequence[Rung], channel: str, usual_markup: float) -> tuple[int | None, int | None]:
    """The lowest and the highest price of a channel, as charged there, that breaks no rung further than it is broken.

    None where there is no bound. A price that is beyond an edge may stay, and may move back.
    """
    own = next(rung for rung in rungs if rung.channel == channel)
    low, high = 0.0, float("inf")
    for rung in rungs:
        pair = own.role, rung.role
        if pair == (ChannelRole.SHOP, ChannelRole.DEALERS):
            low = max(low, _resale(rung, usual_markup) * (1 - TOLERANCE), rung.shelf_minor + 1)
        elif pair == (ChannelRole.DEALERS, ChannelRole.SHOP):
            high = min(high, rung.shelf_minor / (1 - TOLERANCE) / max(usual_markup, 1.0), rung.shelf_minor - 1)
        elif pair == (ChannelRole.SHOP, ChannelRole.MARKETPLACE) and _keeps_less(rung, own):
            high = min(high, rung.shelf_minor / (1 - TOLERANCE))
        elif pair == (ChannelRole.MARKETPLACE, ChannelRole.SHOP) and _keeps_less(own, rung):
            low = max(low, rung.shelf_minor * (1 - TOLERANCE))
    charged = own.price_minor / own.shelf_minor
    lowest = min(ceil(low * charged), own.price_minor) if low > 0 else None
    highest = max(floor(high * charged), own.price_minor) if high < float("inf") else None
    return lowest, highest


def _resale(dealers: Rung, usual_markup: float) -> float:
    return dealers.shelf_minor * max(usual_markup, 1.0)


def _under(rung: Rung, shelf_minor: float) -> bool:
    return rung.shelf_minor < shelf_minor * (1 - TOLERANCE)


def _keeps_less(rung: Rung, other: Rung) -> bool:
    """True if the brand keeps a smaller share of the price in `rung`'s channel than in `other`'s."""
    return rung.terms.fee_bps > other.terms.fee_bps
