"""Reads price lists: channels, what is priced in them, what a price was before, and what competitors ask."""

from datetime import UTC, datetime

from analytics.pricing.elasticity_choice import DataFloor
from domain.figure import Cell
from domain.money import share_bps
from store.reads.pricing import prices as reads
from store.reads.pricing import sold
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Channel
from tools import cells
from tools.answers import last_asked
from tools.base import ToolAnswer, ToolArguments, ToolEnv
from tools.pricing.arguments import ChannelArguments, PriceArguments
from tools.pricing.results import (
    Channels,
    ChannelView,
    CompetitorView,
    PastPrice,
    PriceChanges,
    PriceCorridor,
    PricedProduct,
    PricedProducts,
)
from tools.pricing.situation import (
    Corridor,
    Situation,
    SituationRows,
    corridor_of,
    rows_behind,
    situation_of,
    situations_in,
    sources_of,
)
from tools.reasons import reason_keys
from tools.sources import RowSelection, selected

_RECENT_WEEKS = 4
_CHANGES_SHOWN = 50
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def list_channels(session: BrandSession, env: ToolEnv, args: ToolArguments) -> ToolAnswer:
    """List the brand's sales channels: code, title, fee, whether prices include VAT, entries of the price list."""
    views = [_channel_view(session, channel) for channel in reads.channels(session)]
    channels = Channels(currency=brand_of(session).currency, channels=views)
    ids = [channel.id for channel in reads.channels(session)]
    return ToolAnswer(channels, (selected(session, "channel", id=ids),))


def _channel_view(session: BrandSession, channel: Channel) -> ChannelView:
    return ChannelView(
        channel=channel.code,
        title=channel.title,
        fee=cells.rate(channel.fee_bps),
        prices_include_vat=channel.prices_include_vat,
        entries=cells.count(len(reads.price_list(session, channel.id))),
    )


def list_priced_products(session: BrandSession, env: ToolEnv, args: ChannelArguments) -> ToolAnswer:
    """List the price list of a channel: price now and since when, unit cost, margin without VAT and after the
    channel's fee, average units and revenue of the last four reported weeks, days since its best price was last asked
    for, and whether the data suffice to analyse the price."""
    channel = reads.channel_by_code(session, args.channel)
    spans = sold.sales_spans(session, channel.id)
    units = sold.recent_units(session, channel.id, weeks=_RECENT_WEEKS)
    known = situations_in(session, env, channel)
    asked = last_asked(session, "best_price", ("sku", "channel", "zone"))
    newest = max((span.last_end for span in spans.values()), default=None)
    result = PricedProducts(
        channel=channel.code,
        currency=brand_of(session).currency,
        margin_floor=cells.rate(known[0].rules.min_margin_bps if known else 0),
        entries=cells.count(len(known)),
        newest_sales_age=_age(session, newest),
        products=[
            _priced(session, now, spans.get(now.product.id), units.get(now.product.id, 0)).model_copy(
                update={"analysed_days_ago": _days_since(session, asked.get((now.product.sku, channel.code, now.zone)))}
            )
            for now in known
        ],
    )
    behind = [rows_behind(session, env, now) for now in known]
    rules = [rows.rules.bearing_on("/margin_floor") for rows in behind[:1]]
    lines = [
        selection
        for index, rows in enumerate(behind)
        for selection in _behind_line(rows, index, known[index].is_charged)
    ]
    return ToolAnswer(result, (*lines, *rules))


def _behind_line(rows: SituationRows, index: int, is_charged: bool) -> list[RowSelection]:
    """The rows behind one line of the list, each with the cells that it bears on."""

    def cells_at(*names: str) -> list[str]:
        return [f"/products/{index}/{name}" for name in names]

    sold = cells_at("weekly_units", "weekly_revenue", "weekly_contribution", "weeks_of_sales", "newest_sales_age")
    as_charged = [] if is_charged else cells_at("price")
    cost_from_sales = [] if rows.costs.count else cells_at("unit_cost", "margin")
    return [
        rows.prices.bearing_on(*cells_at("price", "listed", "price_age", "margin", "weekly_revenue"), "/entries"),
        rows.costs.bearing_on(*cells_at("unit_cost", "margin")),
        rows.product.bearing_on(*cells_at("margin")),
        rows.channel.bearing_on(*cells_at("margin")),
        rows.sold.bearing_on(*sold, *as_charged, *cost_from_sales, "/newest_sales_age"),
    ]


def _days_since(session: BrandSession, moment: datetime | None) -> int | None:
    return None if moment is None else (session.ctx.known_until - moment).days


def _age(session: BrandSession, moment: datetime | None) -> Cell | None:
    return None if moment is None else cells.days(max((session.ctx.known_until - moment).days, 0))


def _priced(session: BrandSession, now: Situation, span: sold.SalesSpan | None, units: int) -> PricedProduct:
    margin = now.margin_bps(now.price.amount_minor)
    lacking = _lacking(now, span)
    return PricedProduct(
        sku=now.product.sku,
        title=now.product.title,
        zone=now.zone,
        price=cells.money(now.price.amount_minor, now.currency),
        valid_since=now.price.valid_from.date().isoformat(),
        price_age=cells.days((session.ctx.known_until - now.price.valid_from).days),
        unit_cost=None if now.unit_cost_minor is None else cells.money(now.unit_cost_minor, now.currency),
        margin=now.margin(now.price.amount_minor),
        listed=None if now.listed_minor is None else cells.money(now.listed_minor, now.currency),
        approved=now.is_approved,
        weekly_contribution=_weekly_contribution(now, units),
        below_floor=margin is not None and margin < now.rules.min_margin_bps,
        weekly_units=cells.units_a_week(units),
        weekly_revenue=cells.money(units * now.price.amount_minor, now.currency),
        weeks_of_sales=cells.weeks(span.periods if span else 0),
        newest_sales_age=_age(session, span.last_end if span else None),
        enough_data=not lacking,
        reasons=reason_keys("pricing", lacking),
    )


def _weekly_contribution(now: Situation, units: int) -> Cell | None:
    if now.unit_cost_minor is None:
        return None
    return cells.money(units * (now.price.amount_minor * now.terms.kept_share - now.unit_cost_minor), now.currency)


def _lacking(now: Situation, span: sold.SalesSpan | None) -> list[str]:
    short = {
        "no_sales": span is None,
        "too_few_weeks": span is not None and span.periods < DataFloor().weeks,
        "no_unit_cost": now.unit_cost_minor is None,
    }
    return [reason for reason, holds in short.items() if holds]


def price_corridor(session: BrandSession, env: ToolEnv, args: PriceArguments) -> ToolAnswer:
    """Tell which prices the brand's rules allow today for one product in one channel: the lowest that keeps the margin
    floor, the corridor round the year's reference price, the largest change a day; and what competitors ask."""
    now = situation_of(session, env, args.sku, args.channel, args.zone)
    corridor = corridor_of(session, env, now)
    result = _corridor_view(now, corridor, _competitors(session, now))
    return ToolAnswer(
        result, (*sources_of(session, env, now), selected(session, "competitor_price", product_id=now.product.id))
    )


def _corridor_view(now: Situation, corridor: Corridor, competitors: list[CompetitorView]) -> PriceCorridor:
    def amount(minor: int | None) -> Cell | None:
        return None if minor is None else cells.money(minor, now.currency)

    margin = now.margin_bps(now.price.amount_minor)
    some = corridor.low_minor <= corridor.high_minor
    return PriceCorridor(
        sku=now.product.sku,
        channel=now.channel.code,
        zone=now.zone,
        price=cells.money(now.price.amount_minor, now.currency),
        margin=now.margin(now.price.amount_minor),
        margin_floor=cells.rate(now.rules.min_margin_bps),
        floor_price=amount(corridor.floor_minor),
        reference_price=cells.money(corridor.reference_minor, now.currency),
        corridor_low=cells.money(corridor.year_low_minor, now.currency),
        corridor_high=cells.money(corridor.year_high_minor, now.currency),
        day_limit=cells.rate(corridor.day_limit_bps),
        day_low=cells.money(corridor.day_low_minor, now.currency),
        day_high=cells.money(corridor.day_high_minor, now.currency),
        allowed_low=amount(corridor.low_minor if some else None),
        allowed_high=amount(corridor.high_minor if some else None),
        below_floor=margin is not None and margin < now.rules.min_margin_bps,
        competitors=competitors,
    )


def _competitors(session: BrandSession, now: Situation) -> list[CompetitorView]:
    price = now.price.amount_minor
    return [
        CompetitorView(
            competitor=row.competitor,
            price=cells.money(row.amount_minor, row.currency),
            observed=row.observed_at.date().isoformat(),
            gap=cells.rate(share_bps(row.amount_minor - price, price)),
        )
        for row in reads.last_competitor_prices(session, now.product.id)
        if row.currency == now.currency
    ]


def price_history(session: BrandSession, env: ToolEnv, args: PriceArguments) -> ToolAnswer:
    """Tell what one product's price in one channel was before, newest first (the last fifty amounts), since when each,
    and whether it was imported, observed, or set by an action."""
    now = situation_of(session, env, args.sku, args.channel, args.zone)
    changes = list(reads.price_changes_since(session, now.price.price_id, _BEGINNING))[::-1]
    prices = [
        PastPrice(
            price=cells.money(row.amount_minor, row.currency), since=row.valid_from.isoformat(), source=row.source
        )
        for row in changes[:_CHANGES_SHOWN]
    ]
    result = PriceChanges(
        sku=now.product.sku,
        channel=now.channel.code,
        zone=now.zone,
        changes=cells.count(len(changes)),
        prices=prices,
    )
    return ToolAnswer(result, (selected(session, "price_history", price_id=now.price.price_id),))
