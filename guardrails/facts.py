"""What the server gathers before it asks: integers, flags and closed sets, never anything a model wrote."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from domain.actor import ActorKind
from domain.autonomy import Autonomy

Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1, strict=True)]
Gate = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]


class DecisionFacts(BaseModel):
    """What every decision needs to know of who acts. All amounts in minor units, all rates in basis points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor_kind: ActorKind
    agent: str = Field(default="", pattern=r"^[a-z0-9_]{0,64}$")
    autonomy: Autonomy
    agent_stopped: StrictBool
    label_untrusted: StrictBool
    contested: StrictBool = Field(description="a colleague's recomputation, or a person, speaks against it")
    alone_limit_bps: Int64
    alone_limit_minor: Int64
    approvals: frozenset[Gate] = frozenset()


class PriceUpdateFacts(BaseModel):
    """What is known of a price change. Margins are on what the brand keeps, without VAT and after the channel's fee."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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


class PurchaseOrderFacts(BaseModel):
    """What is known of an order to a supplier."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64 = Field(description="what the order costs")
    below_minimum: StrictBool = Field(description="a line is less than the supplier takes")
    outlives_shelf: StrictBool = Field(description="a line would not sell before it expires, at the recent pace")
    cover_days: Int64 = Field(description="of the line that would last longest, all that is on its way counted in")
    max_cover_days: Int64
    exceeds_cash: StrictBool = Field(description="the brand's accounts, where known, hold less")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


class StandRefillFacts(BaseModel):
    """What is known of a trip to stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64 = Field(description="what the trip costs")
    cost_unknown: StrictBool = Field(description="the brand's rules do not say what a trip costs")
    too_many_stops: StrictBool
    exceeds_warehouse: StrictBool = Field(description="more of a product than the warehouse holds and has not promised")
    outlives_shelf: StrictBool = Field(description="a line would not sell there before it expires")
    already_planned: StrictBool = Field(description="the same product is on its way to the same stand")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


class StandBonusFacts(BaseModel):
    """What is known of a bonus to a stand's partner."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64 = Field(description="the most that it may come to")
    share_bps: Int64
    bonus_gate_bps: Int64
    already_running: StrictBool = Field(description="this stand has a bonus already")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


class StandVisitFacts(BaseModel):
    """What is known of a visit to a stand's partner."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64 = Field(description="what the visit costs")
    already_planned: StrictBool = Field(description="this stand is visited already")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


class SegmentMessageFacts(BaseModel):
    """What is known of a message to a segment. The server draws the audience; the counts look at it once more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64 = Field(description="what is at stake: the sending, and customers who may turn away")
    recipients: Int64
    held_out: Int64
    recipients_this_week: Int64 = Field(description="written to in the last seven days, without this message")
    max_messages_a_week: Int64
    written_lately: Int64 = Field(description="of the audience, who was drawn within the days of rest")
    opted_out: Int64 = Field(description="of the audience, who asked to be left alone")
    complaining: Int64 = Field(description="of the audience, who complained not long ago")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


class LeadFollowUpFacts(BaseModel):
    """What is known of a lead that a person is to get back to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64 = Field(description="what the lead would order")
    is_closed: StrictBool = Field(description="it has been won or lost")
    is_in_hand: StrictBool = Field(description="a next step is due already")
    owner_gate_minor: Int64


class InvoiceRemindFacts(BaseModel):
    """What is known of a reminder to one debtor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64 = Field(description="what the invoices still lack")
    has_paid: StrictBool = Field(description="one of them has been paid")
    has_undue: StrictBool = Field(description="one of them is not due yet")
    days_since_reminder: Int64 = Field(description="since the debtor was last reminded of one of them")
    reminder_every_days: Int64
    level: Int64 = Field(description="which reminder it would be, of the invoice that has had most")
    owner_gate_minor: Int64


class BudgetReallocateFacts(BaseModel):
    """What is known of budgets that would be moved between campaigns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64 = Field(description="money moved over the weeks that it is judged by")
    total_minor: Int64 = Field(description="what these campaigns would spend a week")
    total_before_minor: Int64
    largest_change_bps: Int64 = Field(description="of a campaign's budget, either way, rounded up")
    max_budget_change_bps: Int64
    owner_gate_minor: Int64
    prediction_low_minor: Int64


class ExpenseFlagFacts(BaseModel):
    """What is known of expenses that a person should look at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Int64
    already_flagged: StrictBool
    owner_gate_minor: Int64


class PriceDraftFacts(BaseModel):
    """What is known of a price that would be drafted. It changes nothing that is charged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    price_minor: Int64
    margin_bps: Int64
    min_margin_bps: Int64
    already_priced: StrictBool = Field(description="the product has a price in that channel")
    prediction_low_minor: Int64


class PromoScheduleFacts(BaseModel):
    """What is known of a promotion. The margin is the lowest of its channels', at the promoted price."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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


class StockTransferFacts(BaseModel):
    """What is known of a transfer between two places."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quantity: Int64
    amount_minor: Int64 = Field(description="what the goods cost, and moving them")
    exceeds_stock: StrictBool = Field(description="it takes more than is there")
    cost_unknown: StrictBool = Field(description="what a transport costs is not known of one of the places")
    starves_source: StrictBool = Field(description="what is left does not last a month at the recent pace")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


def is_rate(name: str) -> bool:
    """Whether a fact counts in basis points, as its name says."""
    return "bps" in name.split("_")
