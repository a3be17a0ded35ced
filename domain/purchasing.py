"""Purchasing's actions: orders to suppliers."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.money import LARGEST_MINOR, Currency

LARGEST_QUANTITY = 10**9
REVIEW_DAYS = 7
"""An order that is not placed now can be placed at the next weekly meeting: what it brings is counted against that."""


class PurchaseLine(BaseModel):
    """So many units of one product, at the price that the supplier asks for that many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(gt=0, le=LARGEST_QUANTITY)
    unit_cost_minor: int = Field(ge=0, le=LARGEST_MINOR)


class PurchaseOrderCreate(BaseModel):
    """`purchase_order.create`: order products from one supplier."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["purchase_order.create"] = "purchase_order.create"
    supplier: str = Field(min_length=1, max_length=64)
    lines: tuple[PurchaseLine, ...] = Field(min_length=1, max_length=100)
    currency: Currency

    @field_validator("lines")
    @classmethod
    def _each_product_once(cls, lines: tuple[PurchaseLine, ...]) -> tuple[PurchaseLine, ...]:
        if len({line.sku for line in lines}) < len(lines):
            raise ValueError("a product stands on two lines")
        return lines

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return f"order @ {self.supplier}"

    @property
    def total_minor(self) -> int:
        """What the order costs."""
        return sum(line.quantity * line.unit_cost_minor for line in self.lines)

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources, in minor units by name: cash, and money that lies on shelves."""
        return {"cash": self.total_minor, "stock_money": self.total_minor}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: its products, and the money."""
        return frozenset({"money", *(f"product {line.sku}" for line in self.lines)})
