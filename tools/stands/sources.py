"""Sources of the numbers about stands: the rows behind each."""

from collections.abc import Iterator, Sequence

from store.reads import stands as reads
from store.reads.stock import levels as stock
from store.session import BrandSession
from tools.sources import RowSelection, selected, selected_each
from tools.stands.book import StandBook


def sources_of_stands(session: BrandSession, book: StandBook) -> tuple[RowSelection, ...]:
    """The rows behind a list of stands: each one's own behind its numbers."""
    return (*_of_stands(session, book, ()), _rules(session, book, ("/trip_fixed", "/trip_stop")))


def sources_of_refills(session: BrandSession, book: StandBook) -> tuple[RowSelection, ...]:
    """The rows behind advice about trips: a stand's own behind its numbers, and all of them behind the trips."""
    ids = [place.id for place in stock.warehouses(session)]
    items = sorted(reads.shelves_at(session, ids).values())
    products = sorted({shelf.product.id for stand in book.stands for shelf in stand.shelves})
    return (
        *_of_stands(session, book, ("/trips",)),
        _rules(session, book, ("/trips", "/stands")),
        selected(session, "inventory_movement", stock_item_id=items).bearing_on("/trips", "/stands"),
        selected(session, "product", id=products).bearing_on("/trips", "/stands"),
        selected(session, "product_cost", product_id=products).bearing_on("/trips", "/stands"),
    )


def sources_of_trends(session: BrandSession, book: StandBook) -> tuple[RowSelection, ...]:
    """Each stand is compared with all others, so that all of their rows stand behind each number."""
    ids = [stand.place.id for stand in book.stands]
    items = sorted(reads.shelves_at(session, ids).values())
    return (
        selected(session, "location", id=ids),
        selected(session, "sales_fact", location_id=ids),
        selected(session, "inventory_movement", stock_item_id=items),
        selected(session, "stand_visit", location_id=ids),
        selected(session, "stand_bonus", location_id=ids),
        _rules(session, book, ("/stands",)),
    )


def _rules(session: BrandSession, book: StandBook, about: Sequence[str]) -> RowSelection:
    return selected(session, "brand_rules", version=str(book.rules.version)).bearing_on(*about)


def _of_stands(session: BrandSession, book: StandBook, also: Sequence[str]) -> Iterator[RowSelection]:
    ids = [stand.place.id for stand in book.stands]
    shelves = reads.shelves_at(session, ids)
    places = selected_each(session, "location", "id", ids)
    sales = selected_each(session, "sales_fact", "location_id", ids)
    orders = selected_each(session, "stand_refill_order", "location_id", ids)
    moved = {}
    for place in ids:
        items = sorted(item for (stand, _), item in shelves.items() if stand == place)
        moved[place] = selected(session, "inventory_movement", stock_item_id=items)
    for at, place in enumerate(ids):
        about = (f"/stands/{at}", *also)
        yield from (rows[place].bearing_on(*about) for rows in (places, sales, orders, moved))
