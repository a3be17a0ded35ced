"""What rows say, as bytes and hashes that the database computes: provenance is kept by them, whatever their number."""

from typing import Any

from sqlalchemy import ColumnElement, func

from store.tables import BrandOwned


def row_bytes(table: type[BrandOwned]) -> ColumnElement[Any]:
    """All that a row says, in PostgreSQL's binary form, which the zone and the language of a session do not change."""
    return func.record_send(func.row(*(getattr(table, name) for name in sorted(table.model_fields))))


def hash_of(said: ColumnElement[Any]) -> ColumnElement[str]:
    """SHA-256 of bytes, in hexadecimal."""
    return func.encode(func.sha256(said), "hex")
