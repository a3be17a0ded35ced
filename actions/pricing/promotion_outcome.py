"""Outcome of a promotion: gross profit with the dip after it, against a counterfactual; or why it cannot be told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import numpy as np

from actions.pricing.price_outcome import effect_outcome, not_measurable
from analytics.pricing.panel import Floats
from analytics.statistics.counterfactual import measure_effect
from domain.message import Message
from domain.prediction import Outcome
from domain.pricing import DIP_WEEKS, PromoSchedule
from store.reads.pricing import prices as reads
from store.reads.pricing import promotions as planned
from store.reads.pricing import sold
from store.session import BrandSession
from store.tables import Channel, Product

_WEEK = timedelta(weeks=1)
_CHARGED_SHARE = 0.5


@dataclass(frozen=True)
class _Week:
    """A product's gross profit in one week of one channel; 0 is the week in which the promotion begins."""

    sku: str
    at: int
    profit_minor: float


def measure_promotion(session: BrandSession, action: PromoSchedule, until: datetime) -> Outcome:
    """The profit that the promotion brought, from its first day until the dip after it is over, on its channels.

    Gross profit as for a price change, by week. The counterfactual is a synthetic control of the channels' products
    of other categories: those of its own lose sales to it, or win them back after it, so they were not left alone.
    Not measurable before the dip is over, or where the deal was never reported as sold.
    """
    unit = f"{action.currency}.minor"
    window = ceil(action.days / 7) + DIP_WEEKS
    if until < action.begins + window * _WEEK:
        return not_measurable(unit, Message(key="pricing.outcome.dip_not_over"))
    product = reads.product_by_sku(session, action.sku)
    channels = [reads.channel_by_code(session, code) for code in action.channels]
    ids = [channel.id for channel in channels]
    dealt = planned.share_on_deal(session, product.id, ids, action.begins, action.ends)
    if dealt is None or dealt < _CHARGED_SHARE:
        return not_measurable(unit, Message(key="pricing.outcome.discount_not_reported"))
    weeks = [week for channel in channels for week in _weeks(session, channel, action.begins, until)]
    treated, controls, start = _series(session, weeks, product, window)
    if treated is None:
        return not_measurable(unit, Message(key="pricing.outcome.no_sales_at_promotion"))
    return effect_outcome(measure_effect(treated, controls, start), unit)


def _weeks(session: BrandSession, channel: Channel, begins: datetime, until: datetime) -> list[_Week]:
    totals = [
        total
        for total in sold.period_totals(session, channel.id)
        if total.period_days <= 7 and total.period_start + timedelta(days=total.period_days) <= until
    ]
    whole = [total.period_start for total in totals if total.period_days == 7 and total.period_start <= begins]
    anchor = max(whole, default=begins)
    kept: dict[str, tuple[float, int]] = {}
    profit_minor: dict[tuple[str, int], float] = defaultdict(float)
    for total in totals:
        if total.sku not in kept:
            product = reads.product_by_sku(session, total.sku)
            cost = reads.unit_cost_minor(session, product.id) or 0
            kept[total.sku] = (reads.sale_terms(product, channel).kept_share, cost)
        share, unit_cost = kept[total.sku]
        cost = total.units * unit_cost if total.cost_minor is None else total.cost_minor
        profit_minor[total.sku, (total.period_start - anchor) // _WEEK] += total.revenue_minor * share - cost
    return [_Week(sku, at, profit) for (sku, at), profit in profit_minor.items()]


def _series(
    session: BrandSession, weeks: Sequence[_Week], product: Product, window: int
) -> tuple[Floats | None, Floats, int]:
    """The product's profit by week (T,), that of products of other categories (T, K), and the week it begins in."""
    ats = [week.at for week in weeks if week.sku == product.sku and week.at < window]
    if not ats:
        return None, np.empty((0, 0)), 0
    first = min(ats) + 1  # the oldest week may not be whole
    length = window - first
    by_sku: dict[str, Floats] = {}
    for week in weeks:
        if first <= week.at < window:
            by_sku.setdefault(week.sku, np.zeros(length))[week.at - first] += week.profit_minor
    treated = by_sku.pop(product.sku, None)
    apart = _of_other_categories(session, product)
    controls = [series for sku, series in by_sku.items() if apart.get(sku, True)]
    return treated, np.column_stack(controls) if controls else np.empty((length, 0)), max(-first, 0)


def _of_other_categories(session: BrandSession, product: Product) -> Mapping[str, bool]:
    others = planned.active_products(session)
    return {other.sku: not product.category or other.category != product.category for other in others}
