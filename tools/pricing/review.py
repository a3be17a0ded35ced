"""Looks over a channel's whole price list: which prices would earn more, the best first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field
from sqlalchemy import func, select
from sqlmodel import col

from domain.figure import Cell
from domain.money import BPS
from store.reads.pricing import prices as reads
from store.reads.pricing.promotions import weekly_contribution
from store.session import BrandSession
from store.tables import Channel, Receipt
from tools import cells
from tools.base import ToolAnswer, ToolEnv, ToolResult
from tools.pricing.analysis import advise
from tools.pricing.arguments import BestPriceArguments, ChannelArguments
from tools.pricing.sales_panel import sold_in
from tools.pricing.season import waits_for
from tools.pricing.situation import Situation, situations_in
from tools.reasons import reason_keys
from tools.sources import selected

REVIEW = "review_prices"
WHOLE_LIST = 5_000
"""Entries of a price list that are all looked at every time."""
ALWAYS_BPS = 9_500
"""Of a longer list: the share of its contribution that is looked at every time."""
TURNS = 4
"""The reviews in which all the rest of a longer list is looked at once."""
_LINES = 100
_RECENT_WEEKS = 13


class ReviewedPrice(ToolResult):
    """A price that would earn more, and what its best price should bring over the horizon."""

    sku: str
    zone: str
    profit_change: Cell


class PriceReview(ToolResult):
    """How much of a price list was looked at, with what result, and the prices that would earn more, the most first."""

    channel: str
    currency: str
    horizon: Cell
    entries: Cell
    reviewed: Cell
    contribution_share: Cell = Field(description="the share of the list's contribution that was looked at")
    to_change: Cell
    to_keep: Cell
    not_known: Cell = Field(description="prices whose effect on demand the data do not tell")
    waits: list[str] = Field(description="why no price of this list changes now; none: they may")
    reasons: dict[str, int] = Field(description="why it is not known, with the number of prices")
    prices: list[ReviewedPrice]


def review_prices(session: BrandSession, env: ToolEnv, args: ChannelArguments) -> ToolAnswer:
    """Look over a channel's whole price list: for how many prices the best that the brand's rules allow would earn more
    over eight weeks, and which these are, those that gain most first (a hundred at most). Of a list of more than five
    thousand prices, those that make 95 % of its contribution are looked at every time and the rest in turn."""
    channel = reads.channel_by_code(session, args.channel)
    listed = situations_in(session, env, channel)
    weekly = _contribution_minor(session, channel, listed)
    chosen = listed if len(listed) <= WHOLE_LIST else _in_turn(listed, weekly, _earlier_reviews(session, channel))
    whole = sum(weekly.values())
    advice = [(now, advise(session, env, now, _asked(now))) for now in chosen]
    gains = [
        ReviewedPrice(sku=now.product.sku, zone=now.zone, profit_change=view.profit_change)
        for now, view in advice
        if view.status == "change" and view.profit_change is not None and view.profit_change.value > 0
    ]
    unknown = [view for _, view in advice if view.status == "abstained"]
    result = PriceReview(
        channel=channel.code,
        currency=listed[0].currency if listed else "",
        horizon=cells.weeks(BestPriceArguments.model_fields["horizon_weeks"].default),
        entries=cells.count(len(listed)),
        reviewed=cells.count(len(chosen)),
        contribution_share=cells.share(sum(weekly[_place(now)] for now in chosen) / whole if whole else 1.0),
        to_change=cells.count(len(gains)),
        to_keep=cells.count(len(advice) - len(gains) - len(unknown)),
        not_known=cells.count(len(unknown)),
        waits=reason_keys("pricing", [reason] if (reason := waits_for(session, env, channel)) else []),
        reasons=dict(Counter(reason for view in unknown for reason in view.reasons)),
        prices=sorted(gains, key=lambda line: (-line.profit_change.value, line.sku, line.zone))[:_LINES],
    )
    return ToolAnswer(result, _sources(session, env, channel, chosen))


def _asked(now: Situation) -> BestPriceArguments:
    return BestPriceArguments(sku=now.product.sku, channel=now.channel.code, zone=now.zone)


def _place(now: Situation) -> tuple[str, str]:
    return now.product.sku, now.zone


def _contribution_minor(
    session: BrandSession, channel: Channel, listed: Sequence[Situation]
) -> dict[tuple[str, str], float]:
    """What each price contributes in an average week of the last quarter, in minor units, never below 0; what is kept
    of its revenue where the cost is not known."""
    sold = weekly_contribution(session, channel.id, _RECENT_WEEKS)
    weekly: dict[tuple[str, str], float] = {}
    for now in listed:
        units, revenue = sold.get(now.product.id, (0.0, 0.0))
        weekly[_place(now)] = max(revenue * now.terms.kept_share - units * (now.unit_cost_minor or 0), 0.0)
    return weekly


def _in_turn(listed: Sequence[Situation], weekly: Mapping[tuple[str, str], float], turn: int) -> list[Situation]:
    """The prices that make most of the contribution, and a part of the rest: another one each turn."""
    by_worth = sorted(listed, key=lambda now: (-weekly[_place(now)], _place(now)))
    bar, reached, always = sum(weekly.values()) * ALWAYS_BPS / BPS, 0.0, 0
    while always < len(by_worth) and reached < bar:
        reached += weekly[_place(by_worth[always])]
        always += 1
    return [*by_worth[:always], *by_worth[always:][turn % TURNS :: TURNS]]


def _earlier_reviews(session: BrandSession, channel: Channel) -> int:
    """The number of earlier runs that looked over this channel's list."""
    asked: Any = col(Receipt.arguments)["channel"].astext
    return session.scalars(
        select(func.count(col(Receipt.run_id).distinct())).where(
            col(Receipt.tool) == REVIEW, asked == channel.code, col(Receipt.as_of) < session.ctx.known_until
        )
    ).one()


def _sources(session: BrandSession, env: ToolEnv, channel: Channel, chosen: Sequence[Situation]) -> tuple[Any, ...]:
    if not chosen:
        return (selected(session, "channel", id=channel.id),)
    products = sorted({now.product.id for now in chosen})
    return (
        sold_in(session, env, [channel.id]),
        selected(session, "price_history", price_id=sorted(now.price.price_id for now in chosen)),
        selected(session, "product_cost", product_id=products),
        selected(session, "channel", id=channel.id),
        selected(session, "brand_rules", version=chosen[0].rules.version),
    )
