"""Transfers: units that go from one of the brand's places to another."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.money import LARGEST_MINOR, Currency
from domain.purchasing import LARGEST_QUANTITY

TRANSFER_HORIZON_DAYS = 56
"""What a transfer brings is counted over so many days."""


class StockTransfer(BaseModel):
    """`stock.transfer`: move units of one product from one place to another, at a cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["stock.transfer"] = "stock.transfer"
    sku: str = Field(min_length=1, max_length=64)
    from_location: str = Field(min_length=1, max_length=64)
    to_location: str = Field(min_length=1, max_length=64)
    quantity: int = Field(gt=0, le=LARGEST_QUANTITY)
    cost_minor: int = Field(ge=0, le=LARGEST_MINOR, description="what moving them costs")
    currency: Currency

    @model_validator(mode="after")
    def _two_places(self) -> "StockTransfer":
        if self.from_location == self.to_location:
            raise ValueError("a transfer goes from one place to another")
        return self

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return f"{self.sku} {self.from_location} > {self.to_location}"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources, in minor units by name: the cash that moving costs."""
        return {"cash": self.cost_minor}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({f"product {self.sku}"})
