"""Every product of the brand, by id."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from store.session import BrandSession
from store.snapshot import read_once
from store.tables import Product


@read_once
def products_by_id(session: BrandSession) -> Mapping[UUID, Product]:
    return {row.id: row for row in session.scalars(select(Product))}
