"""What campaigns spent and what the brand kept of sales meanwhile, week by week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.money import BPS
from store.reads.finance import books as reads
from store.reads.pricing.prices import channels, sale_terms
from store.reads.products import products_by_id
from store.session import BrandSession

ADVERTISING = "advertising:"
_HISTORY_WEEKS = 104
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class CampaignWeeks:
    """Whole weeks, oldest first, since all campaigns and sales are known, in minor units.

    `kept` is what the brand kept of sales, without VAT and fees; `margin_bps` what of that was left after the goods.
    """

    spend: Mapping[str, Sequence[int]]
    kept: Sequence[float]
    margin_bps: int


def campaign_weeks(session: BrandSession, currency: str, until: datetime) -> CampaignWeeks:
    """Up to midnight before `until`, at most two years."""
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - _HISTORY_WEEKS * _WEEK
    spend = _spend(session, currency, start)
    kept, cost = _kept(session, currency, start)
    begun = [next((at for at, one in enumerate(each) if one > 0), _HISTORY_WEEKS) for each in (kept, *spend.values())]
    first = max(begun) if spend else _HISTORY_WEEKS
    total = sum(kept[first:])
    margin = round((1 - sum(cost[first:]) / total) * BPS) if total > 0 else 0
    return CampaignWeeks({name: weeks[first:] for name, weeks in spend.items()}, kept[first:], min(max(margin, 0), BPS))


def _spend(session: BrandSession, currency: str, since: datetime) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in reads.expenses(session, currency, since):
        week = (one.spent_at - since) // _WEEK
        if one.category.startswith(ADVERTISING) and week < _HISTORY_WEEKS:
            spent = found.setdefault(one.category.removeprefix(ADVERTISING), [0] * _HISTORY_WEEKS)
            spent[week] += one.amount_minor
    return found


def _kept(session: BrandSession, currency: str, since: datetime) -> tuple[list[float], list[float]]:
    """What was kept, and what those goods had cost."""
    products, places = products_by_id(session), {row.id: row for row in channels(session)}
    kept, cost = [0.0] * _HISTORY_WEEKS, [0.0] * _HISTORY_WEEKS
    for week, product, channel, charged, costs in reads.charged_by_week(session, currency, since):
        if 0 <= week < _HISTORY_WEEKS and product in products:
            kept[week] += charged * sale_terms(products[product], places[channel]).kept_share
            cost[week] += costs
    return kept, cost
