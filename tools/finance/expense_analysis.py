"""Expenses of the last week that a person should look at, and commissions for sales that do not hold."""

from datetime import timedelta

from domain.figure import Cell
from domain.finance import FLAG_WEEKS
from store.reads.finance import books as reads
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolArguments, ToolEnv
from tools.finance.book import FLOW_WEEKS, WEEK, MoneyBook, money_book, rows_of
from tools.finance.expense_patterns import CHARGEBACKS, Odd, review
from tools.finance.results import ExpenseReviewView, OddExpense
from tools.reasons import reason_keys
from tools.sources import selected

_HISTORY = timedelta(days=3 * 365)
_LATELY_WEEKS = 4


def expense_review(session: BrandSession, env: ToolEnv, args: ToolArguments) -> ToolAnswer:
    """Judge the last week's expenses by the pattern of their categories, with the range that ordinary ones keep to;
    each affiliate's commission as its part of all commissions, beside the chargebacks of the last four weeks. What has
    been flagged already is left out. One-off and recurring: what goes on costing is told over four weeks."""
    book = money_book(session, env)
    spent = reads.expenses(session, book.currency, book.now - _HISTORY)
    flagged = {row.expense_id for row in reads.flags(session)}
    asked_about = {
        expense.category
        for expense in spent
        if expense.id in flagged and expense.spent_at > book.now - 2 * FLAG_WEEKS * WEEK
    }
    reviewed = review(spent, book.midnight)
    lately = book.midnight - _LATELY_WEEKS * WEEK
    start = lately - FLOW_WEEKS * WEEK
    held = sum(
        expense.amount_minor for expense in spent if expense.category == CHARGEBACKS and expense.spent_at >= lately
    )
    before = sum(
        expense.amount_minor
        for expense in spent
        if expense.category == CHARGEBACKS and start <= expense.spent_at < lately
    )
    odd = [flag for flag in reviewed.odd if flag.category not in asked_about]
    view = ExpenseReviewView(
        currency=book.currency,
        status="told" if spent else "abstained",
        reasons=[] if spent else reason_keys("finance", ["no_expenses"]),
        judged=cells.count(reviewed.judged),
        not_judged=cells.count(reviewed.not_judged),
        false_alarms=Cell(value=round(reviewed.expected_false_alarms, 2), unit="count", decimals=2),
        chargebacks=cells.money(held, book.currency),
        chargebacks_before=cells.money(before * _LATELY_WEEKS / FLOW_WEEKS, book.currency),
        odd=[_odd_view(book, flag, held) for flag in odd],
    )
    about = {flag.category: f"/odd/{at}" for at, flag in enumerate(odd)}
    return ToolAnswer(
        view,
        (
            *(rows.bearing_on("/judged", "/not_judged", "/false_alarms") for rows in rows_of(session, env, "expense")),
            selected(session, "expense", category=CHARGEBACKS).bearing_on("/chargebacks", "/chargebacks_before"),
            *(selected(session, "expense", category=name, about=(place,)) for name, place in about.items()),
        ),
    )


def _odd_view(book: MoneyBook, odd: Odd, held: int) -> OddExpense:
    goes_on = {}
    if odd.recurring and odd.excess_minor > 0:
        goes_on = {
            "gain": cells.money(odd.excess_minor * FLAG_WEEKS / 2, book.currency),
            "gain_high": cells.money(odd.excess_minor * FLAG_WEEKS, book.currency),
            "held": cells.money(held, book.currency),
        }
    return OddExpense(
        category=odd.category,
        reason=odd.reason,
        reasons=reason_keys("finance", [odd.reason]),
        expenses=[each.number for each in odd.expenses],
        recurring=odd.recurring,
        amount=cells.money(odd.amount_minor, book.currency),
        expected=cells.money(odd.expected_minor, book.currency),
        low=cells.money(odd.low_minor, book.currency),
        high=cells.money(odd.high_minor, book.currency),
        excess=cells.money(odd.excess_minor, book.currency),
        **goes_on,
    )
