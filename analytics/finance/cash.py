"""Cash forecast by week, probability of a shortfall, and the amount that may be spent now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from domain.money import LARGEST_MINOR

_GRID = 4096
_EXACT_INVOICES = 100
_LONGEST_WEEKS = 260


@dataclass(frozen=True)
class Receivable:
    """Money that a debtor owes: `paid_by` (N,) is the probability that it has come by the end of each week ahead."""

    amount_minor: int
    paid_by: Sequence[float]


@dataclass(frozen=True)
class PlannedPayment:
    """Money to be paid out: in `week` (1 is the coming one), and again `every_weeks` after that unless that is None."""

    amount_minor: int
    week: int
    every_weeks: int | None = None


@dataclass(frozen=True)
class SalesReceipts:
    """Weekly cash receipts from sales: mean and uncertainty.

    `mean_minor` is one number or (N,), `deviation_minor` a week's standard deviation, `correlation` that between a week
    and the next, `mean_error_minor` the standard error of the mean, by which all weeks are off together.
    """

    mean_minor: float | Sequence[float] = 0.0
    deviation_minor: float = 0.0
    correlation: float = 0.0
    mean_error_minor: float = 0.0


_NO_SALES = SalesReceipts()


@dataclass(frozen=True)
class CashPosition:
    """Cash in hand, receivables, payments due and sales receipts."""

    opening_minor: int
    receivables: Sequence[Receivable] = ()
    payments: Sequence[PlannedPayment] = ()
    sales: SalesReceipts = field(default=_NO_SALES)


@dataclass(frozen=True)
class CashWeek:
    """The balance at the end of a week, `low..high` at the outlook's coverage, and how likely cash is below the floor.

    `below_floor` is at the end of this week, `below_floor_by_now` at the end of this or any earlier one.
    """

    week: int
    expected_minor: int
    low_minor: int
    high_minor: int
    below_floor: float
    below_floor_by_now: float


@dataclass(frozen=True)
class CashOutlook:
    """The weeks ahead. `lowest_minor` is the lowest expected balance, and `lowest_week` when.

    `lowest_at_risk_minor` is what the lowest balance of all weeks stays above with probability 1 - `risk`;
    `headroom_minor` is how much may be spent now so that cash is below the floor in some week with probability `risk`
    at most (below zero: so much is lacking). `simulation_error` is the standard error of `below_floor_by_now`.
    """

    weeks: Sequence[CashWeek]
    floor_minor: int
    coverage: float
    risk: float
    lowest_minor: int
    lowest_week: int
    lowest_at_risk_minor: int
    headroom_minor: int
    simulation_error: float

    def runway_weeks(self, probability: float = 0.5) -> int | None:
        """Full weeks until cash has been below the floor with this probability; None if not within the outlook."""
        short = [week.week for week in self.weeks if week.below_floor_by_now >= probability]
        return short[0] - 1 if short else None


def cash_outlook(
    position: CashPosition,
    floor_minor: int,
    weeks: int,
    *,
    coverage: float = 0.80,
    risk: float = 0.05,
    scenarios: int = 20_000,
    seed: int = 1,
) -> CashOutlook:
    """The balance at the end of each of `weeks` weeks, and how likely it is below the floor.

    One week's balance is computed, not simulated: the sum of invoices paid by then, each with its own probability, is
    convolved on a grid (the Poisson-binomial of Hong 2013, weighted; past a hundred the small ones are normal
    together), and sales are normal with lag-one correlation r, so that t weeks have variance s^2 sum of (t - |h|)
    r^|h| (Box, Jenkins & Reinsel 2008, section 2.1), and t^2 times that of the mean. What hangs on all weeks together
    (`below_floor_by_now`, the lowest balance, the headroom) is counted on `scenarios` seeded ones, half of them
    mirrored. Debtors pay independently of each other.
    Raises InvalidNumbers for numbers that make no sense.
    """
    flows = _flows(position, floor_minor, weeks, coverage, risk, scenarios)
    paths = _paths(position, flows, scenarios, np.random.default_rng(seed))
    lowest = np.sort(paths.min(axis=1))
    below = np.maximum.accumulate(paths < floor_minor, axis=1).mean(axis=0)
    marginals = [_balance(flows, week) for week in range(weeks)]
    tail = (1 - coverage) / 2
    rows = [
        CashWeek(
            week=week + 1,
            expected_minor=round(balance.mean),
            low_minor=round(balance.quantile(tail)),
            high_minor=round(balance.quantile(1 - tail)),
            below_floor=balance.below(floor_minor),
            below_floor_by_now=float(below[week]),
        )
        for week, balance in enumerate(marginals)
    ]
    at_risk = int(np.floor(lowest[int(risk * scenarios)]))
    worst = min(rows, key=lambda row: (row.expected_minor, row.week))
    return CashOutlook(
        weeks=rows,
        floor_minor=floor_minor,
        coverage=coverage,
        risk=risk,
        lowest_minor=worst.expected_minor,
        lowest_week=worst.week,
        lowest_at_risk_minor=at_risk,
        headroom_minor=at_risk - floor_minor,
        simulation_error=float(np.sqrt(below[-1] * (1 - below[-1]) / scenarios)),
    )


@dataclass(frozen=True)
class CashPaths:
    """Seeded scenarios of the balance at the end of each week ahead: `balances` (scenarios, N), in minor units."""

    balances: Floats

    def shortfall_probability(self, extra_minor: int = 0, week: int = 1, floor_minor: int = 0) -> float:
        """Probability that the balance is below the floor at the end of some week, with `extra_minor` to pay in `week`.

        Every amount is judged on the same scenarios, so that amounts differ by nothing but themselves.
        Raises InvalidNumbers for a week that is not ahead.
        """
        weeks = self.balances.shape[1]
        if not 1 <= week <= weeks:
            raise InvalidNumbers(f"A payment falls in one of the weeks 1 to {weeks}.")
        burdened = self.balances - extra_minor * (np.arange(1, weeks + 1) >= week)
        return float((burdened < floor_minor).any(axis=1).mean())

    def carries(self, week: int, probability: float) -> float:
        """The most to pay in `week` with which the balance falls below zero with no more than this probability.

        Below zero where less has to be paid than the paths hold; minus infinity where cash runs out before that week.
        Raises InvalidNumbers for a week that is not ahead.
        """
        if not 1 <= week <= self.balances.shape[1]:
            raise InvalidNumbers(f"A payment falls in one of the weeks 1 to {self.balances.shape[1]}.")
        before = self.balances[:, : week - 1].min(axis=1, initial=np.inf) < 0
        lowest = np.sort(np.where(before, -np.inf, self.balances[:, week - 1 :].min(axis=1)))
        return float(lowest[min(int(probability * len(lowest)), len(lowest) - 1)])


def cash_paths(position: CashPosition, weeks: int, *, scenarios: int = 20_000, seed: int = 1) -> CashPaths:
    """The scenarios that `cash_outlook` counts on. Raises InvalidNumbers for numbers that make no sense."""
    flows = _flows(position, 0, weeks, 0.5, 0.5, scenarios)
    return CashPaths(_paths(position, flows, scenarios, np.random.default_rng(seed)))


@dataclass(frozen=True)
class _Flows:
    """Certain balance by each week's end (N,), invoice amounts (K,) and chances (K, N), and the deviation of sales."""

    certain: Floats
    amounts: Floats
    paid_by: Floats
    deviation: Floats


@dataclass(frozen=True)
class _Balance:
    """A normal of `deviation` round each of `values` (G,), with `chances` (G,)."""

    values: Floats
    chances: Floats
    deviation: float

    @property
    def mean(self) -> float:
        return float(self.values @ self.chances)

    def below(self, level: float) -> float:
        if self.deviation == 0:
            return float(self.chances[self.values < level].sum())
        return float(self.chances @ scipy.special.ndtr((level - self.values) / self.deviation))

    def quantile(self, probability: float) -> float:
        """The quantile to a millionth of the range, by Brent's method; one of `values` without a deviation."""
        if self.deviation == 0:
            ascending = np.argsort(self.values)
            reached = np.searchsorted(np.cumsum(self.chances[ascending]), probability)
            return float(self.values[ascending][min(reached, len(ascending) - 1)])
        reach = 8 * self.deviation + 1
        low, high = float(self.values.min()) - reach, float(self.values.max()) + reach
        root: Any = scipy.optimize.brentq(
            lambda level: self.below(level) - probability, low, high, xtol=1e-6 * (high - low)
        )
        return float(root)


def _flows(position: CashPosition, floor: int, weeks: int, coverage: float, risk: float, scenarios: int) -> _Flows:
    sales = position.sales
    weekly_mean = np.asarray(sales.mean_minor, dtype=float)
    mean = np.full(max(weeks, 0), weekly_mean) if weekly_mean.ndim == 0 else weekly_mean
    spreads = np.array([sales.deviation_minor, sales.mean_error_minor, sales.correlation], dtype=float)
    sums = [position.opening_minor, floor, *(item.amount_minor for item in (*position.receivables, *position.payments))]
    if not 1 <= weeks <= _LONGEST_WEEKS or mean.shape != (weeks,) or not np.isfinite(mean).all():
        raise InvalidNumbers(f"An outlook needs 1 to {_LONGEST_WEEKS} weeks and a finite mean of sales for each.")
    if not np.isfinite(spreads).all() or (spreads[:2] < 0).any() or not -1 < sales.correlation < 1:
        raise InvalidNumbers("Deviations must be finite and not negative, and the correlation between -1 and 1.")
    if any(not isinstance(amount, int) or isinstance(amount, bool) or abs(amount) > LARGEST_MINOR for amount in sums):
        raise InvalidNumbers("Amounts must be whole minor units, none larger than can be booked.")
    if any(amount < 0 for amount in sums[2:]) or not 0 < coverage < 1 or not 0 <= risk < 1 or scenarios < 100:
        raise InvalidNumbers(
            "Amounts due must not be negative, shares lie between 0 and 1, scenarios number 100 or more."
        )
    paid_by = np.array([_chances(receivable, weeks) for receivable in position.receivables]).reshape(-1, weeks)
    outflow = np.sum([_schedule(payment, weeks) for payment in position.payments], axis=0) if position.payments else 0.0
    ahead = np.arange(1, weeks + 1)
    lag = np.abs(np.subtract.outer(ahead, ahead))
    covariance = sales.deviation_minor**2 * np.where(lag == 0, 1.0, float(sales.correlation) ** lag)
    spread = np.array([covariance[:week, :week].sum() for week in ahead]) + (ahead * sales.mean_error_minor) ** 2
    return _Flows(
        certain=position.opening_minor + np.cumsum(mean - outflow),
        amounts=np.array([float(receivable.amount_minor) for receivable in position.receivables]),
        paid_by=paid_by,
        deviation=np.sqrt(np.maximum(spread, 0.0)),
    )


def _chances(receivable: Receivable, weeks: int) -> Floats:
    chances = np.asarray(receivable.paid_by, dtype=float)
    fit = chances.shape == (weeks,) and np.isfinite(chances).all()
    if not fit or (np.diff(chances) < -1e-12).any() or chances.min() < 0 or chances.max() > 1:
        raise InvalidNumbers(
            f"A receivable needs {weeks} probabilities of having been paid, none falling, from 0 to 1."
        )
    return chances


def _schedule(payment: PlannedPayment, weeks: int) -> Floats:
    if payment.week < 1 or (payment.every_weeks is not None and payment.every_weeks < 1):
        raise InvalidNumbers("A payment falls in week 1 or later, and recurs every 1 or more weeks.")
    outflow = np.zeros(weeks)
    outflow[payment.week - 1 : payment.week if payment.every_weeks is None else None : payment.every_weeks or 1] = (
        payment.amount_minor
    )
    return outflow


def _balance(flows: _Flows, week: int) -> _Balance:
    """The largest invoices exactly; beyond a hundred the small ones are normal together."""
    order = np.argsort(-flows.amounts, kind="stable")
    large, small = order[:_EXACT_INVOICES], order[_EXACT_INVOICES:]
    paid, amounts = flows.paid_by[:, week], flows.amounts
    values, chances = _sum_of_paid(amounts[large], paid[large])
    spread = float(np.sum(amounts[small] ** 2 * paid[small] * (1 - paid[small])))
    certain = float(flows.certain[week]) + float(amounts[small] @ paid[small])
    return _Balance(certain + values, chances, float(np.hypot(flows.deviation[week], np.sqrt(spread))))


def _sum_of_paid(amounts: Floats, paid: Floats) -> tuple[Floats, Floats]:
    """Distribution (values (G,), chances (G,)) of the sum of `amounts` (K,) that are paid with chances `paid` (K,).

    On a grid an amount between two points is shared among them, which leaves the mean as it is.
    """
    certain = float(amounts[paid >= 1].sum())
    uncertain = (paid > 0) & (paid < 1) & (amounts > 0)
    if not uncertain.any():
        return np.array([certain]), np.array([1.0])
    step = float(amounts[uncertain].sum()) / _GRID
    chances = np.zeros(_GRID + int(uncertain.sum()) + 2)
    chances[0] = 1.0
    for amount, chance in zip(amounts[uncertain] / step, paid[uncertain], strict=True):
        whole, part = int(amount), amount - int(amount)
        if_paid = (1 - part) * _shifted(chances, whole) + part * _shifted(chances, whole + 1)
        chances = (1 - chance) * chances + chance * if_paid
    occupied = np.flatnonzero(chances > 0)
    return certain + step * occupied, chances[occupied] / chances[occupied].sum()


def _shifted(chances: Floats, places: int) -> Floats:
    return np.concatenate([np.zeros(places), chances[: len(chances) - places]])


def _paths(position: CashPosition, flows: _Flows, scenarios: int, seeded: np.random.Generator) -> Floats:
    """Balances (scenarios, N): every second scenario has the mirrored shocks of the one before."""
    weeks, sales, half = len(flows.certain), position.sales, -(-scenarios // 2)
    shocks = seeded.standard_normal((half, weeks))
    for week in range(1, weeks):
        shocks[:, week] = sales.correlation * shocks[:, week - 1] + np.sqrt(1 - sales.correlation**2) * shocks[:, week]
    off = sales.deviation_minor * np.cumsum(shocks, axis=1)
    off += sales.mean_error_minor * seeded.standard_normal((half, 1)) * np.arange(1, weeks + 1)
    paths = flows.certain + np.concatenate([off, -off])
    for amount, paid_by in zip(flows.amounts, flows.paid_by, strict=True):
        luck = seeded.random(half)
        come = np.searchsorted(paid_by, np.concatenate([luck, 1 - luck]), side="right")
        paths += amount * (come[:, None] <= np.arange(weeks))
    return paths[:scenarios]
