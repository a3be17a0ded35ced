"""Advises promotions: what past deals brought once the dip after them and their category's losses are taken off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from uuid import UUID

import numpy as np

from analytics.pricing.promotion_effect import (
    LAG_BLOCKS,
    LEAST_DEALS,
    DealResponse,
    DealTerms,
    DealValue,
    deal_response,
    value_deal,
)
from analytics.statistics.errors import InvalidNumbers
from domain.money import BPS
from domain.pricing import DIP_WEEKS
from store.reads.pricing import prices as reads
from store.reads.pricing import promotions as sold
from store.reads.pricing.charged import prices_in_force
from store.reads.settings import brand_of, rules_of
from store.reads.stock import levels as stocked
from store.session import BrandSession
from store.tables import Channel, Product
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.pricing.arguments import ChannelArguments, SkuArguments
from tools.pricing.deal_panel import SoldByWeek, sold_by_week
from tools.pricing.ladder_results import PastDeals, PromotionAdvice
from tools.pricing.sales_panel import sold_in
from tools.reasons import reason_keys
from tools.sources import selected

DAYS, NOTICE_DAYS = 7, 4
COVERAGE, _MOST_OF_IT = 0.80, 0.5
_RECENT_WEEKS, _LEAST_WEEKLY = 8, 2.0


@dataclass(frozen=True, eq=False)
class FittedDeals:
    """A channel's deals as they worked, and its weeks."""

    channel: Channel
    weeks: SoldByWeek
    response: DealResponse
    categories: Sequence[str]


@dataclass
class _Sum:
    """Parts of a deal's worth over the channels, in minor units; `variance` of the whole, each side apart."""

    lift: float = 0.0
    dip: float = 0.0
    taken: float = 0.0
    below: float = 0.0
    above: float = 0.0
    extra_units: float = 0.0
    weekly_units: float = 0.0
    channels: list[str] = field(default_factory=list[str])
    offs: list[float] = field(default_factory=list[float])

    @property
    def net(self) -> float:
        return self.lift + self.dip + self.taken

    def add(self, channel: str, off: float, value: DealValue, terms: DealTerms) -> None:
        self.lift += value.lift_minor
        self.dip += value.dip_minor
        self.taken += value.cannibalised_minor
        self.below += (value.net_minor - value.low_minor) ** 2
        self.above += (value.high_minor - value.net_minor) ** 2
        self.extra_units += value.lift * terms.weekly_units * terms.days / 7 * (1 - value.bought_ahead)
        self.weekly_units += terms.weekly_units
        self.channels.append(channel)
        self.offs.append(off)


def past_deals(session: BrandSession, env: ToolEnv, args: ChannelArguments) -> ToolAnswer:
    """Tell what past deals did in a channel: how much more was sold while they ran, how much of it was missing in the
    weeks after (bought ahead), and what they took from other products of the category; over all products together,
    with prices, seasons and common weeks held constant. Abstains with too few deals."""
    channel = reads.channel_by_code(session, args.channel)
    fitted = fitted_deals(session, env, channel)
    sources = (sold_in(session, env, [channel.id]), selected(session, "channel", id=channel.id))
    if fitted is None:
        reasons = ["no_deals"]
        blank = PastDeals(
            channel=channel.code,
            title=channel.title,
            status="insufficient",
            reasons=reason_keys("pricing", reasons),
        )
        return ToolAnswer(blank, sources)
    return ToolAnswer(_past(fitted), sources)


def _past(fitted: FittedDeals) -> PastDeals:
    response, errors = fitted.response, np.sqrt(np.diag(fitted.response.covariance))
    ends = (response.slopes[0] + sign * 1.645 * errors[0] for sign in (-1, 1))
    low, high = (float(np.exp(end) - 1) for end in ends)
    lift = float(np.exp(response.slopes[0]) - 1)
    weeks = np.array([last - first + 1 for first, last in LAG_BLOCKS])
    missing = float(-(weeks * (np.exp(response.slopes[1:-1] / weeks) - 1)).sum())
    return PastDeals(
        channel=fitted.channel.code,
        title=fitted.channel.title,
        status="usable",
        reasons=[],
        deals=cells.count(response.deals),
        off=cells.share(fitted.weeks.depth or 0.0),
        lift=cells.share(lift),
        lift_low=cells.share(low),
        lift_high=cells.share(high),
        bought_ahead=cells.share(min(max(missing / lift, 0.0), 1.0)) if lift > 0 else None,
        cannibalised=cells.share(float(np.exp(response.slopes[-1]) - 1)),
        coverage=cells.share(0.90),
    )


def fitted_deals(session: BrandSession, env: ToolEnv, channel: Channel) -> FittedDeals | None:
    """How a channel's past deals worked; None where too few are known. Fitted once a run."""
    return env.once(("deals", channel.id), lambda: _fit(session, env, channel))


def _fit(session: BrandSession, env: ToolEnv, channel: Channel) -> FittedDeals | None:
    """None also where deals only ever held in a few of a channel's places: one for all of them would be a guess."""
    weeks = sold_by_week(session, env, channel)
    if weeks is None or weeks.depth is None or (weeks.deal > _MOST_OF_IT).sum() < LEAST_DEALS:
        return None
    known = {product.id: product.category for product in sold.active_products(session)}
    categories = [known.get(product, "") or str(product) for product in weeks.products]
    try:
        return FittedDeals(channel, weeks, deal_response(weeks.panel(categories)), categories)
    except InvalidNumbers:
        return None


def promotion_advice(session: BrandSession, env: ToolEnv, args: SkuArguments) -> ToolAnswer:
    """Work out whether a week's deal on a product, at the discount of past deals, is worth it on the channels that had
    some: what it sells more, less what is missing in the eight weeks after and what its category loses, plus what it
    saves on stock that would expire or lie too long, with an 80 % interval. Advises one only where the lower end is
    above nothing, or where it clears a surplus at a gain. Abstains with too few past deals."""
    product = reads.product_by_sku(session, args.sku)
    fits = [fit for channel in reads.channels(session) if (fit := fitted_deals(session, env, channel))]
    view = _advise(session, env, product, fits)
    sources = (
        sold_in(session, env, [fit.channel.id for fit in fits]),
        selected(session, "product_cost", product_id=product.id),
        selected(session, "product", id=product.id),
    )
    return ToolAnswer(view, sources)


def _advise(session: BrandSession, env: ToolEnv, product: Product, fits: Sequence[FittedDeals]) -> PromotionAdvice:
    cost = reads.unit_cost_minor(session, product.id)
    carried = [fit for fit in fits if product.id in fit.weeks.products]
    if cost is None or not carried:
        return _blank(session, product, "abstained", ["no_unit_cost" if cost is None else "no_deals"])
    total, below_floor = _Sum(), False
    for fit in carried:
        price = prices_in_force(session, fit.channel.id).get((product.id, ""))
        if price is None:
            continue
        off = fit.weeks.depth or 0.0
        terms = reads.sale_terms(product, fit.channel)
        promoted = round(price.amount_minor * (1 - off))
        if terms.margin_bps(promoted, cost) < rules_of(session).min_margin_bps:
            below_floor = True
            continue
        deal = _terms(session, fit, product.id, price.amount_minor * terms.kept_share - cost, promoted, cost)
        if deal.weekly_units >= _LEAST_WEEKLY:
            at = list(fit.weeks.products).index(product.id)
            total.add(fit.channel.code, off, value_deal(fit.response, at, deal, COVERAGE), deal)
    if not total.channels:
        return _blank(session, product, "leave", ["below_margin_floor" if below_floor else "no_recent_sales"])
    return _judged(session, product, carried, total, cost)


def _terms(
    session: BrandSession, fit: FittedDeals, product: UUID, unit_margin: float, promoted_minor: int, cost: int
) -> DealTerms:
    at = list(fit.weeks.products).index(product)
    plain = fit.weeks.units[:, at][(fit.weeks.deal[:, at] == 0) & np.isfinite(fit.weeks.units[:, at])]
    recent = plain[-_RECENT_WEEKS:]
    terms = reads.sale_terms(_product(session, product), fit.channel)
    return DealTerms(
        days=DAYS,
        weekly_units=float(recent.mean()) if len(recent) else 0.0,
        weekly_error=float(recent.std(ddof=1) / sqrt(len(recent))) if len(recent) > 1 else 0.0,
        unit_margin_minor=unit_margin,
        deal_margin_minor=promoted_minor * terms.kept_share - cost,
        category_minor=_category_minor(session, fit, product),
        weight=_weight(fit, at),
    )


def _product(session: BrandSession, product_id: UUID) -> Product:
    return next(product for product in sold.active_products(session) if product.id == product_id)


def _category_minor(session: BrandSession, fit: FittedDeals, product: UUID) -> float:
    """Contribution of the category's other products in a week of the channel, in minor units."""
    others = [p for p in sold.active_products(session) if p.id != product]
    category = fit.categories[list(fit.weeks.products).index(product)]
    weekly = sold.weekly_contribution(session, fit.channel.id, _RECENT_WEEKS)
    costs = reads.unit_costs_minor(session, {p.id for p in others if p.category == category})
    contribution = 0.0
    for other in others:
        cost = costs.get(other.id) if other.category == category else None
        if cost is not None and other.id in weekly:
            units, revenue = weekly[other.id]
            contribution += revenue * reads.sale_terms(other, fit.channel).kept_share - units * cost
    return max(contribution, 0.0)


def _weight(fit: FittedDeals, at: int) -> float:
    """The product's share of its category's sales apart from another product, averaged over the others, from 0 to 1."""
    usual = np.nan_to_num(np.nanmean(fit.weeks.units, axis=0))
    same = [p for p, category in enumerate(fit.categories) if category == fit.categories[at] and p != at]
    weights = [usual[at] / max(usual[at] + sum(usual[q] for q in same if q != p), 1e-9) for p in same]
    return float(np.mean(weights)) if weights else 0.0


def _judged(
    session: BrandSession, product: Product, carried: Sequence[FittedDeals], total: _Sum, cost: int
) -> PromotionAdvice:
    surplus, cleared = _cleared(session, product, total, cost)
    net = total.net + cleared
    low, high = net - sqrt(total.below), net + sqrt(total.above)
    lately = any(_lately(fit, product.id) for fit in carried)
    pays, clears = low > 0, surplus > 0 and net > 0
    reason = "deal_pays" if pays else "clears_surplus" if clears else "deal_does_not_pay"
    status = "promote" if pays or clears else "leave"
    if lately and status == "promote":
        status, reason = "leave", "lately_on_deal"
    currency = brand_of(session).currency
    first = session.ctx.known_until.date() + timedelta(days=NOTICE_DAYS)
    last = first + timedelta(days=DAYS - 1)
    off = min(total.offs)
    return _blank(session, product, status, [reason]).model_copy(
        update={
            "channels": total.channels,
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
            "days": cells.days(DAYS),
            "off": cells.rate(round(off * 100) * 100),
            "lift": cells.money(total.lift, currency),
            "dip": cells.money(total.dip, currency),
            "cannibalised": cells.money(total.taken, currency),
            "cleared": cells.money(cleared, currency),
            "surplus": cells.count(surplus),
            "gain": cells.money(net, currency),
            "gain_low": cells.money(low, currency),
            "gain_high": cells.money(high, currency),
            "coverage": cells.share(COVERAGE),
            "horizon": cells.days(_horizon(first, last)),
        }
    )


def _horizon(first: date, last: date) -> int:
    return (last - first).days + 1 + DIP_WEEKS * 7


def _cleared(session: BrandSession, product: Product, total: _Sum, cost: int) -> tuple[int, float]:
    """Units in the warehouses beyond what sells in time, and what the deal saves on them: cost, or keeping them."""
    places = [place.id for place in stocked.warehouses(session)]
    on_hand = stocked.on_hand(session, places).get(product.id, 0) if places else 0
    pace, rules = max(total.weekly_units / 7, 1e-9), rules_of(session)
    shelf = product.shelf_life_days
    expires = shelf is not None and on_hand / pace > shelf
    surplus = max(on_hand - pace * (shelf if expires and shelf is not None else rules.max_cover_days), 0.0)
    units = min(max(total.extra_units, 0.0), surplus)
    kept_for = on_hand / pace / 365
    share = 1.0 if expires else min(rules.holding_bps_a_year / BPS * kept_for, 1.0)
    return round(surplus), units * cost * share


def _lately(fit: FittedDeals, product: UUID) -> bool:
    """Whether it was on a deal in the last weeks: what was bought ahead is still missing."""
    at = list(fit.weeks.products).index(product)
    return bool((fit.weeks.deal[-DIP_WEEKS // 2 :, at] > 0).any())


def _blank(session: BrandSession, product: Product, status: str, reasons: list[str]) -> PromotionAdvice:
    return PromotionAdvice.model_validate(
        {
            "sku": product.sku,
            "title": product.title,
            "currency": brand_of(session).currency,
            "status": status,
            "reasons": reason_keys("pricing", reasons),
        }
    )
