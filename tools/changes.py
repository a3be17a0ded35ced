"""Changes since the last meeting: the chair's own look at the brand, out of which it makes the agenda."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from domain.figure import Cell
from domain.money import BPS
from store.reads import changes as reads
from store.reads.settings import brand_of
from store.session import BrandSession
from tools import cells
from tools.base import Access, Tool, ToolAnswer, ToolArguments, ToolEnv, ToolResult
from tools.sources import RowSelection, selected, selected_each

USUAL_WEEKS = 4


class ChangesArguments(ToolArguments):
    """How far to look back."""

    days: int = Field(default=7, ge=1, le=92, description="days since the last meeting")
    since: AwareDatetime | None = Field(default=None, description="its very moment; else so many days ago")


class ChannelChange(ToolResult):
    """A channel's sales of the newest days known, against as many of the four weeks before.

    `change` is None where nothing was reported since, or too little is usual to compare with.
    """

    channel: str
    window: Cell
    until: str = Field(description="the last of those days")
    units: Cell
    units_usual: Cell
    revenue: Cell
    change: Cell | None


class Changes(ToolResult):
    """Changes over the last days; `items` by the status that action items came to."""

    days: Cell
    channels: list[ChannelChange]
    prices_changed: Cell
    competitor_prices: Cell
    orders_received: Cell
    poor_ratings: Cell
    items: dict[str, Cell]


def what_changed(session: BrandSession, env: ToolEnv, args: ChangesArguments) -> ToolAnswer:
    """Say what changed in the last days: each channel's sales against the four weeks before, prices set, competitors'
    prices seen, orders that came, poor ratings, and what became of action items."""
    now = session.ctx.known_until
    since = now - timedelta(days=args.days) if args.since is None else args.since
    prices, rivals = reads.prices_changed(session, since, now), reads.competitor_prices_seen(session, since, now)
    orders, ratings = reads.orders_received(session, since, now), reads.poor_ratings(session, since, now)
    currency, channels = brand_of(session).currency, reads.sales_reporting(session)
    view = Changes(
        days=cells.days(args.days),
        channels=[
            _channel(session, channel, max(args.days, channel.period_days), since, currency) for channel in channels
        ],
        prices_changed=cells.count(len(prices)),
        competitor_prices=cells.count(sum(rivals.values())),
        orders_received=cells.count(sum(orders.values())),
        poor_ratings=cells.count(len(ratings)),
        items={status: cells.count(count) for status, count in reads.items_by_status(session, since, now).items()},
    )
    first = min(
        (channel.end - timedelta(days=max(args.days, channel.period_days)) for channel in channels), default=now
    )
    rows = selected_each(
        session, "sales_fact", "channel_id", [channel.channel_id for channel in channels],
        since=first - timedelta(weeks=USUAL_WEEKS),
    )  # fmt: skip
    counted = {
        "prices_changed": prices and selected(session, "price_history", price_id=sorted(set(prices)), since=since),
        "competitor_prices": rivals and selected(session, "competitor_price", product_id=sorted(rivals), since=since),
        "orders_received": orders and selected(session, "purchase_order", product_id=sorted(orders)),
        "poor_ratings": ratings and selected(session, "message", id=list(ratings)),
    }
    return ToolAnswer(
        view,
        (
            *(rows[channel.channel_id].bearing_on(f"/channels/{at}") for at, channel in enumerate(channels)),
            *(picked.bearing_on(f"/{name}") for name, picked in counted.items() if isinstance(picked, RowSelection)),
        ),
    )


def _channel(
    session: BrandSession, reported: reads.SalesReporting, days: int, last: datetime, currency: str
) -> ChannelChange:
    """The newest days whose sales are known, whole periods of reports, against the four weeks before."""
    code, end = reported.code, reported.end
    since = end - timedelta(days=days)
    now, past = (
        reads.sold_between(session, code, since, end),
        reads.sold_between(session, code, since - timedelta(weeks=USUAL_WEEKS), since),
    )
    is_news = reported.heard_at > last
    expected = past.units * days / (7 * USUAL_WEEKS)
    return ChannelChange(
        channel=code,
        window=cells.days(days),
        until=(end - timedelta(seconds=1)).date().isoformat(),
        units=Cell(value=now.units, unit="units"),
        units_usual=Cell(value=round(expected), unit="units"),
        revenue=cells.money(now.revenue_minor, currency),
        change=cells.rate((now.units - expected) / expected * BPS) if is_news and expected >= 1 else None,
    )


CHAIR_TOOLS: tuple[Tool, ...] = (Tool("what_changed", Access.READ, ChangesArguments, Changes, what_changed),)
"""The chair's own."""
