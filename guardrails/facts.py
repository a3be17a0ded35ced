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


def is_rate(name: str) -> bool:
    """Whether a fact counts in basis points, as its name says."""
    return "bps" in name.split("_")
