"""What an order may cost so that cash does not run out: asked before anything is ordered."""

from datetime import timedelta

from analytics.finance.cash import CashPaths, cash_paths
from analytics.finance.cash_plan import cash_position
from analytics.statistics.errors import InvalidNumbers
from store.reads.sales import net_revenue_minor
from store.session import BrandSession
from store.tables import Supplier
from tools.base import ToolEnv
from tools.finance.book import QUARTER_WEEKS, WEEK, money_book
from tools.finance.cash_analysis import EARLY
from tools.finance.cash_flows import OUTLOOK_WEEKS, CashFlows, cash_flows

SCENARIOS = 4_000
_KNOWN_INFLOWS = 0.5
"""Where less of the quarter's sales has come in, payouts or invoices are missing, and cash ahead is no forecast."""


def cash_carries(session: BrandSession, env: ToolEnv, supplier: Supplier) -> float | None:
    """The most that an order to a supplier may cost today, minor units, with cash running out in one case of ten.

    An ordinary week's orders are in the outlook already. None where cash ahead cannot be told: without a balance or
    eight weeks, or where what came in is far from what was sold.
    """
    outlook = env.once(("cash carried",), lambda: _outlook(session, env))
    if outlook is None:
        return None
    paths, usual = outlook
    days = timedelta(days=(supplier.lead_time_days or 0) + (supplier.payment_days or 0))
    week = min(max(days // WEEK + 1, 1), OUTLOOK_WEEKS)
    return max(paths.carries(week, EARLY) + usual, 0.0)


def _outlook(session: BrandSession, env: ToolEnv) -> tuple[CashPaths, float] | None:
    book = money_book(session, env)
    if book.cash_minor is None:
        return None
    flows: CashFlows = env.once(("cash flows",), lambda: cash_flows(session, book))
    sold = net_revenue_minor(session, QUARTER_WEEKS)
    came = float((flows.past.received + flows.past.invoiced)[-QUARTER_WEEKS:].sum())
    if came <= 0 or came < _KNOWN_INFLOWS * sold:
        return None
    try:
        position = cash_position(book.cash_minor, flows.past, flows.delays, flows.receivables, flows.bills)
        paths = env.once(("cash paths",), lambda: cash_paths(position, OUTLOOK_WEEKS, scenarios=SCENARIOS))
    except InvalidNumbers:
        return None
    return paths, float(flows.past.ordered.mean())
