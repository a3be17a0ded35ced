"""Outcome of a price change: gross profit realised against a counterfactual, or why it cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analytics.statistics.counterfactual import EffectEstimate, measure_effect
from domain.message import Message, message
from domain.money import BPS
from domain.prediction import Outcome, OutcomeStatus
from domain.pricing import PriceUpdate
from store.reads.pricing import prices as reads
from store.reads.pricing import sold
from store.session import BrandSession
from store.tables import Channel

CHARGED_TOLERANCE = 0.03
"""Medians over places that ask their own prices stray more than a single price does."""
CHARGED_SHARE = 0.75
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class _Weeks:
    """Gross profit by product over the same periods, and what the product in question was charged at."""

    treated: np.ndarray
    controls: np.ndarray
    charged: np.ndarray
    start_index: int


def measure_price_change(session: BrandSession, action: PriceUpdate, since: datetime, until: datetime) -> Outcome:
    """The profit that the change brought between two moments, over all locations of the channel.

    Gross profit is what the brand keeps of what was charged (without VAT, after the channel's fee), less unit cost. The
    counterfactual is a synthetic control of the channel's other products; a week for the sales to be reported is left
    out at the end. A change that was never charged, or not for long, is not measurable, and says so.
    """
    unit = f"{action.currency}.minor"
    if action.zone:
        return not_measurable(unit, Message(key="pricing.outcome.by_zone"))
    weeks = _weeks(session, action, since, until)
    if weeks is None:
        return not_measurable(unit, Message(key="pricing.outcome.no_sales"))
    if reason := _was_charged(weeks, action.price_minor):
        return not_measurable(unit, reason)
    estimate = measure_effect(weeks.treated, weeks.controls, weeks.start_index)
    return effect_outcome(estimate, unit)


def net_of(outcome: Outcome, taken_minor: int) -> Outcome:
    """The outcome less what the change takes from other products, as it was counted when it was promised: that cannot
    be told from the ups and downs of theirs. Without the change they would have had that, too."""
    if not taken_minor or outcome.effect is None or outcome.low is None or outcome.high is None:
        return outcome
    less = {name: getattr(outcome, name) - taken_minor for name in ("effect", "low", "high")}
    without = None if outcome.counterfactual is None else outcome.counterfactual + taken_minor
    return outcome.model_copy(update={**less, "counterfactual": without})


def not_measurable(unit: str, *reasons: Message, method: str = "") -> Outcome:
    """An outcome that cannot be told, and why."""
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=reasons, method=method)


def effect_outcome(estimate: EffectEstimate, unit: str) -> Outcome:
    """A measured effect as an outcome, or the reasons why there is none, in words."""
    parts = (estimate.effect, estimate.low, estimate.high, estimate.realised, estimate.counterfactual)
    numbers = [round(part) for part in parts if part is not None and np.isfinite(part)]
    if not estimate.measurable or len(numbers) < len(parts):
        reasons = [Message(key=f"pricing.outcome.{reason}") for reason in estimate.reasons]
        return not_measurable(unit, *reasons, method=estimate.method)
    effect, low, high, realised, counterfactual = numbers
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=effect,
        low=low,
        high=high,
        realised=realised,
        counterfactual=counterfactual,
        coverage_bps=round(estimate.coverage * BPS),
        method=estimate.method,
    )


def _weeks(session: BrandSession, action: PriceUpdate, since: datetime, until: datetime) -> _Weeks | None:
    channel = reads.channel_by_code(session, action.channel)
    window = max(1, (until - since) // _WEEK - 1)
    totals = [
        total
        for total in sold.period_totals(session, channel.id)
        if total.period_start + timedelta(days=total.period_days) <= until and not _straddles(total, since)
    ]
    periods = _window(sorted({total.period_start for total in totals}), since, window)
    kept = set(periods)
    totals = [total for total in totals if total.period_start in kept]
    if not any(total.sku == action.sku for total in totals):
        return None
    profit = _by_sku(session, channel, totals, periods)
    treated = profit.pop(action.sku)
    charged = {total.period_start: total.median_price_minor for total in totals if total.sku == action.sku}
    return _Weeks(
        treated=treated,
        controls=np.column_stack(list(profit.values())) if profit else np.empty((len(periods), 0)),
        charged=np.array([charged.get(period, np.nan) for period in periods], dtype=float),
        start_index=sum(period < since for period in periods),
    )


def _window(periods: list[datetime], since: datetime, longest: int) -> list[datetime]:
    """All periods before, and the first `longest` full ones after."""
    before = [period for period in periods if period < since]
    return before + periods[len(before) :][:longest]


def _straddles(total: sold.PeriodTotal, moment: datetime) -> bool:
    """A period in which the change fell is neither before nor after it."""
    return total.period_start < moment < total.period_start + timedelta(days=total.period_days)


def _by_sku(
    session: BrandSession, channel: Channel, totals: Sequence[sold.PeriodTotal], periods: Sequence[datetime]
) -> dict[str, np.ndarray]:
    at = {period: index for index, period in enumerate(periods)}
    profit: dict[str, np.ndarray] = {}
    kept: dict[str, tuple[float, int]] = {}
    for total in totals:
        if total.sku not in kept:
            product = reads.product_by_sku(session, total.sku)
            kept[total.sku] = (
                reads.sale_terms(product, channel).kept_share,
                reads.unit_cost_minor(session, product.id) or 0,
            )
        share, unit_cost = kept[total.sku]
        cost = total.units * unit_cost if total.cost_minor is None else total.cost_minor
        series = profit.setdefault(total.sku, np.full(len(periods), np.nan))
        series[at[total.period_start]] = total.revenue_minor * share - cost
    return profit


def _was_charged(weeks: _Weeks, price_minor: int) -> Message | None:
    """Why the price that was set cannot be what the sales show; None when it was charged."""
    after = weeks.charged[weeks.start_index :]
    if not len(after):
        return Message(key="pricing.outcome.too_few_periods_after")
    near = np.abs(after - price_minor) <= CHARGED_TOLERANCE * price_minor
    if near.mean() < CHARGED_SHARE:
        return message("pricing.outcome.hardly_charged", charged=int(near.sum()), weeks=len(after))
    return None
