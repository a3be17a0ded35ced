"""Outlier detection in expenses by category, with the measured rate of false alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import scipy

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from domain.money import LARGEST_MINOR

FlagReason = Literal["far_above", "far_below", "never_changed_before", "booked_twice"]
_FEWEST = 8
_SEASON_YEARS = 2
_LEAST_SEASONAL_GAIN = 0.10
_SAME_DAYS = 7
_RARELY = 0.05
_MAD_EFFICIENCY = 0.37


@dataclass(frozen=True)
class ExpenseEntry:
    """Money spent: `day` is a date's ordinal. `payee` is empty where it is not known."""

    key: str
    category: str
    amount_minor: int
    day: int
    payee: str = ""


@dataclass(frozen=True)
class UnusualExpense:
    """An unusual expense: the expected amount, and the range that holds a share `1 - false_alarms` of such expenses.

    `chance` is how often an ordinary expense would be as far out. For `booked_twice`, `twin` is the key of the other,
    and the expected amount is nothing.
    """

    key: str
    reason: FlagReason
    amount_minor: int
    expected_minor: int
    low_minor: int
    high_minor: int
    chance: float
    twin: str = ""


@dataclass(frozen=True)
class ExpenseReview:
    """The flags, the most money out of the ordinary first. `not_judged` had too little history in their category.

    `expected_false_alarms` is how many flags there would be were all ordinary; `measured_rate` is the share that the
    same rule flags of the history itself, each expense judged by those before it; None where too few could be.
    """

    flags: tuple[UnusualExpense, ...]
    judged: int
    not_judged: tuple[str, ...]
    expected_false_alarms: float
    measured_rate: float | None


def review_expenses(expenses: Sequence[ExpenseEntry], from_day: int, false_alarms: float = 0.01) -> ExpenseReview:
    """Judges the expenses from `from_day` on by those before it in their category.

    Amounts are compared in logarithms: the distance from the median over the robust deviation 1.4826 MAD, widened for
    the median's own error by pi / 2n, against Student's t with 0.37 (n - 1) degrees of freedom, as the MAD is 37 % as
    efficient as a standard deviation (Rousseeuw & Croux 1993, section 1), so that a short history flags less. The
    calendar month's own median is taken out first where there are two years of history and it makes the deviation a
    tenth smaller. In a category that has never changed, any other amount is flagged with chance 1 / (n + 1). Flagged
    whatever the amount: the same payee, category and amount within a week, where fewer than one in twenty did so
    before. At least eight earlier expenses are needed. Raises InvalidNumbers.
    """
    _check(expenses, false_alarms)
    ordered = sorted(expenses, key=lambda expense: (expense.day, expense.key))
    earlier = [expense for expense in ordered if expense.day < from_day]
    fresh = [expense for expense in ordered if expense.day >= from_day]
    histories = _by_category(earlier)
    judged = [expense for expense in fresh if len(histories.get(expense.category, ())) >= _FEWEST]
    flags = [flag for expense in judged if (flag := _flag(expense, histories[expense.category], false_alarms))]
    known = {flag.key for flag in flags}
    flags += [flag for flag in _twins(earlier, fresh) if flag.key not in known]
    return ExpenseReview(
        flags=tuple(sorted(flags, key=lambda flag: (-abs(flag.amount_minor - flag.expected_minor), flag.key))),
        judged=len(judged),
        not_judged=tuple(expense.key for expense in fresh if len(histories.get(expense.category, ())) < _FEWEST),
        expected_false_alarms=false_alarms * len(judged),
        measured_rate=_measured_rate(histories, false_alarms),
    )


def _by_category(expenses: Sequence[ExpenseEntry]) -> dict[str, list[ExpenseEntry]]:
    by_category: dict[str, list[ExpenseEntry]] = {}
    for expense in expenses:
        by_category.setdefault(expense.category, []).append(expense)
    return by_category


def _flag(expense: ExpenseEntry, history: Sequence[ExpenseEntry], false_alarms: float) -> UnusualExpense | None:
    logs = np.log([float(earlier.amount_minor) for earlier in history])
    seasonal = _seasonal(logs, history)
    centre = seasonal.get(date.fromordinal(expense.day).month, 0.0)
    plain = logs - np.array([seasonal.get(date.fromordinal(earlier.day).month, 0.0) for earlier in history])
    middle = float(np.median(plain))
    expected = np.exp(middle + centre)
    deviation = _robust_deviation(plain)
    if deviation == 0:
        if expense.amount_minor == round(expected):
            return None
        chance, low, high = 1 / (len(history) + 1), round(expected), round(expected)
        return UnusualExpense(
            expense.key, "never_changed_before", expense.amount_minor, round(expected), low, high, chance
        )
    spread = deviation * np.sqrt(1 + np.pi / (2 * len(history)))
    distance = (np.log(expense.amount_minor) - middle - centre) / spread
    freedom = _MAD_EFFICIENCY * (len(history) - 1)
    chance = 2 * float(scipy.special.stdtr(freedom, -abs(distance)))
    if chance > false_alarms:
        return None
    reach = np.exp(float(scipy.special.stdtrit(freedom, 1 - false_alarms / 2)) * spread)
    reason: FlagReason = "far_above" if distance > 0 else "far_below"
    bounds = round(min(expected / reach, LARGEST_MINOR)), round(min(expected * reach, LARGEST_MINOR))
    return UnusualExpense(expense.key, reason, expense.amount_minor, round(expected), *bounds, chance)


def _seasonal(logs: Floats, history: Sequence[ExpenseEntry]) -> dict[int, float]:
    """Deviation of each calendar month's median from the overall median; empty where it explains too little."""
    if history[-1].day - history[0].day < 365 * _SEASON_YEARS:
        return {}
    months = np.array([date.fromordinal(expense.day).month for expense in history])
    years = np.array([date.fromordinal(expense.day).year for expense in history])
    middle = np.median(logs)
    enough = [month for month in range(1, 13) if len(np.unique(years[months == month])) >= _SEASON_YEARS]
    levels = {month: float(np.median(logs[months == month]) - middle) for month in enough}
    adjusted = logs - np.array([levels.get(int(month), 0.0) for month in months])
    freedom = np.sqrt(len(logs) / max(len(logs) - len(levels), 1))
    better = _robust_deviation(adjusted) * freedom <= (1 - _LEAST_SEASONAL_GAIN) * _robust_deviation(logs)
    return levels if better else {}


def _robust_deviation(values: Floats) -> float:
    """1.4826 MAD with the small-sample n / (n - 0.8); the standard deviation where more than half are alike."""
    robust = 1.4826 * float(np.median(np.abs(values - np.median(values)))) * len(values) / (len(values) - 0.8)
    return robust if robust > 1e-9 else float(values.std(ddof=1)) if np.ptp(values) > 1e-9 else 0.0


def _twins(earlier: Sequence[ExpenseEntry], fresh: Sequence[ExpenseEntry]) -> list[UnusualExpense]:
    """Fresh expenses that repeat one of the days before, where that is rare among this payee's in this category."""
    latest: dict[tuple[str, str, int], ExpenseEntry] = {}
    repeats_of: dict[tuple[str, str], list[bool]] = {}
    first_fresh = len(earlier)
    flags: list[UnusualExpense] = []
    for place, expense in enumerate((*earlier, *fresh)):
        twin = latest.get((expense.payee, expense.category, expense.amount_minor))
        again = twin is not None and expense.day - twin.day <= _SAME_DAYS
        before = repeats_of.setdefault((expense.payee, expense.category), [])
        chance = (1 + sum(before)) / (2 + len(before))
        rare = not before or sum(before) / len(before) < _RARELY
        if expense.payee and again and twin is not None and place >= first_fresh and rare:
            flags.append(UnusualExpense(expense.key, "booked_twice", expense.amount_minor, 0, 0, 0, chance, twin.key))
        before.append(again)
        latest[expense.payee, expense.category, expense.amount_minor] = expense
    return flags


def _measured_rate(histories: dict[str, list[ExpenseEntry]], false_alarms: float) -> float | None:
    """The share flagged of the last hundred expenses of each category, each judged by those before it."""
    flagged = [
        _flag(history[place], history[:place], false_alarms) is not None
        for history in histories.values()
        for place in range(max(_FEWEST, len(history) - 100), len(history))
    ]
    return float(np.mean(flagged)) if len(flagged) >= 1 / false_alarms else None


def _check(expenses: Sequence[ExpenseEntry], false_alarms: float) -> None:
    if not 0 < false_alarms < 0.5:
        raise InvalidNumbers("The rate of false alarms must lie between 0 and a half.")
    for expense in expenses:
        whole = isinstance(expense.amount_minor, int) and not isinstance(expense.amount_minor, bool)
        if not whole or not 0 < expense.amount_minor <= LARGEST_MINOR:
            raise InvalidNumbers(f"The expense {expense.key} must be a whole number from 1 to {LARGEST_MINOR}.")
        if not 1 <= expense.day <= date.max.toordinal():
            raise InvalidNumbers(f"The expense {expense.key} has no day.")
    if len({expense.key for expense in expenses}) < len(expenses):
        raise InvalidNumbers("An expense occurs twice.")
