"""Outcome of a bonus or a visit: the stand's gross profit against a synthetic control of other stands."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from analytics.statistics.counterfactual import EffectEstimate, measure_effect
from domain.message import Message
from domain.money import BPS
from domain.prediction import Outcome, OutcomeStatus
from store.reads import stands as reads
from store.reads.pricing.prices import unit_costs_minor
from store.session import BrandSession

_HISTORY, _WEEK = timedelta(weeks=52), timedelta(weeks=1)


def measure_stand(
    session: BrandSession, stand: str, currency: str, since: datetime, until: datetime, *,
    ends: datetime, share_bps: int = 0, cap_minor: int | None = None, cost_minor: int = 0,
) -> Outcome:  # fmt: skip
    """The gross profit that a stand made beyond what the others foresee, less what the bonus or the visit cost.

    The counterfactual is a synthetic control of those stands that were neither visited nor rewarded in the time. What
    came after a bonus ended counts too. Cost of a bonus: its share of what the stand sold while it ran, up to its cap.
    """
    unit = f"{currency}.minor"
    place = reads.stands_by_code(session, [stand])[stand]
    others = [
        other
        for other in reads.stands(session)
        if other.id != place.id and not _helped(session, other.id, since, until)
    ]
    ids = [place.id, *(other.id for other in others)]
    sold = [sale for sale in reads.stand_sales(session, ids, since - _HISTORY) if sale.end <= until and sale.days == 7]
    weeks = sorted({sale.start for sale in sold})
    start = next((at for at, week in enumerate(weeks) if week >= since), len(weeks))
    if not weeks:
        return _not_measurable(unit, Message(key="stands.outcome.no_weekly_sales"))
    profit = _profit(session, sold, ids, weeks)
    estimate = measure_effect(profit[:, 0], profit[:, 1:], start)
    bonus = reads.bonus_owed_minor(session, place.id, since, min(ends, until), share_bps, cap_minor or 0)
    return _outcome(estimate, unit, cost_minor + bonus)


def _helped(session: BrandSession, place: UUID, since: datetime, until: datetime) -> bool:
    """Whether something was done there that would spoil the comparison."""
    since = since - timedelta(weeks=8)
    visited = any(since <= visit.planned_at <= until for visit in reads.visits(session, place))
    return visited or any(
        bonus.ends_at >= since and bonus.starts_at <= until for bonus in reads.bonuses(session, place)
    )


def _profit(
    session: BrandSession, sold: list[reads.StandSales], ids: list[UUID], weeks: list[datetime]
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """(T, stands) what each stand kept less unit cost, by week; what is missing is not a number."""
    kept = reads.net_revenue_at_stands_minor(session, sold)
    costs = unit_costs_minor(session, sorted({sale.product_id for sale in sold}))
    by_week: dict[tuple[datetime, UUID], float] = defaultdict(float)
    for sale in sold:
        margin = kept.get(sale.product_id, 0.0) - (costs.get(sale.product_id) or 0)
        by_week[sale.start, sale.location_id] += sale.units * margin
    profit_minor = [[by_week.get((week, place), np.nan) for place in ids] for week in weeks]
    return np.array(profit_minor, dtype=np.float64)


def _not_measurable(unit: str, *reasons: Message, method: str = "") -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=reasons, method=method)


def _outcome(estimate: EffectEstimate, unit: str, cost: int) -> Outcome:
    effect, low, high = estimate.effect, estimate.low, estimate.high
    if not estimate.measurable or effect is None or low is None or high is None:
        reasons = [Message(key=f"stands.outcome.{reason}") for reason in estimate.reasons]
        return _not_measurable(unit, *reasons, method=estimate.method)
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=round(effect - cost),
        low=round(low - cost),
        high=round(high - cost),
        realised=None if estimate.realised is None else round(estimate.realised - cost),
        counterfactual=None if estimate.counterfactual is None else round(estimate.counterfactual),
        coverage_bps=round(estimate.coverage * BPS),
        method=estimate.method,
    )
