"""Checksums of rows, computed by the database: provenance is compared by them."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal
from sqlalchemy.dialects.postgresql import array

from store.tables import BrandOwned

CHECKSUM_BITS = 128
_HALF = CHECKSUM_BITS // 2
_HALVES = (0, 1)
"""Seeds of the two hashes of a row."""


def checksum_halves(table: type[BrandOwned]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Sums of two 64-bit hashes of rows: they can be added up over parts, in any order.

    PostgreSQL's hash of records stays the same over its versions, as hash partitions rest on it.
    """
    row = func.row(*(getattr(table, name) for name in sorted(table.model_fields)))
    first, second = (func.coalesce(func.sum(func.hash_record_extended(row, seed)), literal(0)) for seed in _HALVES)
    return first, second


def row_checksum(table: type[BrandOwned]) -> ColumnElement[Any]:
    """The two hashes of a single row, as an array."""
    row = func.row(*(getattr(table, name) for name in sorted(table.model_fields)))
    return array([func.hash_record_extended(row, seed) for seed in _HALVES])


def checksum_of(first: int, second: int) -> str:
    """The checksum of rows by the sums of their two hashes, in hexadecimal."""
    digits = _HALF // 4
    return "".join(f"{int(half) % 2**_HALF:0{digits}x}" for half in (first, second))
