"""A product's prices over the brand's channels: what stands the wrong way round, and how far a price may move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

from analytics.pricing.channel_ladder import BrokenRung, ChannelRole, Rung, broken_rungs, edges
from domain.pricing import SaleTerms
from store.reads.pricing import prices as reads
from store.reads.pricing import promotions as sold
from store.reads.pricing.charged import prices_in_force
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Channel, Product
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.pricing.arguments import SkuArguments
from tools.pricing.ladder_results import BrokenView, ChannelLadder, RungView
from tools.reasons import reason_keys
from tools.sources import selected


@dataclass(frozen=True)
class Ladders:
    """Every product's rungs by product, and what the own shop usually asks for a unit of dealers' price with VAT."""

    rungs: Mapping[UUID, Sequence[Rung]]
    usual_markup: float | None
    price_ids: Mapping[UUID, Sequence[UUID]]


def channel_ladder(session: BrandSession, env: ToolEnv, args: SkuArguments) -> ToolAnswer:
    """Show a product's prices over the channels: as charged, without VAT, and what the brand keeps after the channel's
    fee; which channel is the own shop, a marketplace or the dealers' (told from VAT, fees and where sales happen); and
    where the ladder is broken: the own shop below what dealers resell at, a marketplace below the own shop, dealers at
    or above the shop's net price."""
    product = reads.product_by_sku(session, args.sku)
    ladders = ladders_of(session, env)
    rungs = ladders.rungs.get(product.id, ())
    titles = {channel.code: channel.title for channel in reads.channels(session)}
    roles_known = ladders.usual_markup is not None
    broken = broken_rungs(rungs, ladders.usual_markup or 1.0) if roles_known else []
    reasons = [] if roles_known else ["no_roles"]
    currency = brand_of(session).currency
    cost = reads.unit_cost_minor(session, product.id)
    view = ChannelLadder(
        sku=product.sku,
        title=product.title,
        currency=currency,
        status="told" if roles_known else "insufficient",
        reasons=reason_keys("pricing", reasons),
        usual_markup=cells.share(ladders.usual_markup - 1) if ladders.usual_markup else None,
        rungs=[_rung_view(rung, titles, cost, currency) for rung in rungs],
        broken=[_broken_view(rung, rungs, ladders.usual_markup or 1.0, currency) for rung in broken],
    )
    ids = [channel.id for channel in reads.channels(session)]
    sources = (
        selected(session, "price_history", price_id=list(ladders.price_ids.get(product.id, ()))),
        selected(session, "channel", id=ids),
        selected(session, "product", id=product.id),
        selected(session, "product_cost", product_id=product.id),
    )
    return ToolAnswer(view, sources)


def _rung_view(rung: Rung, titles: Mapping[str, str], cost: int | None, currency: str) -> RungView:
    return RungView(
        channel=rung.channel,
        title=titles.get(rung.channel, rung.channel),
        role=str(rung.role),
        price=cells.money(rung.price_minor, currency),
        net=cells.money(rung.net_minor, currency),
        kept=cells.money(rung.terms.kept_minor(rung.price_minor), currency),
        fee=cells.rate(rung.terms.fee_bps),
        margin=None if cost is None else cells.margin(rung.terms.margin(rung.price_minor, cost)),
    )


def _broken_view(broken: BrokenRung, rungs: Sequence[Rung], usual_markup: float, currency: str) -> BrokenView:
    by_code = {rung.channel: rung for rung in rungs}
    own, against = by_code[broken.channel], by_code[broken.against]
    resale = against.shelf_minor * usual_markup if against.role is ChannelRole.DEALERS else against.shelf_minor
    return BrokenView(
        kind=str(broken.kind),
        channel=broken.channel,
        against=broken.against,
        price=cells.money(own.shelf_minor if own.role is not ChannelRole.DEALERS else own.net_minor, currency),
        other=cells.money(against.net_minor if own.role is ChannelRole.DEALERS else resale, currency),
    )


def ladder_edges(
    session: BrandSession, env: ToolEnv, product: Product, channel: Channel
) -> tuple[int | None, int | None]:
    """The lowest and highest price in a channel that breaks the ladder no further; None where there is no bound."""
    ladders = ladders_of(session, env)
    rungs = ladders.rungs.get(product.id, ())
    if ladders.usual_markup is None or all(rung.channel != channel.code for rung in rungs):
        return None, None
    return edges(rungs, channel.code, ladders.usual_markup)


def ladders_of(session: BrandSession, env: ToolEnv) -> Ladders:
    """Every product's ladder, read once a run."""
    return env.once(("ladders",), lambda: _read(session))


def _read(session: BrandSession) -> Ladders:
    channels = reads.channels(session)
    roles = roles_of(session, channels)
    rungs: dict[UUID, list[Rung]] = {}
    price_ids: dict[UUID, list[UUID]] = {}
    vat = {product.id: product.vat_bps for product in sold.active_products(session)}
    for channel in channels:
        for (product, zone), price in prices_in_force(session, channel.id).items():
            if zone or product not in vat:
                continue
            terms = SaleTerms(vat[product] if channel.prices_include_vat else 0, channel.fee_bps)
            rung = Rung(channel.code, roles[channel.code], price.amount_minor, terms, vat[product])
            rungs.setdefault(product, []).append(rung)
            price_ids.setdefault(product, []).append(price.price_id)
    return Ladders(rungs, _usual_markup(rungs, roles), price_ids)


def roles_of(session: BrandSession, channels: Sequence[Channel]) -> dict[str, ChannelRole]:
    """Each channel's role by its code, as far as it can be told.

    Dealers are charged without VAT where others pay it; stands sell at locations; of the rest the one with the lowest
    fee is the own shop, and those with a higher one are marketplaces. With a single channel nothing is told apart.
    """
    retail = [channel for channel in channels if channel.prices_include_vat]
    at_places = sold.channels_at_places(session)
    online = [channel for channel in retail if channel.id not in at_places]
    lowest = min((channel.fee_bps for channel in online), default=0)
    shops = [channel for channel in online if channel.fee_bps == lowest]
    roles = {}
    for channel in channels:
        if len(channels) == 1 or not retail:
            role = ChannelRole.OTHER
        elif not channel.prices_include_vat:
            role = ChannelRole.DEALERS
        elif channel.id in at_places:
            role = ChannelRole.STANDS
        elif len(shops) == 1 and channel is shops[0]:
            role = ChannelRole.SHOP
        else:
            role = ChannelRole.MARKETPLACE if len(shops) == 1 else ChannelRole.OTHER
        roles[channel.code] = role
    return roles


def _usual_markup(rungs: Mapping[UUID, Sequence[Rung]], roles: Mapping[str, ChannelRole]) -> float | None:
    """The own shop's price over dealers' price with VAT, the median of all products; 1 without dealers.

    None where the brand has no own shop beside another channel.
    """
    if ChannelRole.SHOP not in roles.values() or len(roles) < 2:
        return None
    ratios = [
        shop.shelf_minor / dealers.shelf_minor
        for of_product in rungs.values()
        for shop in of_product
        for dealers in of_product
        if shop.role is ChannelRole.SHOP and dealers.role is ChannelRole.DEALERS
    ]
    return median(ratios) if ratios else 1.0
