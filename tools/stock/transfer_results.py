"""Results of the transfer tools: plain values, and a cell for every number that may be cited."""

from typing import Literal

from pydantic import Field

from domain.figure import Cell
from tools.base import ToolResult


class TransferLine(ToolResult):
    """A product that lies too long in one place (`sku` at `origin`) and runs out in another (`target`)."""

    sku: str
    title: str
    origin: str
    target: str
    decision: Literal["move", "leave"]
    reasons: list[str]
    quantity: Cell
    there: Cell
    sold_there: Cell
    here: Cell
    sold_here: Cell
    cost: Cell
    extra_units: Cell
    gain: Cell
    gain_low: Cell
    gain_high: Cell


class TransferAdvice(ToolResult):
    """Transfers worth making between the brand's places, or why that cannot be told."""

    currency: str
    status: Literal["told", "insufficient", "one_place"]
    reasons: list[str]
    places: Cell = Field(description="places at which anything is kept")
    without_cost: Cell = Field(description="of these, whose transports' cost is not known")
    never_counted: Cell = Field(description="products at places that were never counted there")
    coverage: Cell
    horizon: Cell
    lines: list[TransferLine]
    location: list[str] = Field(default_factory=list, description="the places' codes")


class ProposedTransfer(ToolResult):
    proposal: str
    sku: str
    expected: Cell
    check_at: str
