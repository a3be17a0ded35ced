"""A period's sales as lines of contribution: what the finance tools and questions about metrics both count in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from analytics.finance.margins import BookedSales, Contribution, contribution
from store.reads.finance.books import ChannelProductSales
from store.reads.pricing.prices import sale_terms
from store.tables import Channel, Product


def lines_of(
    rows: Sequence[ChannelProductSales], products: Mapping[UUID, Product], places: Mapping[UUID, Channel]
) -> tuple[list[Contribution], list[Contribution]]:
    """The lines whose cost is known, and those of which no sale says what it had cost (as if it were nothing)."""
    known = [row for row in rows if row.product_id in products and row.channel_id in places]
    lines = [(row.costed_units > 0, _line(row, products[row.product_id], places[row.channel_id])) for row in known]
    return [line for costed, line in lines if costed], [line for costed, line in lines if not costed]


def _line(row: ChannelProductSales, product: Product, channel: Channel) -> Contribution:
    """Units whose cost is not known are taken at the cost of the others; what came back is taken off, its cost too."""
    sold = _booked(row, row.units, row.charged_minor, product, channel)
    if not row.returned_units:
        return sold
    back = _booked(row, row.returned_units, row.returned_minor, product, channel)
    return replace(
        sold,
        units=sold.units - back.units,
        refunds_net_minor=back.list_net_minor,
        fees_minor=sold.fees_minor - back.fees_minor,
        variable_minor=sold.variable_minor - back.variable_minor,
    )


def _booked(
    row: ChannelProductSales, units: int, charged_minor: int, product: Product, channel: Channel
) -> Contribution:
    cost = round(row.cost_minor / row.costed_units * units) if row.costed_units else 0
    return contribution(
        BookedSales(
            product=product.sku,
            channel=channel.code,
            units=units,
            list_minor=max(charged_minor, 0),
            unit_cost_minor=0,
            variable_minor=cost,
            terms=sale_terms(product, channel),
        )
    )
