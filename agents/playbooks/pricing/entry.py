"""One price of a price list as the Pricing Director sees it: the listing, and the tools' answers about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.claims import named
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.language import Language
from domain.message import Message, message
from language.speech import speak

LONGEST_SUBJECT = 120
STALE_PRICE_DAYS = 365
STALE_SALES_DAYS = 56


@dataclass(frozen=True)
class Entry:
    """One price of a price list, and the tools' answers about it."""

    listing: AnsweredCall
    index: int
    elasticity: AnsweredCall | None = None
    corridor: AnsweredCall | None = None
    best: AnsweredCall | None = None
    proposed: AnsweredCall | None = None
    chosen_in: AnsweredCall | None = None
    """The set of prices that this one was weighed in."""

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
    def name(self) -> str | Message:
        """The SKU as prose can carry it."""
        return product_name(self.sku)

    @property
    def place(self) -> str | Message:
        """Where the price holds: the channel, and the zone if it has one."""
        channel, zone = channel_name(self.listing), self.listed["zone"]
        if not zone or isinstance(named(zone, "pricing.a_channel"), Message):
            return channel
        return message("pricing.zone_of_channel", channel=channel, zone=zone)

    @property
    def subject(self) -> str:
        """The product and where its price holds, as the subject of a finding: the SKU alone where that is too long."""
        where = message("pricing.product_in_place", product=self.name, place=self.place)
        subject = speak(where, Language.EN)
        return subject if len(subject) <= LONGEST_SUBJECT else self.sku[:LONGEST_SUBJECT]

    @property
    def advises_change(self) -> bool:
        return self.advice.get("status") == "change" and self.advice["profit_change"]["value"] > 0

    @property
    def in_set(self) -> tuple[int, Mapping[str, Any]] | None:
        """Where this price stands in its set, and what the set says of it."""
        lines = (self.chosen_in.result or {}).get("lines", ()) if self.chosen_in else ()
        own = tuple(self.arguments.values())
        return next(
            ((at, line) for at, line in enumerate(lines) if (line["sku"], line["channel"], line["zone"]) == own), None
        )

    def in_set_cell(self, cell: str) -> FigureRef:
        """A figure of what the set says of this price."""
        assert self.chosen_in is not None and self.in_set is not None
        return self.chosen_in.ref("lines", self.in_set[0], cell)

    @property
    def is_chosen(self) -> bool:
        return self.in_set is not None and bool(self.in_set[1]["is_chosen"])

    @property
    def is_uncharged(self) -> bool:
        """Whether the list's price was approved, and sales show another."""
        return bool(self.listed["approved"] and self.listed["listed"])

    @property
    def loses_money(self) -> bool:
        """Whether it sells below the brand's margin floor."""
        return self.below_floor and bool(self.listed["weekly_units"]["value"])

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
        about: AnsweredCall = getattr(self, answer)
        return about.ref(*path)

    def from_list(self, field: str) -> FigureRef:
        return self.listing.ref("products", self.index, field)


def product_name(sku: str) -> str | Message:
    """A SKU as prose can carry it."""
    return named(sku, "pricing.a_product")


def channel_name(answer: AnsweredCall) -> str | Message:
    """The channel that an answer is about, as prose can carry it."""
    return named(str(answer.arguments["channel"]), "pricing.a_channel")
