"""Results of the Stand Coach's tools: plain values, and a cell for every number that may be cited."""

from typing import Literal

from pydantic import Field

from domain.figure import Cell
from tools.base import ToolResult


class StandView(ToolResult):
    """A stand as its last count, what came and what was sold since make it."""

    stand: str
    title: str
    products: Cell
    on_hand: Cell
    demand: Cell = Field(description="what it is asked for in a week")
    empty: Cell = Field(description="shelves on which less than a unit is left")
    coming: Cell
    last_call: Cell | None = Field(description="days since it was counted or filled")
    visit_every: Cell | None


class StandList(ToolResult):
    currency: str
    trip_fixed: Cell | None = Field(description="what a driver's trip costs, once")
    trip_stop: Cell | None
    stands: list[StandView]


class RefillLineView(ToolResult):
    """One product to bring. `out_without` is the chance that it runs out by the planned occasion if nobody comes."""

    sku: str
    title: str
    on_hand: Cell = Field(description="what should be left when the driver is there")
    demand: Cell
    out_without: Cell
    quantity: Cell


class StandAdvice(ToolResult):
    """A stand: what it loses until somebody would call there by plan, and whether a call now is worth it."""

    stand: str
    title: str
    decision: Literal["refill", "wait", "abstained"]
    reasons: list[str]
    on_hand: Cell | None = None
    demand: Cell | None = None
    wait: Cell | None = Field(default=None, description="days from the trip to the next planned call")
    loss: Cell | None = Field(default=None, description="margin lost until then without a call")
    gain: Cell | None = Field(default=None, description="what a call brings before the trip's cost")
    units: Cell | None = None
    expiring: Cell | None = Field(default=None, description="units that will expire there unsold")
    lines: list[RefillLineView] = []


class TripAdvice(ToolResult):
    """A driver's trip. `net` is what its calls bring against waiting for the planned occasions, less its cost."""

    trip: str
    planned_day: str
    stands: list[str]
    stops: Cell
    units: Cell
    gain: Cell
    cost: Cell
    net: Cell
    net_low: Cell
    net_high: Cell
    coverage: Cell
    horizon: Cell
    verdict: Literal["worth_it", "not_worth_it"]


class ShortProduct(ToolResult):
    sku: str


class RefillAdvice(ToolResult):
    """Which stands to call at on which trips this week, and which calls would cost more than they bring."""

    currency: str
    status: Literal["refill", "wait", "abstained"]
    reasons: list[str]
    lead: Cell | None = Field(default=None, description="days until the driver could be there")
    trips: list[TripAdvice]
    stands: list[StandAdvice]
    short: list[ShortProduct] = Field(default=[], description="what the warehouse has too little of")


class ProposedTrip(ToolResult):
    """A stored proposal."""

    proposal: str
    trip: str
    cost: Cell
    expected: Cell
    check_at: str


class StandTrend(ToolResult):
    """A stand's last weeks against its weeks before, beside the same weeks at the other stands.

    `shortfall` is what it keeps less a week than it would have, had it gone as the others did.
    """

    stand: str
    title: str
    decision: Literal["visit", "bonus", "leave", "abstained"]
    reasons: list[str]
    change: Cell | None = None
    change_low: Cell | None = None
    change_high: Cell | None = None
    in_stock: Cell | None = None
    shortfall: Cell | None = None
    cost: Cell | None = None
    share: Cell | None = None
    weeks: Cell | None = None
    cap: Cell | None = None
    gain: Cell | None = None
    gain_low: Cell | None = None
    gain_high: Cell | None = None
    coverage: Cell | None = None


class StandTrends(ToolResult):
    """Which stands fall behind the others though their shelves are full, and what was measured of earlier help."""

    currency: str
    status: Literal["act", "leave", "abstained"]
    reasons: list[str]
    stands: list[StandTrend]
    compared: Cell
    measured_visits: Cell
    measured_bonuses: Cell


class ProposedForStand(ToolResult):
    """A stored proposal for one stand."""

    proposal: str
    stand: str
    cost: Cell
    expected: Cell
    check_at: str
