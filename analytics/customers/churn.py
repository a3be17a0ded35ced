"""Churn: customers who have been silent for longer than their purchase history suggests."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.customers.buying_fit import BuyingFit, check_unit
from analytics.customers.purchases import CustomerBase, PurchaseGaps
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers

Standing = Literal["active", "slowing", "silent", "unknown"]
Basis = Literal["model", "gap_rule", "none"]


@dataclass(frozen=True)
class ChurnRules:
    """Thresholds between standings; conventions that a brand may set, not estimates.

    By the model a customer is active while P(alive) is at least `active_at_least`, silent below `silent_below`, slowing
    between. By the gap rule, for those with fewer than `least_repeats` repeats, one is slowing once quiet for longer
    than the share `gap_slowing` of comparable gaps, silent past `gap_silent`; nobody is judged by fewer than
    `least_gaps` of them. Somebody is at risk who was active `lookback` time units ago, has not bought since and is
    active no more. Silent is not gone: of CDNOW's silent repeat buyers 30 % bought again within 39 weeks, twice what
    the model foresaw. `churn_backtest.py` measures that share for a brand.
    Raises InvalidNumbers when the lines are out of order.
    """

    active_at_least: float = 0.70
    silent_below: float = 0.30
    gap_slowing: float = 0.80
    gap_silent: float = 0.95
    least_repeats: int = 1
    least_gaps: int = 30
    lookback: float = 4.0

    def __post_init__(self) -> None:
        if not 0 < self.silent_below <= self.active_at_least <= 1 or not 0 < self.gap_slowing <= self.gap_silent:
            raise InvalidNumbers("Silent lies below active, and a gap is slowing before it is silent.")
        if not self.lookback > 0 or self.least_gaps < 1 or self.gap_silent > 1 or self.least_repeats < 1:
            raise InvalidNumbers("A look back lasts some time, and judging takes at least one gap and one repeat.")


@dataclass(frozen=True, eq=False)
class ChurnView:
    """Standings of customers (n,), in the base's order.

    `basis` says by what each was judged. `inactivity` is 1 - P(alive) by the model; by the gap rule the share of
    comparable gaps that were over sooner than this silence, which is no probability; 0 where `basis` is `none`.
    """

    standing: NDArray[np.str_]
    basis: NDArray[np.str_]
    inactivity: Floats
    at_risk: NDArray[np.bool_]


_RULES = ChurnRules()


def judge_churn(fit: BuyingFit, base: CustomerBase, gaps: PurchaseGaps, rules: ChurnRules = _RULES) -> ChurnView:
    """Each customer's standing: by P(alive) of BG/NBD where the model applies, else by a rule on purchase gaps.

    BG/NBD gives everybody without repeats a P(alive) of 1, so they are judged by how long others' second purchases took
    to come; without a model, those with repeats by others' later gaps. `gaps` are of the base's time unit.
    Raises InvalidNumbers when the model was fitted in another.
    """
    check_unit(fit, base)
    before = _at(base, rules.lookback)
    long_silent = base.silence >= rules.lookback
    by_model = (base.repeats >= rules.least_repeats) & (fit.model is not None)
    alive, alive_before = np.ones(len(base)), np.ones(len(base))
    if fit.model is not None:
        alive, alive_before = fit.model.probability_alive(base), fit.model.probability_alive(before)
    over = _share_over(base, base.silence, gaps, rules.least_gaps)
    over_before = _share_over(base, before.silence, gaps, rules.least_gaps)
    by_gaps = ~by_model & (over >= 0)
    fell = (alive < rules.active_at_least) & (alive_before >= rules.active_at_least)
    grew_late = (over >= rules.gap_slowing) & (over_before < rules.gap_slowing)
    active = np.where(by_model, alive >= rules.active_at_least, over < rules.gap_slowing)
    silent = np.where(by_model, alive < rules.silent_below, over >= rules.gap_silent)
    judged = by_model | by_gaps
    return ChurnView(
        standing=np.select([~judged, active, silent], ["unknown", "active", "silent"], "slowing"),
        basis=np.select([by_model, by_gaps], ["model", "gap_rule"], "none"),
        inactivity=np.where(by_model, 1 - alive, np.where(by_gaps, over, 0.0)),
        at_risk=long_silent & ((by_model & fell) | (by_gaps & grew_late)),
    )


def share_of_gaps_over(gaps: PurchaseGaps, silence: Floats) -> Floats:
    """Of the gaps that end at all, the share that are over within `silence` (n,), in 0..1.

    Kaplan & Meier 1958 over closed and open gaps, so that gaps still open count for what they have lasted, divided by
    its value at the longest closed gap. Gaps longer than that have never been seen, and are as if there were none.
    Raises InvalidNumbers without a closed gap.
    """
    if not gaps.closed.any():
        raise InvalidNumbers("No gap between purchases has closed yet.")
    times, closings = np.unique(gaps.length[gaps.closed], return_counts=True)
    lasting = len(gaps.length) - np.searchsorted(np.sort(gaps.length), times)
    over = 1 - np.cumprod(1 - closings / lasting)
    seen = np.searchsorted(times, silence, side="right")
    return np.append(0.0, over / over[-1])[seen]


def _share_over(base: CustomerBase, silence: Floats, gaps: PurchaseGaps, least: int) -> Floats:
    """`share_of_gaps_over` among first gaps or later ones, whichever the customer is in; -1 where too few closed."""
    over = np.full(len(base), -1.0)
    for rows, of_kind in ((base.repeats == 0, gaps.first), (base.repeats > 0, ~gaps.first)):
        kind = PurchaseGaps(gaps.length[of_kind], gaps.closed[of_kind], gaps.first[of_kind])
        if kind.closed.sum() >= least:
            over[rows] = share_of_gaps_over(kind, silence[rows])
    return over


def _at(base: CustomerBase, ago: float) -> CustomerBase:
    """The base `ago` earlier, for those who have not bought since; the others as at their latest purchase."""
    age = np.maximum(base.age - ago, base.last)
    return CustomerBase(base.customer, base.repeats, base.last, age, base.mean_value, base.unit_days)
