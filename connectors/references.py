"""What rows refer to by code, found by id: SKUs, channels, locations, customers, orders."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, String, Uuid, any_, literal, select
from sqlmodel import col

from store.session import BrandSession
from store.tables import Channel, Customer, Invoice, Location, Order, Price, Product, StockItem, Supplier

_SOURCES: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "product": (Product, ("sku",)),
    "channel": (Channel, ("code",)),
    "location": (Location, ("code",)),
    "supplier": (Supplier, ("code",)),
    "customer": (Customer, ("code",)),
    "order": (Order, ("number",)),
    "invoice": (Invoice, ("number",)),
    "price": (Price, ("product_id", "channel_id", "zone")),
    "stock item": (StockItem, ("product_id", "location_id")),
}


class References:
    """Knows the ids of what was looked up in one brand. Ids never change, so what is known stays known."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._known: dict[str, dict[Any, UUID]] = {kind: {} for kind in _SOURCES}

    def look_up(self, session: BrandSession, kind: str, keys: Iterable[tuple[Any, ...]]) -> None:
        """Learn the ids of these keys, as far as they are there, by one query for those that are not known yet."""
        known = self._known[kind]
        asked = {key for key in keys if key not in known}
        if not asked:
            return
        table, names = _SOURCES[kind]
        columns = [col(getattr(table, name)) for name in names]
        # Each part of a composite key by itself: what else they find together is there, too.
        conditions = [
            column == any_(literal(list(set(values)), ARRAY(Uuid if isinstance(values[0], UUID) else String)))
            for column, values in zip(columns, zip(*asked, strict=True), strict=True)
        ]
        for found in session.execute(select(col(table.id), *columns).where(*conditions)):
            known[tuple(found[1:])] = found[0]

    def find(self, kind: str, *key: Any) -> UUID:
        """Raises ValueError, in words for the row's author, where none was found."""
        found = self._known[kind].get(key)
        if found is None:
            raise ValueError(f"there is no {kind} {' / '.join(map(str, key))}")
        return found

    def maybe(self, kind: str, key: Any) -> UUID | None:
        """The id for a key that may be left empty."""
        return None if key is None else self.find(kind, key)
