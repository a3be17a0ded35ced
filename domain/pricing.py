"""Prices: what a price leaves, and the actions that change, draft or promote one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import Field, StrictBool, field_validator, model_validator

from domain.days import PlannedDay
from domain.kind import (
    ActionKind,
    Facts,
    Int64,
    LeavesHouse,
    Leaving,
    Name,
    NameOrNone,
    Parameters,
    Reversibility,
    Way,
    Words,
)
from domain.money import BPS, LARGEST_MINOR, Currency

LONGEST_PROMOTION_DAYS = 92
DIP_WEEKS = 8
"""What a deal sold ahead of its time is missing for about so long after it."""


DEALER_LIST_DAYS = 14
"""So long after the first of its month a dealers' list may change."""


def dealer_list_opens(day: date, every_months: int) -> date:
    """The first day from this one on at which a dealers' list may change: in the first two weeks of every so-manyth
    month, counted from January; any day where `every_months` is 0."""
    if not every_months or (_dealer_month(day, every_months) and day.day <= DEALER_LIST_DAYS):
        return day
    month = day.replace(day=1)
    while not _dealer_month(month, every_months) or month < day:
        month = (month + timedelta(days=31)).replace(day=1)
    return month


def _dealer_month(day: date, every_months: int) -> bool:
    return (day.month - 1) % every_months == 0


@dataclass(frozen=True)
class SaleTerms:
    """The parts of a price that the brand does not keep: VAT inside the price, the channel's fee after VAT."""

    vat_bps: int = 0
    fee_bps: int = 0

    @property
    def kept_share(self) -> float:
        """The share of a price that the brand keeps, 0 to 1."""
        return BPS / (BPS + self.vat_bps) * (BPS - self.fee_bps) / BPS

    def kept_minor(self, price_minor: int) -> int:
        """Minor units that the brand keeps of one sale."""
        return round(price_minor * self.kept_share)

    @property
    def net_share(self) -> float:
        """The share of a price that is net sales: without VAT, before the channel's fee."""
        return BPS / (BPS + self.vat_bps)

    def margin(self, price_minor: int, unit_cost_minor: int) -> float:
        """The unit margin for people to read, not rounded yet; -1 for a price of nothing."""
        net = price_minor * self.net_share
        return (price_minor * self.kept_share - unit_cost_minor) / net if net > 0 else -1.0

    def margin_bps(self, price_minor: int, unit_cost_minor: int) -> int:
        """The unit margin: what is kept less the goods, as a share of net sales before the channel's fee.

        In whole basis points rounded down, so that no floor is passed by rounding; -100 % for a price of nothing.
        """
        kept, cost = price_minor * (BPS - self.fee_bps), unit_cost_minor * (BPS + self.vat_bps)  # times BPS + VAT
        return (kept - cost) // price_minor if price_minor > 0 else -BPS

    def price_for_margin(self, unit_cost_minor: int, margin_bps: float) -> float:
        """The price that keeps a unit margin; out of reach where the fee and the margin leave nothing for the goods."""
        left_for_goods = (BPS - self.fee_bps - margin_bps) / BPS
        return unit_cost_minor / max(left_for_goods, 1e-6) / self.net_share


class PriceUpdate(Parameters):
    """`price.update`: set the list price of one product in one channel (and zone), from now on."""

    kind: Literal["price.update"] = "price.update"
    sku: Name
    channel: Name
    zone: NameOrNone = Field(default="", description="empty: the channel's price everywhere")
    price_minor: int = Field(gt=0, le=LARGEST_MINOR)
    currency: Currency

    @property
    def place(self) -> str:
        """The channel, and the zone where it is one zone's price."""
        return f"{self.channel}{'/' + self.zone if self.zone else ''}"

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"{self.sku} @ {self.place}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({f"product {self.sku}"})


class PriceUpdateFacts(Facts):
    """Facts of a price change. Margins are on what the brand keeps, without VAT and after the channel's fee."""

    price_minor: Int64
    change_bps: Int64
    abs_change_bps: Int64
    changed_last_day_bps: Int64 = Field(description="absolute changes of this price in the last 24 hours, added up")
    margin_bps: Int64
    min_margin_bps: Int64
    max_change_bps_per_day: Int64
    corridor_low_minor: Int64
    corridor_high_minor: Int64
    amount_minor: Int64 = Field(description="money at stake over the horizon, absolute")
    owner_gate_minor: Int64
    prediction_low_minor: Int64
    margin_now_bps: Int64 = Field(description="of the price in force")
    not_charged: Int64 = Field(description="1: an approved price does not show in sales, and this one is not theirs")
    measured_in_days: Int64 = Field(description="until the last change of this price is measured; 0: none is open")
    changes_this_week: Int64 = Field(description="other prices of the channel's list that were set since Monday")
    max_changes_a_week: Int64
    list_opens_in_days: Int64 = Field(description="until a dealers' list may change; 0: today, or no dealers' list")


PRICE_UPDATE = ActionKind(
    name="price.update",
    title="Change a list price",
    parameters=PriceUpdate,
    facts=PriceUpdateFacts,
    list_title=Words("New price for {sku} in {place}", "Neuer Preis für {sku} in {place}"),
    text_title=Words("Set {sku} in {place} to {price_minor}", "{sku} in {place} auf {price_minor} setzen"),
    told_titles=(
        Words(
            "Cut {sku} in {place} by {cut} to {net_price} net", "{sku} in {place} um {cut} auf {net_price} netto senken"
        ),
        Words(
            "Cut {sku} in {place} by {cut} to {shelf_price} incl. VAT",
            "{sku} in {place} um {cut} auf {shelf_price} inkl. MwSt. senken",
        ),
        Words(
            "Raise {sku} in {place} by {rise} to {net_price} net",
            "{sku} in {place} um {rise} auf {net_price} netto erhöhen",
        ),
        Words(
            "Raise {sku} in {place} by {rise} to {shelf_price} incl. VAT",
            "{sku} in {place} um {rise} auf {shelf_price} inkl. MwSt. erhöhen",
        ),
    ),
    reversibility=Reversibility.REVERSIBLE,
    leaves_house=LeavesHouse(
        content=Leaving.PRICE,
        way=Way.SALES_CHANNEL,
        by_hand=Words(
            "Yes changes our list price here. Channels and order forms learn it from you: a file with the new price "
            "is ready. Tick it when you have; the sales that follow show whether it is charged.",
            "Ein Ja ändert unseren Listenpreis nur hier. Kanäle und Bestellformulare erfahren ihn von Ihnen: Eine "
            "Datei mit dem neuen Preis liegt bereit. Danach bitte abhaken; die folgenden Verkäufe zeigen, ob er gilt.",
        ),
        seen_within=timedelta(weeks=2),
        event="price.changed",
    ),
    names=("sku", "channel", "zone"),
    editable=("price_minor",),
    owns_columns=frozenset({"price.amount_minor", "price_history.amount_minor"}),
)


class PriceDraft(Parameters):
    """`price.draft`: write down a price for a product that has none in a channel; a person turns it live, or not."""

    kind: Literal["price.draft"] = "price.draft"
    sku: Name
    channel: Name
    price_minor: int = Field(gt=0, le=LARGEST_MINOR)
    currency: Currency

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"draft {self.sku} @ {self.channel}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({f"product {self.sku}"})


class PriceDraftFacts(Facts):
    """Facts of a price that would be drafted. It changes nothing that is charged."""

    price_minor: Int64
    margin_bps: Int64
    min_margin_bps: Int64
    already_priced: StrictBool = Field(description="the product has a price in that channel")
    prediction_low_minor: Int64


PRICE_DRAFT = ActionKind(
    name="price.draft",
    title="Draft a price",
    parameters=PriceDraft,
    facts=PriceDraftFacts,
    list_title=Words("Draft a price for {sku} in {channel}", "Preisentwurf für {sku} in {channel}"),
    text_title=Words(
        "Draft {price_minor} as the price of {sku} in {channel}",
        "{price_minor} als Preis von {sku} in {channel} entwerfen",
    ),
    told_titles=(
        Words(
            "Draft {net_price} net as the price of {sku} in {channel}",
            "{net_price} netto als Preis von {sku} in {channel} entwerfen",
        ),
        Words(
            "Draft {shelf_price} incl. VAT as the price of {sku} in {channel}",
            "{shelf_price} inkl. MwSt. als Preis von {sku} in {channel} entwerfen",
        ),
    ),
    reversibility=Reversibility.REVERSIBLE,
    leaves_house=LeavesHouse(
        content=Leaving.NOTHING,
        way=Way.NONE,
        by_hand=Words(
            "The draft stays here; nothing is sold at it.",
            "Der Entwurf bleibt hier; verkauft wird dazu nichts.",
        ),
    ),
    names=("sku", "channel"),
    money_at_stake=False,
    editable=("price_minor",),
)


class PromoSchedule(Parameters):
    """`promo.schedule`: sell one product cheaper on some channels, from the first day to the last, both included."""

    kind: Literal["promo.schedule"] = "promo.schedule"
    sku: Name
    channels: tuple[Name, ...] = Field(min_length=1, max_length=20)
    first_day: PlannedDay
    last_day: PlannedDay
    off_bps: int = Field(gt=0, lt=BPS, description="of the list price")
    currency: Currency

    @field_validator("channels")
    @classmethod
    def _each_channel_once(cls, channels: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(channels)) < len(channels):
            raise ValueError("a channel is named twice")
        return channels

    @model_validator(mode="after")
    def _in_order(self) -> "PromoSchedule":
        if not 0 < self.days <= LONGEST_PROMOTION_DAYS:
            raise ValueError(f"a promotion lasts from one day to {LONGEST_PROMOTION_DAYS}")
        return self

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @property
    def begins(self) -> datetime:
        return start_of(self.first_day)

    @property
    def ends(self) -> datetime:
        """The moment after its last day."""
        return start_of(self.last_day) + timedelta(days=1)

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"promotion {self.sku}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({f"product {self.sku}"})


class PromoScheduleFacts(Facts):
    """Facts of a promotion. The margin is the lowest of its channels', at the promoted price."""

    off_bps: Int64
    days: Int64
    margin_bps: Int64
    min_margin_bps: Int64
    leaves_corridor: StrictBool = Field(description="the promoted price is below the brand's corridor")
    begins_in_the_past: StrictBool
    overlaps: StrictBool = Field(description="another promotion of the product runs in those days in one of them")
    clears_stock: StrictBool = Field(description="there is more stock than sells while the brand keeps stock for")
    amount_minor: Int64 = Field(description="the discount given away on what sells anyway")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


PROMO_SCHEDULE = ActionKind(
    name="promo.schedule",
    title="Schedule a promotion",
    parameters=PromoSchedule,
    facts=PromoScheduleFacts,
    list_title=Words("Promote {sku} from {first_day}", "{sku} ab {first_day} im Angebot"),
    text_title=Words(
        "Cut {sku} by {off_bps} in {channels:channel|channels} for {days:day|days} from {first_day}",
        "{sku} ab {first_day} für {days:Tag|Tage} in {channels:Kanal|Kanälen} um {off_bps} senken",
    ),
    told_titles=(
        Words(
            "Cut {sku} by {off_bps} in {place} for {days:day|days} from {first_day}",
            "{sku} ab {first_day} für {days:Tag|Tage} in {place} um {off_bps} senken",
        ),
    ),
    planned_for="first_day",
    reversibility=Reversibility.COMPENSABLE,
    leaves_house=LeavesHouse(
        content=Leaving.PRICE,
        way=Way.SALES_CHANNEL,
        by_hand=Words(
            "The promotion is entered here only. The channels learn its price and days from you: a file with them is "
            "ready. Tick it when you have.",
            "Die Aktion wird nur hier eingetragen. Preis und Tage erfahren die Kanäle von Ihnen: Eine Datei liegt "
            "bereit. Danach bitte abhaken.",
        ),
    ),
    names=("sku",),
    editable=("first_day", "last_day", "off_bps"),
    measured_after=timedelta(weeks=13),
)


def start_of(day: date) -> datetime:
    """The moment a day begins."""
    return datetime.combine(day, time(), UTC)
