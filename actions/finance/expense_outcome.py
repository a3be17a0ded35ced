"""Outcome of a flagged expense: commissions since, against the growth of the other affiliates'."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from analytics.finance.placebo import expected_by_others
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval
from domain.finance import ExpenseFlag
from domain.message import Message, verbatim
from domain.prediction import Outcome, OutcomeStatus
from store.reads.finance import books as reads
from store.session import BrandSession

_METHOD = "commissions since against the usual and the flagged ones, grown as the other affiliates' did"
_WEEK = timedelta(weeks=1)
_USUAL_WEEKS = 13


def measure_flag(session: BrandSession, action: ExpenseFlag, since: datetime, until: datetime) -> Outcome:
    """Commissions that were not paid since, against what there would have been without the flag.

    The others, of whom nobody asked, are the placebos: their growth since is what the flagged one's would have been.
    It was flagged because it stood high, and might have come down by itself (regression to the mean): the interval
    reaches from its usual level to the flagged one, and the value lies half-way. A single expense has no next one to
    compare with, and is not measurable.
    """
    unit = f"{action.currency}.minor"
    family, colon, _ = action.category.partition(":")
    if action.reason != "commission_above_sales" or not colon:
        return _not_measurable("count", Message(key="finance.outcome.nothing_recurs"))
    spent = [
        expense
        for expense in reads.expenses(session, action.currency, since - _USUAL_WEEKS * _WEEK)
        if expense.category.partition(":")[0] == family and expense.spent_at <= until
    ]
    try:
        flagged, usual = _expected(spent, action, since)
    except InvalidNumbers as error:
        return _not_measurable(unit, verbatim(str(error)))
    paid = sum(
        expense.amount_minor for expense in spent if expense.category == action.category and expense.spent_at > since
    )
    middle = (flagged.value + usual.value) / 2
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=round(middle) - paid,
        low=round(min(flagged.low, usual.low)) - paid,
        high=round(max(flagged.high, usual.high)) - paid,
        realised=paid,
        counterfactual=round(middle),
        method=_METHOD,
    )


def _expected(spent: Sequence[reads.ExpenseRecord], action: ExpenseFlag, since: datetime) -> tuple[Interval, Interval]:
    """Expected commissions since the flag, from the flagged level and from the usual one. Raises InvalidNumbers."""
    marked = [expense for expense in spent if expense.number in set(action.expenses)]
    if not marked:
        raise InvalidNumbers("What was marked is not known any more.")
    day = max(expense.spent_at for expense in marked).date()
    before, after = defaultdict[str, int](int), defaultdict[str, int](int)
    for expense in spent:
        if expense.spent_at > since:
            after[expense.category] += expense.amount_minor
        elif expense.spent_at.date() == day:
            before[expense.category] += expense.amount_minor
    earlier = [
        expense.amount_minor
        for expense in spent
        if expense.category == action.category and expense.spent_at.date() < day
    ]
    others = sorted(set(before) - {action.category})
    was, since_then = [before[name] for name in others], [after[name] for name in others]
    flagged = expected_by_others(before[action.category], was, since_then)
    return flagged, expected_by_others(median(earlier), was, since_then) if earlier else flagged


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)
