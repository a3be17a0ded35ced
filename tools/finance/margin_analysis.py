"""Contribution margin by channel and product over the last quarter, and why it changed against the one before."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from analytics.finance.margins import Contribution, bridge
from domain.figure import Cell
from domain.money import share_bps
from store.reads.finance import books as reads
from store.reads.pricing.prices import channels as channels_of
from store.reads.products import products_by_id
from store.session import BrandSession
from store.tables import Channel, Product
from tools import cells
from tools.base import ToolAnswer, ToolArguments, ToolEnv
from tools.finance.book import QUARTER_WEEKS, WEEK, money_book, rows_of
from tools.finance.results import MarginLine, MarginView
from tools.finance.trade_lines import lines_of
from tools.reasons import reason_keys

_SHOWN = 5


def contribution_margins(session: BrandSession, env: ToolEnv, args: ToolArguments) -> ToolAnswer:
    """Work out what each channel and product left over the last thirteen weeks, without VAT, after the channel's fee
    and the cost of the goods, and why that changed against the thirteen weeks before: volume, mix, price, fees, unit
    cost. Advertising, wages and returns are not in it."""
    book = money_book(session, env)
    products, places = products_by_id(session), {row.id: row for row in channels_of(session)}
    middle, start = book.midnight - QUARTER_WEEKS * WEEK, book.midnight - 2 * QUARTER_WEEKS * WEEK
    now, uncosted = _quarter(session, book.currency, products, places, middle, book.midnight)
    before, _ = _quarter(session, book.currency, products, places, start, middle)
    sources = rows_of(session, env, "sales_fact", "product", "product_cost", "channel")
    if not now:
        blank = MarginView(currency=book.currency, status="abstained", reasons=reason_keys("finance", ["no_sales"]))
        return ToolAnswer(blank, sources)
    return ToolAnswer(_view(book.currency, products, places, now, before, uncosted), sources)


def _quarter(
    session: BrandSession,
    currency: str,
    products: Mapping[UUID, Product],
    places: Mapping[UUID, Channel],
    since: datetime,
    until: datetime,
) -> tuple[list[Contribution], int]:
    """Each line of a quarter, and how many had no cost."""
    costed, uncosted = lines_of(reads.sold(session, currency, since, until), products, places)
    return costed, len(uncosted)


def _view(
    currency: str,
    products: Mapping[UUID, Product],
    places: Mapping[UUID, Channel],
    now: Sequence[Contribution],
    before: Sequence[Contribution],
    uncosted: int,
) -> MarginView:
    titles = {row.sku: row.title or row.sku for row in products.values()}
    channel_titles = {row.code: row.title or row.code for row in places.values()}
    walk = bridge(before, now)
    by_channel = _lines(currency, now, before, lambda line: line.channel)
    by_product = _lines(currency, now, before, lambda line: line.product)
    ranked = sorted(by_product, key=lambda code: (by_product[code].contribution.value, code))
    lines = {code: line.model_copy(update={"sku": code, "title": titles[code]}) for code, line in by_product.items()}
    revenue = sum(line.revenue_minor for line in now)
    return MarginView(
        currency=currency,
        status="told",
        reasons=[],
        weeks=cells.weeks(QUARTER_WEEKS),
        contribution=cells.money(walk.after_minor, currency),
        margin=cells.rate(share_bps(walk.after_minor, revenue)),
        before=cells.money(walk.before_minor, currency),
        change=cells.money(walk.after_minor - walk.before_minor, currency),
        effects={
            "unit_cost" if name == "variable_costs" else name: cells.money(amount, currency)
            for name, amount in walk.effects.items()
            if amount
        },
        channels=[
            line.model_copy(update={"channel": code, "title": channel_titles[code]})
            for code, line in sorted(by_channel.items(), key=lambda pair: -pair[1].contribution.value)
        ],
        weakest=[lines[code] for code in ranked[:_SHOWN]],
        strongest=[lines[code] for code in reversed(ranked[-_SHOWN:])],
        uncosted=cells.count(uncosted),
    )


def _lines(
    currency: str, now: Sequence[Contribution], before: Sequence[Contribution], key: Callable[[Contribution], str]
) -> dict[str, MarginLine]:
    lines: dict[str, MarginLine] = {}
    for code in {key(line) for line in now}:
        own = [line for line in now if key(line) == code]
        was = sum(line.contribution_minor for line in before if key(line) == code)
        revenue, left = sum(line.revenue_minor for line in own), sum(line.contribution_minor for line in own)
        lines[code] = MarginLine(
            title=code,
            units=Cell(value=sum(line.units for line in own), unit="units"),
            revenue=cells.money(revenue, currency),
            fees=cells.money(sum(line.fees_minor for line in own), currency),
            cost=cells.money(sum(line.cost_minor + line.variable_minor for line in own), currency),
            contribution=cells.money(left, currency),
            margin=cells.rate(share_bps(left, revenue)),
            before=cells.money(was, currency),
            change=cells.money(left - was, currency),
        )
    return lines
