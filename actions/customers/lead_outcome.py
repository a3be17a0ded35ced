"""Outcome of follow-ups: leads won or not, against how often such leads are won when nobody gets back to them."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from analytics.customers.win_rate import WinRate, win_rate
from analytics.pricing.panel import Floats
from domain.customers import LeadFollowUp
from domain.message import Message, message
from domain.money import BPS
from domain.prediction import Outcome, OutcomeStatus
from store.reads.customers import leads as reads
from store.reads.customers.outreach import contribution_shares
from store.session import BrandSession
from store.tables import Lead

LEAST_CLOSED = 10
_METHOD = "won or lost, against leads of that age that nobody got back to"
_COVERAGE_BPS = 8_000
_DRAWS, _SEED = 4_000, 1


def measure_follow_up(session: BrandSession, action: LeadFollowUp, until: datetime) -> Outcome:
    """The contribution of the leads that were won, less what the base rate says they would have brought anyway.

    The base rate is that of leads which were still open at that age and that nobody got back to. A lead is won or not,
    so the interval is that of what they would have done alone: by the rate's posterior predictive, of one lead both
    ends where neither is rarer than a tenth. Not measurable while one is open, or where fewer than ten others of its
    age were closed. Who was won or lost before anybody got back to it does not count.
    """
    unit = f"{action.currency}.minor"
    leads = [reads.lead_by_code(session, code) for code in action.leads]
    followed = [lead for lead in leads if lead.followed_up_at is not None]
    shares = contribution_shares(session)
    if not followed or any(reads.is_open(session, lead) for lead in followed):
        return _not_measurable(unit, Message(key="customers.outcome.lead_open"))
    if not shares:
        return _not_measurable(unit, Message(key="customers.outcome.no_contribution"))
    rates = [_rate_alone(session, lead) for lead in followed]
    if few := [count for count, rate in rates if rate is None]:
        return _not_measurable(unit, message("customers.outcome.few_alone", count=min(few)))
    bases = np.array([rate.mean for _, rate in rates if rate is not None])
    worth = np.array([lead.value_minor for lead in followed]) * sum(shares.values()) / len(shares)
    won = np.array([lead.won_at is not None and lead.won_at <= until for lead in followed], dtype=float)
    low, high = _alone(bases, worth)
    realised, counterfactual = float(won @ worth), float(bases @ worth)
    value = round(realised - counterfactual)
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=value,
        low=min(value, round(realised - high)),
        high=max(value, round(realised - low)),
        realised=round(realised),
        counterfactual=round(counterfactual),
        coverage_bps=_COVERAGE_BPS,
        method=_METHOD,
    )


def _rate_alone(session: BrandSession, lead: Lead) -> tuple[int, WinRate | None]:
    """How many leads of its age were closed alone, and their win rate; None where that are too few."""
    assert lead.followed_up_at is not None
    age = lead.followed_up_at - lead.opened_at
    alone = [
        other
        for other in closed_alone(session)
        if (other.won_at or other.lost_at or other.opened_at) - other.opened_at >= age
    ]
    return len(alone), rate_of(alone) if len(alone) >= LEAST_CLOSED else None


def _alone(bases: Floats, worth: Floats) -> tuple[float, float]:
    """The ends of what the leads would have brought alone, each won by its rate or not, in minor units."""
    tail = (1 - _COVERAGE_BPS / BPS) / 2
    if len(bases) == 1:
        return float(bases[0] > 1 - tail) * float(worth[0]), float(bases[0] >= tail) * float(worth[0])
    luck = np.random.default_rng(_SEED).random((_DRAWS, len(bases)))
    low, high = np.quantile((luck < bases) @ worth, [tail, 1 - tail])
    return float(low), float(high)


def closed_alone(session: BrandSession) -> Sequence[Lead]:
    """Leads that were won or lost by now without anybody getting back to them."""
    return [lead for lead in reads.leads(session) if not reads.is_open(session, lead) and lead.followed_up_at is None]


def rate_of(closed: Sequence[Lead]) -> WinRate:
    """How often closed leads were won."""
    return win_rate(sum(lead.won_at is not None for lead in closed), len(closed))


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)
