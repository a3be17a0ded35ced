"""The lowest cash ahead once all that a meeting decided is paid, each by its due date."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from analytics.finance.cash import CashPosition, PlannedPayment, cash_outlook
from analytics.finance.cash_plan import cash_position
from analytics.statistics.errors import InvalidNumbers
from domain.action import Action, resources_used
from domain.figure import Cell
from domain.money import LARGEST_MINOR
from domain.stock import PurchaseOrderCreate
from store.reads.stock import levels as reads
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolArguments, ToolEnv, ToolResult
from tools.finance.book import WEEK, MoneyBook, money_book, rows_of
from tools.finance.cash_analysis import COVERAGE, EARLY
from tools.finance.cash_flows import OUTLOOK_WEEKS, CashFlows, cash_flows
from tools.finance.known_money import missing_money
from tools.reasons import reason_keys

_CASH = "cash"
_SCENARIOS = 4_000


class Spending(BaseModel):
    """What one decision takes of the brand's cash, and who or which day says when it is to be paid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: int = Field(ge=0, le=LARGEST_MINOR)
    supplier: str = Field(default="", description="of an order: its bill falls due by this supplier's terms")
    day: date | None = Field(default=None, description="of what is planned for a day; today where neither is given")


class DecidedArguments(ToolArguments):
    spendings: tuple[Spending, ...] = Field(max_length=100, description="what was decided, as it is to be carried out")


class DecidedCash(ToolResult):
    """Cash ahead with all that was decided: `decided` is to be paid in sum, `lowest` in `lowest_week`.

    `risk` is how likely cash runs out within `horizon`, `risk_without` how likely without what was decided.
    """

    currency: str
    status: str
    reasons: list[str]
    date: str | None = Field(default=None, description="the day that ends the week in which cash is lowest")
    decided: Cell | None = None
    lowest: Cell | None = None
    lowest_low: Cell | None = None
    lowest_high: Cell | None = None
    lowest_week: Cell | None = None
    lowest_without: Cell | None = None
    risk: Cell | None = None
    risk_without: Cell | None = None
    horizon: Cell | None = None
    may_end: bool = False


def cash_after_decisions(session: BrandSession, env: ToolEnv, args: DecidedArguments) -> ToolAnswer:
    """Work out the lowest cash of the coming weeks once what was decided is paid by its due dates: an order when its
    supplier's bill falls due, a trip on its day. The orders of an ordinary week, which the outlook counts with anyway,
    are replaced by those decided on. Abstains where cash ahead cannot be told."""
    book = money_book(session, env)
    tables = ("invoice", "payment", "expense", "expected_expense", "purchase_order", "supplier", "sales_fact")
    sources = rows_of(session, env, *tables)
    payments = [_payment(session, book, spending) for spending in args.spendings if spending.amount_minor]
    flows = env.once(("cash flows",), lambda: cash_flows(session, book))
    lacking = missing_money(session, book, flows)
    if book.cash_minor is None or lacking:
        return ToolAnswer(_abstained(book, lacking.reason if lacking else "no_balance"), sources)
    try:
        position = cash_position(book.cash_minor, flows.past, flows.delays, flows.receivables, flows.bills)
    except InvalidNumbers:
        return ToolAnswer(_abstained(book, "too_few_weeks"), sources)
    ordered = any(spending.supplier for spending in args.spendings)
    decided = _with(position, flows, payments, ordered)
    return ToolAnswer(_view(book, position, decided, payments), sources)


def _abstained(book: MoneyBook, reason: str) -> DecidedCash:
    return DecidedCash(currency=book.currency, status="abstained", reasons=reason_keys("finance", [reason]))


def spending_of(action: Action) -> Spending:
    """What an action takes of cash."""
    supplier = action.supplier if isinstance(action, PurchaseOrderCreate) else ""
    return Spending(
        amount_minor=resources_used(action).get(_CASH, 0), supplier=supplier, day=getattr(action, "planned_day", None)
    )


def _payment(session: BrandSession, book: MoneyBook, spending: Spending) -> PlannedPayment:
    due = book.now
    if spending.supplier:
        supplier = reads.supplier_by_code(session, spending.supplier)
        due += timedelta(days=(supplier.lead_time_days or 0) + (supplier.payment_days or 0))
    elif spending.day:
        due = datetime.combine(spending.day, time(), book.now.tzinfo)
    return PlannedPayment(spending.amount_minor, max((due - book.midnight) // WEEK + 1, 1))


def _with(position: CashPosition, flows: CashFlows, payments: list[PlannedPayment], ordered: bool) -> CashPosition:
    """The position with the payments; without the orders of an average first week, where orders were decided on."""
    within = [payment for payment in payments if payment.week <= OUTLOOK_WEEKS]
    first_week = np.diff(np.asarray(flows.delays.order_paid), prepend=0.0) * float(flows.past.ordered.mean())
    mean = np.asarray(position.sales.mean_minor, dtype=float) + (first_week if ordered else 0.0)
    sales = replace(position.sales, mean_minor=list(mean))
    return replace(position, payments=[*position.payments, *within], sales=sales)


def _view(book: MoneyBook, before: CashPosition, decided: CashPosition, payments: list[PlannedPayment]) -> DecidedCash:
    without, after = (
        cash_outlook(position, 0, OUTLOOK_WEEKS, coverage=COVERAGE, scenarios=_SCENARIOS)
        for position in (before, decided)
    )
    lowest, risk = after.weeks[after.lowest_week - 1], after.weeks[-1].below_floor_by_now
    return DecidedCash(
        currency=book.currency,
        status="told",
        reasons=[],
        date=(book.midnight + lowest.week * WEEK).date().isoformat(),
        decided=cells.money(sum(payment.amount_minor for payment in payments), book.currency),
        lowest=cells.money(lowest.expected_minor, book.currency),
        lowest_low=cells.money(lowest.low_minor, book.currency),
        lowest_high=cells.money(lowest.high_minor, book.currency),
        lowest_week=cells.weeks(lowest.week),
        lowest_without=cells.money(without.lowest_minor, book.currency),
        risk=cells.share(risk),
        risk_without=cells.share(without.weeks[-1].below_floor_by_now),
        horizon=cells.weeks(OUTLOOK_WEEKS),
        may_end=risk >= EARLY,
    )
