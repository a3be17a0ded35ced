"""What rows refer to by code, found by id: SKUs, channels, locations, customers, orders."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
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
    """Looks codes up in one brand. What was loaded since is found after `forget`."""

    def __init__(self, open_session: Callable[[], BrandSession], currency: str) -> None:
        self._open_session = open_session
        self.currency = currency
        self._known: dict[str, dict[Any, UUID]] = {}

    def forget(self, kind: str) -> None:
        """Read this kind again when it is next asked for."""
        self._known.pop(kind, None)

    def find(self, kind: str, *key: Any) -> UUID:
        """Raises ValueError, in words for the row's author, where there is none."""
        found = self._all(kind).get(key)
        if found is None:
            raise ValueError(f"there is no {kind} {' / '.join(map(str, key))}")
        return found

    def maybe(self, kind: str, key: Any) -> UUID | None:
        """The id for a key that may be left empty."""
        return None if key is None else self.find(kind, key)

    def _all(self, kind: str) -> dict[Any, UUID]:
        if kind not in self._known:
            table, key = _SOURCES[kind]
            columns = [col(getattr(table, name)) for name in key]
            rows = self._open_session().execute(select(col(table.id), *columns)).all()
            self._known[kind] = {tuple(row[1:]): row[0] for row in rows}
        return self._known[kind]
