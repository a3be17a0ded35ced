"""Promotions: a product at a discount on some channels, between two days."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.money import BPS, Currency

LONGEST_DAYS = 92
DIP_WEEKS = 8
"""What a deal sold ahead of its time is missing for about so long after it."""


class PromoSchedule(BaseModel):
    """`promo.schedule`: sell one product cheaper on some channels, from the first day to the last, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["promo.schedule"] = "promo.schedule"
    sku: str = Field(min_length=1, max_length=64)
    channels: tuple[str, ...] = Field(min_length=1, max_length=20)
    first_day: date
    last_day: date
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
        if not 0 < self.days <= LONGEST_DAYS:
            raise ValueError(f"a promotion lasts from one day to {LONGEST_DAYS}")
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
        """What it is about: two with the same subject compete."""
        return f"promotion {self.sku}"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources, in minor units by name: nothing."""
        return {}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({f"product {self.sku}"})


def start_of(day: date) -> datetime:
    """The moment a day begins."""
    return datetime.combine(day, time(), UTC)
