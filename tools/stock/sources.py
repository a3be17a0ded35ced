"""Sources of the numbers about suppliers and their products: the rows behind each."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import Supplier
from tools.sources import RowSelection, selected, selected_each
from tools.stock.book import StockBook

TOTALS = ("/ordered_lines", "/units", "/amount", "/gain", "/gain_low", "/gain_high", "/coverage")
"""The cells of an order as a whole."""


def sources_of_suppliers(session: BrandSession, suppliers: Sequence[Supplier]) -> tuple[RowSelection, ...]:
    """The rows behind a list of suppliers: each one's own behind its numbers, and the accounts behind the cash."""
    ids = [supplier.id for supplier in suppliers]
    own = selected_each(session, "supplier", "id", ids)
    offers = selected_each(session, "supplier_offer", "supplier_id", ids)
    orders = selected_each(session, "purchase_order", "supplier_id", ids)
    return (
        *(
            rows[supplier_id].bearing_on(f"/suppliers/{at}")
            for at, supplier_id in enumerate(ids)
            for rows in (own, offers, orders)
        ),
        _accounts(session).bearing_on("/cash"),
    )


def sources_of_advice(
    session: BrandSession, book: StockBook, supplier: Supplier, products: Mapping[UUID, Sequence[str]]
) -> tuple[RowSelection, ...]:
    """The rows behind a supplier's advice. `products` says by product which cells its rows bear on."""
    totals = ("/lead_time", "/horizon", *TOTALS)
    return (
        selected(session, "supplier", id=supplier.id).bearing_on(*totals),
        *_of_products(session, book, supplier, products),
        selected(session, "purchase_order", supplier_id=supplier.id).bearing_on(*totals),
    )


def sources_of_shelf(
    session: BrandSession, book: StockBook, supplier: Supplier, product: UUID
) -> tuple[RowSelection, ...]:
    """The rows behind how long one product lasts, and who would bring more."""
    return (
        selected(session, "supplier", id=supplier.id),
        *_of_products(session, book, supplier, {product: ()}),
        selected(session, "purchase_order", supplier_id=supplier.id),
    )


def _of_products(
    session: BrandSession, book: StockBook, supplier: Supplier, products: Mapping[UUID, Sequence[str]]
) -> Iterator[RowSelection]:
    items = reads.items_at(session, [place.id for place in book.places])
    items_of: dict[UUID, list[UUID]] = {product: [] for product in products}
    for item, product in items.items():
        if product in items_of:
            items_of[product].append(item)
    offers = selected_each(session, "supplier_offer", "product_id", products, supplier_id=supplier.id)
    by_product = (
        offers,
        selected_each(session, "product", "id", products),
        selected_each(session, "purchase_order", "product_id", products),
    )
    moved = selected_each(
        session, "inventory_movement", "stock_item_id", [at for ids in items_of.values() for at in ids]
    )
    sold = selected_each(session, "sales_fact", "product_id", products)
    moved_prices = {
        product: dict.fromkeys(book.stock[product].own.price_ids) if product in book.stock else {}
        for product in products
    }
    priced = selected_each(session, "price_history", "price_id", [at for ids in moved_prices.values() for at in ids])
    for product, about in products.items():
        yield from (rows[product].bearing_on(*about) for rows in by_product)
        yield from (moved[item].bearing_on(*about) for item in items_of[product])
        yield sold[product].bearing_on(*about)
        yield from (priced[price_id].bearing_on(*about) for price_id in moved_prices[product])


def _accounts(session: BrandSession) -> RowSelection:
    return selected(session, "bank_balance", account=reads.accounts(session))
