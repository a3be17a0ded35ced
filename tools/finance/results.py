"""Results of the finance tools: plain values, and a cell for every number that may be cited."""

from typing import Literal

from pydantic import Field

from domain.figure import Cell
from tools.base import ToolResult


class MarginLine(ToolResult):
    """A channel's or a product's contribution over the last quarter, and the quarter before it; all without VAT."""

    title: str
    channel: str = ""
    sku: str = ""
    units: Cell
    revenue: Cell
    fees: Cell
    cost: Cell
    contribution: Cell
    margin: Cell
    before: Cell
    change: Cell


class MarginView(ToolResult):
    """Contribution by channel and by product: after VAT, channels' fees and unit costs.

    `effects` say why it changed against the quarter before; they add up to `change`. Nothing that is not a cost of a
    sale is in it: advertising, wages, returns.
    """

    currency: str
    status: Literal["told", "abstained"]
    reasons: list[str]
    weeks: Cell | None = None
    contribution: Cell | None = None
    margin: Cell | None = None
    before: Cell | None = None
    change: Cell | None = None
    effects: dict[str, Cell] = {}
    channels: list[MarginLine] = []
    weakest: list[MarginLine] = Field(default=[], description="the products that leave least, losses first")
    strongest: list[MarginLine] = []
    uncosted: Cell | None = Field(default=None, description="lines of sales without a known cost, which are left out")


class CashWeekView(ToolResult):
    week: Cell
    expected: Cell
    low: Cell
    high: Cell
    below: Cell = Field(description="how likely cash is below nothing by the end of this week")


class RunwayView(ToolResult):
    """Cash week by week, with money of debtors when they are expected to pay by habit.

    `lowest_if_on_time` is what the lowest balance would be if every debtor paid on the day its invoice is due; `runway`
    is in how many weeks cash has run out as likely as not, `earliest` with one chance in ten, `runs_out` the day that
    ends the last week before that. `profit` is what the last quarter earned as booked, `profit_in_cash` what of it
    came: what is missing is owed, lies in stock, or was paid to suppliers.
    """

    currency: str
    status: Literal["told", "abstained"]
    reasons: list[str]
    verdict: str = ""
    cash: Cell | None = None
    horizon: Cell | None = None
    coverage: Cell | None = None
    lowest: Cell | None = None
    lowest_low: Cell | None = None
    lowest_high: Cell | None = None
    lowest_week: Cell | None = None
    lowest_if_on_time: Cell | None = None
    risk: Cell | None = Field(default=None, description="how likely cash runs out within the horizon")
    runway: Cell | None = None
    earliest: Cell | None = None
    date: str | None = Field(default=None, description="the day by which cash may run out, with one chance in ten")
    headroom: Cell | None = None
    owed: Cell | None = None
    overdue: Cell | None = None
    bills: Cell | None = Field(default=None, description="suppliers' bills known and not yet due")
    running_costs: Cell | None = Field(default=None, description="of an average week, without goods")
    inflows: Cell | None = Field(default=None, description="all that comes in within the horizon")
    payouts: Cell | None = Field(default=None, description="of it, other money than for invoices, as in past weeks")
    from_debtors: Cell | None = Field(default=None, description="of it, what customers owe today")
    from_new_invoices: Cell | None = None
    sold: Cell | None = Field(default=None, description="where it abstains: what the last quarter's sales left")
    came: Cell | None = Field(default=None, description="where it abstains: what is known to have come in that time")
    quarter: Cell | None = None
    silent: Cell | None = Field(default=None, description="where it abstains: days since money is known to have come")
    profit: Cell | None = None
    profit_in_cash: Cell | None = None
    late: Cell | None = Field(default=None, description="overdue money as a share of the profit")
    weeks: list[CashWeekView] = []


class DebtorView(ToolResult):
    """One debtor: what it owes, what of it is overdue, in how many days it usually pays, and what may never come.

    `at_risk`: past `default_after` days an invoice counts as defaulted, whatever the habit was.
    """

    debtor: str
    owed: Cell
    overdue: Cell
    oldest: Cell = Field(description="days past its terms of the oldest open invoice")
    usual: Cell | None = Field(description="days from invoice to payment, as likely as not")
    terms: Cell
    may_be_reminded: bool
    at_risk: bool = False
    invoices: Cell | None = Field(default=None, description="how many are overdue")
    may_be_lost: Cell | None = Field(default=None, description="expected loss on what it owes")
    lost_chance: Cell | None = Field(default=None, description="of what it owes, the share expected to be lost")
    default_after: Cell | None = None


class ReceivablesView(ToolResult):
    """Who owes what, most overdue money first, and how long money stays outside."""

    currency: str
    status: Literal["told", "abstained"]
    reasons: list[str]
    owed: Cell
    overdue: Cell
    outstanding: Cell | None = Field(default=None, description="days of invoiced sales that are owed")
    late_share: Cell | None = Field(default=None, description="share of paid invoices that came after their terms")
    invoices_paid: Cell
    debtors: list[DebtorView]


class ReminderLineView(ToolResult):
    """One debtor to be reminded now: of what, how long that would take yet without, and what of it may be lost."""

    debtor: str
    invoices: list[str]
    overdue: Cell
    oldest: Cell = Field(description="days past its terms of the oldest of them")
    wait: Cell
    at_risk: Cell = Field(description="expected loss without a reminder")
    level: Cell = Field(description="which reminder it would be, of the invoice that has had most")


class RestingDebtor(ToolResult):
    """A debtor that is not to be reminded now, and why."""

    debtor: str
    status: Literal["wait", "abstained"]
    reasons: list[str]


class ReminderView(ToolResult):
    """Whom to remind now, of what, and what that should bring together; most overdue money first.

    `wait` is how long the overdue invoices will take yet without a reminder; `share` the part of such waits that a
    reminder saves, assumed until `measured` reminders tell; `saved` days by money. `gain` is `interest` on those days
    at the cost of capital, and `kept`: what is spared of `at_risk`, the expected loss without reminding.
    """

    currency: str
    status: Literal["remind", "wait", "abstained"]
    reasons: list[str]
    lines: list[ReminderLineView] = []
    resting: list[RestingDebtor] = []
    debtors: Cell | None = None
    count: Cell | None = Field(default=None, description="invoices")
    overdue: Cell | None = None
    oldest: Cell | None = None
    largest: Cell | None = Field(default=None, description="overdue of the debtor who owes most")
    wait: Cell | None = None
    share: Cell | None = None
    share_is_assumed: bool = True
    measured: Cell | None = None
    saved: Cell | None = None
    saved_low: Cell | None = None
    saved_high: Cell | None = None
    interest: Cell | None = None
    at_risk: Cell | None = None
    kept: Cell | None = None
    gain: Cell | None = None
    gain_low: Cell | None = None
    gain_high: Cell | None = None
    coverage: Cell | None = None
    horizon: Cell | None = None


class OddExpense(ToolResult):
    """Expenses of one category that do not fit its pattern. `excess` is what was spent beyond the expected."""

    category: str
    reason: str
    reasons: list[str]
    expenses: list[str]
    recurring: bool
    amount: Cell
    expected: Cell
    low: Cell
    high: Cell
    excess: Cell
    gain: Cell | None = Field(default=None, description="what it costs over some weeks if it goes on, halved")
    gain_high: Cell | None = None
    held: Cell | None = Field(default=None, description="of commissions: chargebacks of the last four weeks")


class ExpenseReviewView(ToolResult):
    """The last week's expenses against the pattern of their categories."""

    currency: str
    status: Literal["told", "abstained"]
    reasons: list[str]
    judged: Cell
    not_judged: Cell
    false_alarms: Cell = Field(description="how many would be marked if all were ordinary")
    chargebacks: Cell
    chargebacks_before: Cell = Field(description="of four weeks, on average over the half year before")
    odd: list[OddExpense]


class CampaignView(ToolResult):
    """A campaign: what it may spend a week and spends, and what another unit of money spent brings in contribution.

    `marginal` is 1.00 where the next unit of money brings itself back.
    """

    campaign: str
    status: Literal["measurable", "not_measurable"]
    reasons: list[str]
    budget: Cell | None
    spent: Cell
    weeks: Cell
    marginal: Cell | None = None
    marginal_low: Cell | None = None
    marginal_high: Cell | None = None
    advised: Cell | None = None


class BudgetView(ToolResult):
    """Whether to move weekly money between campaigns; what that brings a week and over the weeks it is judged by."""

    currency: str
    status: Literal["move", "keep", "abstained"]
    reasons: list[str]
    campaigns: list[CampaignView]
    moved: Cell | None = None
    total: Cell | None = None
    margin: Cell | None = Field(default=None, description="contribution of the sales that campaigns bring")
    gain: Cell | None = None
    gain_low: Cell | None = None
    gain_high: Cell | None = None
    weekly_gain: Cell | None = None
    coverage: Cell | None = None
    horizon: Cell | None = None


class ProposedReminder(ToolResult):
    """A stored proposal."""

    proposal: str
    debtors: list[str]
    expected: Cell
    check_at: str


class ProposedBudgets(ToolResult):
    """A stored proposal."""

    proposal: str
    expected: Cell
    check_at: str


class ProposedFlag(ToolResult):
    """A stored proposal."""

    proposal: str
    category: str
    check_at: str
