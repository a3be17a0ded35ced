"""Analyses how rivals answer the brand's price changes in a channel, and what that gives back of a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import hypot
from uuid import UUID

import numpy as np

from analytics.pricing.competitor_reaction import (
    LAGS,
    CrossElasticity,
    ReactionEstimate,
    estimate_competitor_reaction,
    rivals_cross_elasticity,
)
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from store.reads.pricing import competitors as reads
from store.reads.pricing import prices
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Channel
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.pricing.arguments import ChannelArguments
from tools.pricing.deal_panel import WEEKS, sold_by_week
from tools.pricing.results import CompetitorReaction
from tools.pricing.sales_panel import sold_in
from tools.reasons import reason_keys
from tools.sources import selected

HORIZON_WEEKS = 8
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, eq=False)
class _PricePanel:
    """Log prices of weeks T: the brand's by product and channel (T, P, C), and rivals' (T, P, R); NaN if unknown."""

    products: Sequence[UUID]
    channels: Sequence[str]
    own: Floats
    rivals: Floats
    monday: datetime


def competitor_reaction(session: BrandSession, env: ToolEnv, args: ChannelArguments) -> ToolAnswer:
    """Estimate how rivals answer the brand's price changes in a channel: by how much of a change they follow, after how
    long, what their prices do to its sales there, and so how much of a price's effect their answer gives back; each
    with a 90 % interval. Over all products together, as one product changes its price too seldom. Abstains where
    competitors' prices, or the brand's own changes, are lacking."""
    channel = prices.channel_by_code(session, args.channel)
    view = reaction_of(session, env, channel)
    priced = [row.id for row in prices.channels(session)]
    sources = (
        selected(session, "competitor_price", product_id=_products(session, env)),
        sold_in(session, env, [channel.id]).bearing_on("/cross", "/cross_low", "/cross_high"),
        selected(session, "channel", id=priced),
    )
    return ToolAnswer(view, sources)


def reaction_of(session: BrandSession, env: ToolEnv, channel: Channel) -> CompetitorReaction:
    """The channel's reaction of rivals, estimated once a run."""
    return env.once(("reaction", channel.id), lambda: _reaction(session, env, channel))


def _products(session: BrandSession, env: ToolEnv) -> Sequence[UUID]:
    panel = _price_panel(session, env)
    return panel.products if panel else []


def _reaction(session: BrandSession, env: ToolEnv, channel: Channel) -> CompetitorReaction:
    panel = _price_panel(session, env)
    if panel is None:
        return _without(channel, ["no_competitor_prices"])
    if str(channel.id) not in panel.channels:
        return _without(channel, ["no_price_list"])
    at = list(panel.channels).index(str(channel.id))
    own, others = panel.own[:, :, at], np.delete(panel.own, at, axis=2)
    others = others[:, :, np.isfinite(others).all(axis=(0, 1))]
    try:
        answer = estimate_competitor_reaction(own, others, panel.rivals)
    except InvalidNumbers:
        return _without(channel, ["too_few_price_changes"])
    return _view(channel, answer, _cross(session, env, channel, panel, own))


def _cross(
    session: BrandSession, env: ToolEnv, channel: Channel, panel: _PricePanel, own: Floats
) -> CrossElasticity | None:
    """The elasticity of the channel's sales to rivals' prices; None where the data do not tell it."""
    sold = sold_by_week(session, env, channel)
    if sold is None:
        return None
    shift = round((sold.first - panel.monday) / _WEEK)
    weeks = [week for week in range(len(sold.units)) if 0 <= week + shift < len(own)]
    common = [at for at, product in enumerate(panel.products) if product in sold.products]
    if not weeks or not common:
        return None
    columns = [list(sold.products).index(panel.products[at]) for at in common]
    rows, there = slice(weeks[0], weeks[-1] + 1), slice(weeks[0] + shift, weeks[-1] + shift + 1)
    rivals = panel.rivals[there][:, common]
    seen = np.isfinite(rivals)
    mean = np.where(seen.any(axis=2), np.nansum(rivals, axis=2) / np.maximum(seen.sum(axis=2), 1), np.nan)
    units, deal = sold.units[rows][:, columns], sold.deal[rows][:, columns]
    try:
        return rivals_cross_elasticity(units, own[there][:, common], mean, deal)
    except InvalidNumbers:
        return None


def _price_panel(session: BrandSession, env: ToolEnv) -> _PricePanel | None:
    return env.once(("asked",), lambda: _read(session))


def _read(session: BrandSession) -> _PricePanel | None:
    since = session.ctx.known_until - WEEKS * _WEEK
    points = reads.competitor_price_points(session, since, brand_of(session).currency)
    if not points:
        return None
    products = sorted({point.product_id for point in points}, key=str)
    rivals = sorted({point.by for point in points})
    first, last = points[0].at, points[-1].at
    weeks = (last - first) // _WEEK + 1
    theirs = np.full((weeks, len(products), len(rivals)), np.nan)
    for point in points:
        theirs[(point.at - first) // _WEEK, products.index(point.product_id), rivals.index(point.by)] = (
            point.amount_minor
        )
    channels = [str(channel.id) for channel in prices.channels(session)]
    own = np.full((weeks, len(products), len(channels)), np.nan)
    for point in reads.brand_price_points(session):
        if point.product_id in products and point.by in channels:
            week = max(-(-(point.at - first) // _WEEK), 0)  # asked since then: from the next time rivals were looked at
            own[week:, products.index(point.product_id), channels.index(point.by)] = point.amount_minor
    known = [at for at in range(len(channels)) if np.isfinite(own[:, :, at]).any()]
    return _PricePanel(products, [channels[at] for at in known], np.log(own[:, :, known]), np.log(theirs), first)


def _without(channel: Channel, reasons: list[str]) -> CompetitorReaction:
    return CompetitorReaction(channel=channel.code, status="insufficient", reasons=reason_keys("pricing", reasons))


def _view(channel: Channel, answer: ReactionEstimate, cross: CrossElasticity | None) -> CompetitorReaction:
    mean, error = answer.within(HORIZON_WEEKS)
    reasons = ["rivals_follow"] if answer.significant else ["rivals_do_not_follow"]
    reaction = CompetitorReaction(
        channel=channel.code,
        status="usable",
        reasons=reason_keys("pricing", reasons),
        follows=answer.significant,
        answer=cells.share(answer.long_run),
        answer_low=cells.share(answer.low),
        answer_high=cells.share(answer.high),
        answer_within=cells.share(mean),
        after=cells.weeks(LAGS),
        horizon=cells.weeks(HORIZON_WEEKS),
        coverage=cells.share(answer.coverage),
        changes=cells.count(answer.rows),
    )
    if cross is None:
        return reaction
    update = {
        "cross": cells.ratio(cross.elasticity),
        "cross_low": cells.ratio(cross.low),
        "cross_high": cells.ratio(cross.high),
    }
    if answer.significant and cross.significant:
        given = mean * cross.elasticity
        spread = hypot(error * cross.elasticity, cross.standard_error * mean)
        update["given_back"] = cells.ratio(given)
        return reaction.model_copy(update={**update, "belief": (given, spread)})
    return reaction.model_copy(update=update)
