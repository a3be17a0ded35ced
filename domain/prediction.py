"""Predictions and outcomes: what an action should bring, and what came of it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.figure import Cell
from domain.message import Message, Reason, message


class Prediction(BaseModel):
    """A contract: this much, within this interval, over this horizon, to be checked at this moment."""

    model_config = ConfigDict(frozen=True)

    value: int
    low: int
    high: int
    unit: str
    coverage_bps: int = Field(default=8_000, gt=0, lt=10_000, description="how often the interval should hold")
    horizon_days: int = Field(gt=0)
    check_at: datetime

    @model_validator(mode="after")
    def _ordered(self) -> "Prediction":
        if not self.low <= self.value <= self.high:
            raise ValueError("a prediction's interval must contain its value")
        return self


class OutcomeStatus(StrEnum):
    MEASURED = "measured"
    NOT_MEASURABLE = "not_measurable"


class Outcome(BaseModel):
    """Realised against the counterfactual, with an interval; or why it cannot be told."""

    model_config = ConfigDict(frozen=True)

    status: OutcomeStatus
    unit: str
    effect: int | None = None
    low: int | None = None
    high: int | None = None
    realised: int | None = None
    counterfactual: int | None = None
    coverage_bps: int = 8_000
    method: str = ""
    reasons: tuple[Reason, ...] = ()

    def message(self) -> Message:
        """`brought $120.00 ($80.00 to $160.00) against what would have been`, or why that cannot be told."""
        if self.effect is None or self.low is None or self.high is None:
            return message("outcome.not_measurable", reasons=self.reasons)
        parts = {"effect": self.effect, "low": self.low, "high": self.high}
        return message("outcome.brought", **{name: Cell(value=value, unit=self.unit) for name, value in parts.items()})
