"""How long cash lasts, counting debtors' money when it is really expected, and what of the profit is not cash."""

from dataclasses import replace

from analytics.finance.cash import CashOutlook, CashPosition, cash_outlook
from analytics.finance.cash_plan import cash_position
from analytics.finance.late_cash import LateCash, profit_against_cash
from analytics.statistics.errors import InvalidNumbers
from domain.figure import Cell
from store.reads.finance import books as reads
from store.reads.stock.levels import accounts
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolArguments, ToolEnv
from tools.finance.book import QUARTER_WEEKS, WEEK, MoneyBook, is_goods, money_book, rows_of
from tools.finance.cash_flows import OUTLOOK_WEEKS, CashFlows, cash_flows
from tools.finance.known_money import missing_money, quarter_sales
from tools.finance.results import CashWeekView, RunwayView
from tools.reasons import reason_keys
from tools.sources import RowSelection, selected

COVERAGE, EARLY = 0.8, 0.1
_FLOOR_MINOR = 0


def cash_runway(session: BrandSession, env: ToolEnv, args: ToolArguments) -> ToolAnswer:
    """Work out the cash of each of the next thirteen weeks with an 80 % interval, how likely it runs out and by when:
    bank balances, what debtors owe by their own habits of paying, suppliers' bills by their terms, fixed costs,
    payouts, and what of each comes in. Says beside it what the quarter's booked profit was and what of it came as cash.
    Abstains, and names the file that is missing, where the money known to have come cannot be all that came."""
    book = money_book(session, env)
    sources = _sources(session, env)
    if book.cash_minor is None:
        return ToolAnswer(_abstained(book, "no_balance"), sources)
    flows = env.once(("cash flows",), lambda: cash_flows(session, book))
    if lacking := missing_money(session, book, flows):
        return ToolAnswer(_abstained(book, lacking.reason).model_copy(update=dict(lacking.numbers)), sources)
    try:
        position = cash_position(book.cash_minor, flows.past, flows.delays, flows.receivables, flows.bills)
        outlook = cash_outlook(position, _FLOOR_MINOR, OUTLOOK_WEEKS, coverage=COVERAGE)
    except InvalidNumbers:
        return ToolAnswer(_abstained(book, "too_few_weeks"), sources)
    on_time = cash_outlook(replace(position, receivables=flows.on_time), _FLOOR_MINOR, OUTLOOK_WEEKS, coverage=COVERAGE)
    view = _view(book, position, flows, outlook, on_time)
    more = {**_inflows(position, flows, book.currency), **_profit(session, book, flows)}
    return ToolAnswer(view.model_copy(update=more), sources)


def _sources(session: BrandSession, env: ToolEnv) -> tuple[RowSelection, ...]:
    tables = ("invoice", "payment", "expense", "expected_expense", "purchase_order", "supplier", "sales_fact")
    rows = rows_of(session, env, *tables)
    held = accounts(session)
    return (*rows, selected(session, "bank_balance", account=held)) if held else rows


def _abstained(book: MoneyBook, reason: str) -> RunwayView:
    return RunwayView(currency=book.currency, status="abstained", reasons=reason_keys("finance", [reason]))


def _view(
    book: MoneyBook, position: CashPosition, flows: CashFlows, outlook: CashOutlook, on_time: CashOutlook
) -> RunwayView:
    currency = book.currency
    lowest = outlook.weeks[outlook.lowest_week - 1]
    early, likely = outlook.runway_weeks(EARLY), outlook.runway_weeks(0.5)
    date = None if early is None else (book.midnight + (early + 1) * WEEK).date().isoformat()
    overdue = sum(debtor.lacks[invoice.number] for debtor in book.debtors for invoice in debtor.overdue(book.now))
    return RunwayView(
        currency=currency,
        status="told",
        reasons=[],
        cash=cells.money(position.opening_minor, currency),
        horizon=cells.weeks(OUTLOOK_WEEKS),
        coverage=cells.share(outlook.coverage),
        lowest=cells.money(lowest.expected_minor, currency),
        lowest_low=cells.money(lowest.low_minor, currency),
        lowest_high=cells.money(lowest.high_minor, currency),
        lowest_week=cells.weeks(lowest.week),
        lowest_if_on_time=cells.money(on_time.lowest_minor, currency),
        risk=cells.share(outlook.weeks[-1].below_floor_by_now),
        runway=None if likely is None else cells.weeks(likely),
        earliest=None if early is None else cells.weeks(early),
        date=date,
        headroom=cells.money(outlook.headroom_minor, currency),
        owed=cells.money(sum(debtor.owed_minor for debtor in book.debtors), currency),
        overdue=cells.money(overdue, currency),
        bills=cells.money(sum(payment.amount_minor for payment in position.payments), currency),
        running_costs=cells.money(float(flows.past.spent.mean()), currency),
        weeks=[
            CashWeekView(
                week=cells.weeks(week.week),
                expected=cells.money(week.expected_minor, currency),
                low=cells.money(week.low_minor, currency),
                high=cells.money(week.high_minor, currency),
                below=cells.share(week.below_floor_by_now),
            )
            for week in outlook.weeks
        ],
    )


def _inflows(position: CashPosition, flows: CashFlows, currency: str) -> dict[str, Cell]:
    """What comes in by the end of the horizon: payouts, what customers owe today, and invoices still to be written."""
    payouts = float(flows.past.received.mean()) * OUTLOOK_WEEKS
    debtors = sum(receivable.amount_minor * receivable.paid_by[-1] for receivable in position.receivables)
    invoices = float(flows.past.invoiced.mean()) * sum(flows.delays.invoice_paid)
    parts = {"payouts": payouts, "from_debtors": debtors, "from_new_invoices": invoices}
    return {name: cells.money(amount, currency) for name, amount in {**parts, "inflows": sum(parts.values())}.items()}


def _profit(session: BrandSession, book: MoneyBook, flows: CashFlows) -> dict[str, object]:
    """The last quarter's profit as booked against the cash that it brought; nothing where no sales are known."""
    since, sales = book.midnight - QUARTER_WEEKS * WEEK, quarter_sales(session, book)
    if not sales.costed:
        return {}
    kept, goods = sales.kept_minor, sales.goods_minor
    spent = reads.expenses(session, book.currency, since)
    running = sum(expense.amount_minor for expense in spent if not is_goods(expense.category))
    bought = sum(
        bill.amount_minor for bill in reads.bills(session, book.currency, since) if bill.received_at is not None
    )
    overdue = sum(debtor.lacks[invoice.number] for debtor in book.debtors for invoice in debtor.overdue(book.now))
    late = profit_against_cash(kept, flows.cash_in, goods + running, flows.cash_out, bought - goods, overdue)
    return _profit_cells(late, book.currency)


def _profit_cells(late: LateCash, currency: str) -> dict[str, object]:
    return {
        "verdict": late.verdict,
        "profit": cells.money(late.profit_minor, currency),
        "profit_in_cash": cells.money(late.cash_minor, currency),
        "late": cells.rate(late.late_share_bps),
    }
