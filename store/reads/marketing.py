"""Weekly campaign spend and net revenue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.money import BPS
from store.reads.finance import books as reads
from store.reads.pricing.prices import channels, terms_of
from store.session import BrandSession
from store.snapshot import read_once

ADVERTISING = "advertising:"
_HISTORY_WEEKS = 104
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class CampaignWeeks:
    """Whole weeks, oldest first, since all campaigns and sales are known, in minor units.

    `kept` is net revenue, without VAT and fees; `margin_bps` its margin after cost of goods.
    """

    spend: Mapping[str, Sequence[int]]
    kept: Sequence[float]
    margin_bps: int


@read_once
def campaign_weeks(session: BrandSession, currency: str, until: datetime) -> CampaignWeeks:
    """Weekly spend by campaign and net revenue up to midnight before `until`, at most two years."""
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - _HISTORY_WEEKS * _WEEK
    spend = _spend(session, currency, start)
    kept, cost = _kept(session, currency, start)
    first_weeks = [
        next((week for week, amount in enumerate(series) if amount > 0), _HISTORY_WEEKS)
        for series in (kept, *spend.values())
    ]
    first = max(first_weeks) if spend else _HISTORY_WEEKS
    total = sum(kept[first:])
    margin = round((1 - sum(cost[first:]) / total) * BPS) if total > 0 else 0
    return CampaignWeeks({name: weeks[first:] for name, weeks in spend.items()}, kept[first:], min(max(margin, 0), BPS))


def _spend(session: BrandSession, currency: str, since: datetime) -> dict[str, list[int]]:
    by_campaign: dict[str, list[int]] = {}
    for expense in reads.expenses(session, currency, since):
        week = (expense.spent_at - since) // _WEEK
        if expense.category.startswith(ADVERTISING) and week < _HISTORY_WEEKS:
            spent = by_campaign.setdefault(expense.category.removeprefix(ADVERTISING), [0] * _HISTORY_WEEKS)
            spent[week] += expense.amount_minor
    return by_campaign


def _kept(session: BrandSession, currency: str, since: datetime) -> tuple[list[float], list[float]]:
    """Net revenue and cost of goods by week, in minor units."""
    places = {row.id: row for row in channels(session)}
    kept, cost = [0.0] * _HISTORY_WEEKS, [0.0] * _HISTORY_WEEKS
    for row in reads.charged_by_week(session, currency, since):
        if 0 <= row.week < _HISTORY_WEEKS:
            kept[row.week] += row.charged_minor * terms_of(places[row.channel_id], row.vat_bps).kept_share
            cost[row.week] += row.cost_minor
    return kept, cost
