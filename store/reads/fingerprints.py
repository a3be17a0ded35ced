"""Bytes and hashes of rows, computed by the database; provenance is kept by them."""

from typing import Any

from sqlalchemy import ColumnElement, func

from store.tables import BrandOwned


def row_bytes(table: type[BrandOwned]) -> ColumnElement[Any]:
    """All columns of a row in PostgreSQL's binary form, independent of the session's time zone and language."""
    return func.record_send(func.row(*(getattr(table, name) for name in sorted(table.model_fields))))


def hash_of(content: ColumnElement[Any]) -> ColumnElement[str]:
    """SHA-256 of bytes, in hexadecimal."""
    return func.encode(func.sha256(content), "hex")
