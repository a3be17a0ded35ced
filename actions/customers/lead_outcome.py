"""Outcome of a follow-up: the lead won or not, against how often such leads are won when nobody does."""

from collections.abc import Sequence
from datetime import datetime

from analytics.customers.win_rate import WinRate, win_rate
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


def measure_follow_up(session: BrandSession, action: LeadFollowUp, until: datetime) -> Outcome:
    """The lead's contribution if it was won, less what the base rate says it would have brought anyway.

    The base rate is that of leads which were still open at that age and that nobody got back to. One lead is won or
    not, so the interval is that of what it would have done alone: by the rate's posterior predictive, both ends where
    neither is rarer than a tenth. Not measurable while it is open, or where fewer than ten others were closed.
    """
    unit = f"{action.currency}.minor"
    lead = reads.lead_by_code(session, action.lead)
    shares = contribution_shares(session)
    if reads.is_open(session, lead) or lead.followed_up_at is None:
        return _not_measurable(unit, Message(key="customers.outcome.lead_open"))
    if not shares:
        return _not_measurable(unit, Message(key="customers.outcome.no_contribution"))
    age = lead.followed_up_at - lead.opened_at
    alone = [
        lead
        for lead in closed_alone(session)
        if (lead.won_at or lead.lost_at or lead.opened_at) - lead.opened_at >= age
    ]
    if len(alone) < LEAST_CLOSED:
        return _not_measurable(unit, message("customers.outcome.few_alone", count=len(alone)))
    base = rate_of(alone)
    worth = lead.value_minor * sum(shares.values()) / len(shares)
    won = int(lead.won_at is not None and lead.won_at <= until)
    tail = (1 - _COVERAGE_BPS / BPS) / 2
    without = (int(base.mean > 1 - tail), int(base.mean >= tail))
    value = round((won - base.mean) * worth)
    ends = [value, *(round((won - alone_won) * worth) for alone_won in without)]
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=value,
        low=min(ends),
        high=max(ends),
        realised=round(won * worth),
        counterfactual=round(base.mean * worth),
        coverage_bps=_COVERAGE_BPS,
        method=_METHOD,
    )


def closed_alone(session: BrandSession) -> Sequence[Lead]:
    """Leads that were won or lost by now without anybody getting back to them."""
    return [lead for lead in reads.leads(session) if not reads.is_open(session, lead) and lead.followed_up_at is None]


def rate_of(closed: Sequence[Lead]) -> WinRate:
    """How often closed leads were won."""
    return win_rate(sum(lead.won_at is not None for lead in closed), len(closed))


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)
