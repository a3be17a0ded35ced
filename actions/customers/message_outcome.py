"""Outcome of a message: those written to against those held out at random, less its cost and who turned away."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analytics.customers.uplift import GroupOutcome, measure_uplift
from analytics.pricing.panel import Floats
from domain.customers import WINDOW_DAYS, Arm, SegmentMessage
from domain.message import Message
from domain.money import BPS
from domain.prediction import Outcome, OutcomeStatus
from store.reads.customers import outreach as reads
from store.session import BrandSession

_METHOD = f"those written to against those held out at random, over {WINDOW_DAYS} days"
_COVERAGE_BPS = 8_000


def measure_message(session: BrandSession, action: SegmentMessage, source: str) -> Outcome:
    """The contribution that the message added over all who were written to, less the sending, less a year's worth of
    those who asked to be left alone because of it (beyond the share of those held out who did).

    Welch's interval hulled with Hall's for skewness (`analytics/customers/uplift.py`), scaled to those written to.
    """
    unit = f"{action.currency}.minor"
    groups = reads.campaigns(session, source)
    shares = reads.contribution_shares(session)
    if not groups:
        return _not_measurable(unit, Message(key="customers.outcome.days_not_over"))
    if not shares:
        return _not_measurable(unit, Message(key="customers.outcome.no_contribution"))
    treated, held_out = (_pooled(groups, arm) for arm in (Arm.TREATED, Arm.HOLDOUT))
    uplift = measure_uplift(_outcome(treated, shares), _outcome(held_out, shares), coverage=_COVERAGE_BPS / BPS)
    if not uplift.measurable:
        return _not_measurable(unit, *(Message(key=f"customers.outcome.{reason}") for reason in uplift.reasons))
    if uplift.revenue is None:
        return _not_measurable(unit, Message(key="customers.outcome.few_bought"))
    cost = len(treated) * groups[0].cost_per_thousand_minor / 1_000
    turned_away = _worth_lost(treated) - _worth_lost(held_out) * len(treated) / len(held_out)
    total = uplift.revenue.total
    value, low, high = (round(end - cost - turned_away) for end in (total.value, total.low, total.high))
    realised = round(float(_kept(treated, shares).sum()) - cost - turned_away)
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=value,
        low=low,
        high=high,
        realised=realised,
        counterfactual=realised - value,
        coverage_bps=_COVERAGE_BPS,
        method=_METHOD,
    )


def _pooled(groups: Sequence[reads.CampaignArm], arm: Arm) -> list[reads.CustomerResponse]:
    return [customer for group in groups if group.arm is arm for customer in group.customers]


def _kept(customers: Sequence[reads.CustomerResponse], shares: Mapping[Any, float]) -> Floats:
    usual = sum(shares.values()) / len(shares)
    return np.array(
        [sum(amount * shares.get(at, usual) for at, amount in customer.bought_minor.items()) for customer in customers],
        dtype=float,
    )


def _outcome(customers: Sequence[reads.CustomerResponse], shares: Mapping[Any, float]) -> GroupOutcome:
    bought = np.array([sum(customer.bought_minor.values()) > 0 for customer in customers], dtype=np.bool_)
    return GroupOutcome(_kept(customers, shares), bought)


def _worth_lost(customers: Sequence[reads.CustomerResponse]) -> float:
    return float(sum(customer.worth_minor for customer in customers if customer.opted_out))


def _not_measurable(unit: str, *reasons: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=reasons, method=_METHOD)
