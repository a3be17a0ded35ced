"""Facts of who acts, gathered by the server before it asks: integers, flags and closed sets, nothing a model wrote."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from domain.actor import ActorKind
from domain.autonomy import Autonomy
from domain.kind import LEAST, MOST, Int64

Limit = Annotated[Int64, Field(ge=LEAST, le=MOST)]
Gate = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]


class DecisionFacts(BaseModel):
    """Facts of who acts that every decision needs. All amounts in minor units, all rates in basis points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor_kind: ActorKind
    agent: str = Field(default="", pattern=r"^[a-z0-9_]{0,64}$")
    autonomy: Autonomy
    agent_stopped: StrictBool
    label_untrusted: StrictBool
    contested: StrictBool = Field(description="a colleague's recomputation, or a person, speaks against it")
    alone_limit_bps: Limit
    alone_limit_minor: Limit
    approvals: frozenset[Gate] = frozenset()


def is_rate(name: str) -> bool:
    """Whether a fact counts in basis points, as its name says."""
    return "bps" in name.split("_")


def spoken(name: str) -> str:
    """A fact's name for people, without what it counts in: `change`, `margin`, `amount`."""
    return " ".join(part for part in name.split("_") if part not in ("bps", "minor", "abs"))
