"""Pipeline actions: somebody who may become a customer, and a person who gets back to them."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.money import Currency

DECIDED_DAYS = 42
"""A lead that was neither won nor lost so long after it was opened tells nothing more by waiting."""


class LeadFollowUp(BaseModel):
    """`lead.follow_up`: have a person get back to a lead within some days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["lead.follow_up"] = "lead.follow_up"
    lead: str = Field(min_length=1, max_length=128, description="the lead's code")
    within_days: int = Field(ge=0, le=90)
    currency: Currency

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return f"lead @ {self.lead}"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources: a person's attention only."""
        return {}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({f"lead {self.lead}"})
