"""What changed since the last meeting: the chair's own look at the brand, out of which it makes the agenda."""

from datetime import datetime, timedelta

from pydantic import Field

from domain.figure import Cell
from domain.money import BPS
from store.reads import changes as reads
from store.reads.settings import brand_of
from store.session import BrandSession
from tools import cells
from tools.base import Access, Tool, ToolAnswer, ToolArguments, ToolEnv, ToolResult
from tools.sources import selected

USUAL_WEEKS = 4


class ChangesArguments(ToolArguments):
    """How far to look back."""

    days: int = Field(default=7, ge=1, le=92, description="days since the last meeting")


class ChannelChange(ToolResult):
    """A channel's sales of the newest days known, against as many of the four weeks before."""

    channel: str
    units: Cell
    units_usual: Cell
    revenue: Cell
    change: Cell | None


class Changes(ToolResult):
    """What happened since; `items` by the status that action items came to."""

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
    since = now - timedelta(days=args.days)
    before = since - timedelta(weeks=USUAL_WEEKS)
    currency, ends = brand_of(session).currency, reads.known_until(session)
    view = Changes(
        days=cells.days(args.days),
        channels=[_channel(session, code, end, args.days, currency) for code, end in ends.items()],
        prices_changed=cells.count(reads.prices_changed(session, since, now)),
        competitor_prices=cells.count(reads.competitor_prices_seen(session, since, now)),
        orders_received=cells.count(reads.orders_received(session, since, now)),
        poor_ratings=cells.count(reads.poor_ratings(session, since, now)),
        items={status: cells.count(count) for status, count in reads.items_by_status(session, since, now).items()},
    )
    channels = reads.channel_ids(session)
    return ToolAnswer(view, (selected(session, "sales_fact", about=("/channels",), since=before, channel_id=channels),))


def _channel(session: BrandSession, code: str, end: datetime, days: int, currency: str) -> ChannelChange:
    """The newest days whose sales are known, against the four weeks before."""
    since = end - timedelta(days=days)
    now, past = (
        reads.sold_between(session, code, since, end),
        reads.sold_between(session, code, since - timedelta(weeks=USUAL_WEEKS), since),
    )
    expected = past.units * days / (7 * USUAL_WEEKS)
    return ChannelChange(
        channel=code,
        units=Cell(value=now.units, unit="units"),
        units_usual=Cell(value=round(expected), unit="units"),
        revenue=cells.money(now.revenue_minor, currency),
        change=cells.rate((now.units - expected) / expected * BPS) if expected >= 1 else None,
    )


CHAIR_TOOLS: tuple[Tool, ...] = (Tool("what_changed", Access.READ, ChangesArguments, Changes, what_changed),)
"""The chair's own."""
