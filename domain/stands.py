"""The stands' actions: a driver's trip that refills them, a bonus to a partner, a visit that puts a display right."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.money import LARGEST_MINOR, Currency

LARGEST_REFILL = 10**6
MOST_LINES = 2_000
REVIEW_DAYS = 7
"""What is not sent now can be sent after the next weekly meeting."""


class RefillLine(BaseModel):
    """So many units of one product for one stand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stand: str = Field(min_length=1, max_length=64)
    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(gt=0, le=LARGEST_REFILL)


class StandRefill(BaseModel):
    """`stand.refill`: one trip of a driver, who calls at one stand or several with goods from the warehouse."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["stand.refill"] = "stand.refill"
    planned_day: date
    lines: tuple[RefillLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    trip_cost_minor: int = Field(ge=0, le=LARGEST_MINOR)
    currency: Currency

    @field_validator("lines")
    @classmethod
    def _each_product_once_a_stand(cls, lines: tuple[RefillLine, ...]) -> tuple[RefillLine, ...]:
        if len({(line.stand, line.sku) for line in lines}) < len(lines):
            raise ValueError("a product stands on two lines of a stand")
        return lines

    @property
    def stands(self) -> tuple[str, ...]:
        """The stops in their order."""
        return tuple(dict.fromkeys(line.stand for line in self.lines))

    @property
    def subject(self) -> str:
        """Two trips by the same stops compete; a "no" to one leaves every other open."""
        return f"trip @ {', '.join(sorted(self.stands))}"

    @property
    def uses(self) -> Mapping[str, int]:
        """The trip costs cash; the goods are the brand's already."""
        return {"cash": self.trip_cost_minor}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset(
            {"money", *(f"product {line.sku}" for line in self.lines), *(f"stand {one}" for one in self.stands)}
        )


class StandBonus(BaseModel):
    """`stand.bonus`: a share of what a stand sells goes to its partner for some weeks, up to a limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["stand.bonus"] = "stand.bonus"
    stand: str = Field(min_length=1, max_length=64)
    share_bps: int = Field(gt=0, le=10_000, description="of the stand's sales at the prices charged")
    weeks: int = Field(ge=1, le=52)
    cap_minor: int = Field(gt=0, le=LARGEST_MINOR, description="the most that it may come to")
    currency: Currency

    @property
    def subject(self) -> str:
        return f"bonus @ {self.stand}"

    @property
    def uses(self) -> Mapping[str, int]:
        return {"cash": self.cap_minor}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({"money", f"stand {self.stand}"})


class StandVisit(BaseModel):
    """`stand.visit`: somebody of the brand goes to a stand, trains its partner and puts the display right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["stand.visit"] = "stand.visit"
    stand: str = Field(min_length=1, max_length=64)
    planned_day: date
    cost_minor: int = Field(ge=0, le=LARGEST_MINOR)
    currency: Currency

    @property
    def subject(self) -> str:
        return f"visit @ {self.stand}"

    @property
    def uses(self) -> Mapping[str, int]:
        return {"cash": self.cost_minor}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({"money", f"stand {self.stand}"})


def days_to_planned_call(since_last_call: float, every: float) -> float:
    """Days from a trip to the next planned call, `since_last_call` days after the last one.

    A call that is due before another meeting's trip could be made is the one in question: without it, the stand waits
    for the one after.
    """
    due = every - since_last_call
    return due if due > REVIEW_DAYS else every
