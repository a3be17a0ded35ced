"""How people read a price: with VAT, as on the shelf, or net, as dealers have it."""

from domain.figure import money_cell
from domain.message import Message, message
from store.tables import Channel


def price_with_vat(channel: Channel, amount_minor: int, currency: str) -> Message:
    """`€13.99 incl. VAT`, `€7.30 net`."""
    key = "pricing.price.incl_vat" if channel.prices_include_vat else "pricing.price.net"
    return message(key, list_price=money_cell(amount_minor, currency))
