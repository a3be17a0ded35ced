"""The last week's expenses that do not fit the pattern of their category."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.finance.expenses import ExpenseEntry, ExpenseReview, UnusualExpense, review_expenses
from domain.finance import FlagReason
from store.reads.finance.books import ExpenseRecord
from tools.finance.book import DAY, is_goods

AFFILIATE = "affiliate:"
CHARGEBACKS = "chargebacks"
FALSE_ALARMS = 0.002
_LEAST_OFF, _MATERIAL = 0.20, 0.0002
"""An alarm is worth a person's time when it is a fifth off, and a five-thousandth of what is spent in a week."""
_RECURRING = 8


@dataclass(frozen=True)
class Odd:
    """The marked expenses of one category: what they came to, and what they should have."""

    category: str
    reason: FlagReason
    expenses: tuple[ExpenseRecord, ...]
    amount_minor: int
    expected_minor: int
    low_minor: int
    high_minor: int
    recurring: bool

    @property
    def excess_minor(self) -> int:
        return self.amount_minor - self.expected_minor


@dataclass(frozen=True)
class Review:
    judged: int
    not_judged: int
    expected_false_alarms: float
    odd: tuple[Odd, ...]


def review(spent: Sequence[ExpenseRecord], midnight: datetime, days: int = 7) -> Review:
    """Judges what was spent in the `days` before `midnight` by all before it.

    Commissions of affiliates follow the shop's sales, so each is judged as its part of all commissions of its day: one
    that grows while the others do not is what stands out. What suppliers got is left out: each order is another amount.
    """
    judged = [
        expense
        for expense in spent
        if expense.amount_minor > 0 and not is_goods(expense.category) and expense.spent_at < midnight
    ]
    by_number = {expense.number: expense for expense in judged}
    scaled = _scaled(judged)
    since = midnight - timedelta(days=days)
    reviewed = review_expenses(
        [
            ExpenseEntry(expense.number, expense.category, scaled[expense.number], expense.spent_at.toordinal())
            for expense in judged
        ],
        since.toordinal(),
        FALSE_ALARMS,
    )
    weeks = max((midnight - min((expense.spent_at for expense in judged), default=midnight)) / (7 * DAY), 1.0)
    least = _MATERIAL * sum(expense.amount_minor for expense in judged) / weeks
    return Review(
        judged=reviewed.judged,
        not_judged=len(reviewed.not_judged),
        expected_false_alarms=reviewed.expected_false_alarms,
        odd=tuple(sorted(_odd(reviewed, by_number, scaled, judged, least), key=lambda odd: -abs(odd.excess_minor))),
    )


def _scaled(judged: Sequence[ExpenseRecord]) -> Mapping[str, int]:
    """Amounts as they are judged: an affiliate's as its part of the day's commissions, at those of a usual day."""
    totals: dict[int, int] = defaultdict(int)
    for expense in judged:
        if expense.category.startswith(AFFILIATE):
            totals[expense.spent_at.toordinal()] += expense.amount_minor
    usual = sorted(totals.values())[len(totals) // 2] if totals else 0
    return {
        expense.number: max(round(expense.amount_minor * usual / totals[expense.spent_at.toordinal()]), 1)
        if expense.category.startswith(AFFILIATE)
        else expense.amount_minor
        for expense in judged
    }


def _odd(
    reviewed: ExpenseReview,
    by_number: Mapping[str, ExpenseRecord],
    scaled: Mapping[str, int],
    judged: Sequence[ExpenseRecord],
    least: float,
) -> list[Odd]:
    groups: dict[str, list[tuple[ExpenseRecord, UnusualExpense]]] = defaultdict(list)
    for flag in reviewed.flags:
        groups[by_number[flag.key].category].append((by_number[flag.key], flag))
    marked = []
    for category, pairs in groups.items():
        scale = [expense.amount_minor / scaled[expense.number] for expense, _ in pairs]
        expected, low, high = (
            round(sum(getattr(flag, end) * by for (_, flag), by in zip(pairs, scale, strict=True)))
            for end in ("expected_minor", "low_minor", "high_minor")
        )
        amount = sum(expense.amount_minor for expense, _ in pairs)
        if abs(amount - expected) < max(least, _LEAST_OFF * expected):
            continue
        history = sum(expense.category == category for expense in judged)
        reason = pairs[0][1].reason
        grew = category.startswith(AFFILIATE) and amount > expected
        marked.append(
            Odd(
                category=category,
                reason="commission_above_sales" if grew else "far_above" if reason == "booked_twice" else reason,
                expenses=tuple(expense for expense, _ in pairs),
                amount_minor=amount,
                expected_minor=expected,
                low_minor=low,
                high_minor=high,
                recurring=grew and history >= _RECURRING,
            )
        )
    return marked
