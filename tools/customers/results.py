"""Results of the CRM tools: plain values, and a cell for every number that may be cited."""

from typing import Literal

from pydantic import Field

from domain.figure import Cell
from tools.base import ToolResult


class SegmentView(ToolResult):
    """Customers of one segment; `chance` of buying within the window without a message, `worth` what a year brings."""

    segment: str
    customers: Cell
    silent: Cell = Field(description="of them, silent for longer than they should be")
    falling_silent: Cell = Field(description="of them, active not long ago and active no more")
    chance: Cell
    worth: Cell


class CustomerSegments(ToolResult):
    """The brand's customers as their orders show them. `value` is what a year will bring of all, discounted."""

    currency: str
    status: Literal["ok", "abstained"]
    reasons: list[str]
    known: Cell
    buyers: Cell
    modelled: bool = Field(description="whether a buying model could be fitted to the orders")
    window: Cell
    value: Cell | None = None
    opted_out: Cell
    complaining: Cell
    trade: Cell
    resting: Cell
    segments: list[SegmentView]


class MessageLine(ToolResult):
    """One segment: what a message to it should bring. `uplift` is the change in the chance of buying.

    `bought` and `bought_anyway` are shares of those written to and of those held out in past campaigns. `net` is what
    the recipients bring by it, less its cost and who turns away; `learning` what knowing better is worth besides.
    """

    segment: str
    decision: Literal["send", "test", "leave", "wait", "abstained"]
    reasons: list[str]
    customers: Cell
    left_alone: Cell
    chance: Cell | None = None
    worth: Cell | None = None
    bought: Cell | None = None
    bought_anyway: Cell | None = None
    uplift: Cell | None = None
    uplift_low: Cell | None = None
    uplift_high: Cell | None = None
    break_even: Cell | None = None
    turn_away: Cell | None = None
    audience: Cell | None = None
    recipients: Cell | None = None
    held_out: Cell | None = None
    holdout: Cell | None = None
    cost: Cell | None = None
    net: Cell | None = None
    net_low: Cell | None = None
    net_high: Cell | None = None
    learning: Cell | None = None
    gain_chance: Cell | None = None


class MessageAdviceView(ToolResult):
    """Whether to write to anybody, and to whom. `measured` campaigns have been counted, `running` not yet."""

    currency: str
    status: Literal["send", "test", "leave", "wait", "abstained"]
    reasons: list[str]
    measured: Cell
    running: Cell
    recipients_left: Cell
    window: Cell
    rest: Cell
    coverage: Cell
    turn_away: Cell
    turn_away_is_assumed: bool
    lines: list[MessageLine]


class ProposedMessage(ToolResult):
    proposal: str
    segment: str
    recipients: Cell
    expected: Cell
    check_at: str


class LeadView(ToolResult):
    """An open lead. `gain` is what a follow-up should bring over leaving it, in contribution."""

    lead: str
    decision: Literal["follow_up", "wait", "leave"]
    reasons: list[str]
    stage: str
    value: Cell
    age: Cell
    silent: Cell = Field(description="days since the last contact")
    gain: Cell | None = None
    gain_low: Cell | None = None
    gain_high: Cell | None = None


class Pipeline(ToolResult):
    """The leads. Win rates are posteriors of the brand's own closed leads, alone and with a follow-up of this crew."""

    currency: str
    status: Literal["follow_up", "nothing_due", "abstained"]
    reasons: list[str]
    open: Cell
    open_value: Cell
    closed_alone: Cell
    closed_followed: Cell
    win_rate: Cell | None = None
    win_rate_low: Cell | None = None
    win_rate_high: Cell | None = None
    win_rate_followed: Cell | None = None
    win_rate_followed_low: Cell | None = None
    win_rate_followed_high: Cell | None = None
    coverage: Cell
    horizon: Cell
    cold: Cell = Field(description="open leads that nobody has been in touch with for a week")
    by_stage: list["StageView"]
    leads: list[LeadView]
    due: Cell | None = Field(default=None, description="leads to get back to now; the following are of them together")
    due_value: Cell | None = None
    due_silent: Cell | None = Field(default=None, description="days since anybody was in touch, of the one longest so")
    due_gain: Cell | None = None
    due_gain_low: Cell | None = None
    due_gain_high: Cell | None = None


class StageView(ToolResult):
    """Of leads that were closed from this age on, how many were won: what is left of a lead's chance as it ages."""

    from_age: Cell
    closed: Cell
    win_rate: Cell
    win_rate_low: Cell
    win_rate_high: Cell


class ProposedFollowUp(ToolResult):
    proposal: str
    leads: list[str]
    expected: Cell
    check_at: str
