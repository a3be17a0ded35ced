"""Looks for numbers that nobody may know: in text, however they are rounded, and in bytes as they are kept."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from simulation.truth import Truth
from simulation.world import World

SEEN_BY_THE_BRAND = {"unit_cost", "base_price", "supplier", "category", "stand_range"}
DIGITS = 7
"""Significant digits from which on a number in a text is compared. Amounts of money have fewer; a few thousand hidden
numbers would be met by chance at four or five."""
_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:[eE][-+]?\d+)?")


def hidden_numbers(truth: Truth) -> np.ndarray:
    """Every number of the truth that the brand cannot see in its own books and that has enough digits to be known."""
    hidden = [getattr(truth, each.name) for each in fields(Truth) if each.name not in SEEN_BY_THE_BRAND]
    return _telling(hidden)


def hidden_state(world: World) -> np.ndarray:
    """Absolute values, sorted, of the demand state that shows nowhere: shocks, pantries, partners, goodwill, rivals."""
    stands = world.stands
    partners = (stands.deviation, stands.effort, stands.display, stands.most_effort, stands.most_display)
    state = (world._shock, world._common_shock, world._pantry, world._adstock, world.rivals.own, *partners)
    return _telling(state)


def _telling(arrays: Iterable[Any]) -> np.ndarray:
    values = np.concatenate([np.ravel(np.asarray(array, dtype=float)) for array in arrays])
    values = np.abs(values[values != 0])
    return np.unique([value for value in values if _digits(repr(float(value))) >= DIGITS])


def _digits(number: str) -> int:
    mantissa = re.split("[eE]", number)[0]
    return len(mantissa.lstrip("-").replace(".", "").lstrip("0"))


class Search:
    """A search for numbers; `compared` counts what had enough digits to be looked at."""

    def __init__(self, numbers: np.ndarray) -> None:
        self._sorted = np.sort(numbers)
        self.compared = 0

    def text(self, said: str) -> list[str]:
        """The numbers in a text that are one of those looked for, rounded to the digits that are written."""
        return [number for number in _NUMBER.findall(said) if self._is_searched_for(number)]

    def bytes(self, kept: bytes) -> list[float]:
        """The numbers that stand anywhere in bytes as a float of eight of them, in either order."""
        if len(kept) < 8:
            return []
        windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(kept, dtype=np.uint8), 8).copy()
        self.compared += len(windows)
        with np.errstate(invalid="ignore"):
            values = np.abs(np.concatenate([windows.view(order).ravel() for order in (">f8", "<f8")]).astype(float))
        return values[np.isin(values, self._sorted)].tolist()

    def _is_searched_for(self, number: str) -> bool:
        if _digits(number) < DIGITS:
            return False
        self.compared += 1
        value, exponent = abs(float(number)), Decimal(number).as_tuple().exponent
        half = 0.5000001 * 10.0 ** int(exponent) + abs(value) * 1e-15
        at = int(np.searchsorted(self._sorted, value - half))
        return at < self._sorted.size and bool(self._sorted[at] <= value + half)


Connection = psycopg.Connection[tuple[Any, ...]]


def tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'public' "
        "and table_type = 'BASE TABLE' and table_name <> 'alembic_version' order by 1"
    )
    return [name for (name,) in rows]


def columns(connection: Connection) -> list[tuple[str, str, str]]:
    """(table, column, type) of every business table."""
    rows = connection.execute(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'"
    )
    named = set(tables(connection))
    return [row for row in rows.fetchall() if row[0] in named]


def leaked_numbers(connection: Connection, search: Search) -> dict[str, list[str]]:
    """By table, the numbers looked for that stand in any of its columns."""
    return {table: leaks for table in tables(connection) if (leaks := list(_leaks(connection, table, search)))}


def _leaks(connection: Connection, table: str, search: Search) -> Iterator[str]:
    for (row,) in connection.execute(sql.SQL("select to_jsonb(t)::text from {} t").format(sql.Identifier(table))):
        yield from search.text(row)
    for name, column, kind in columns(connection):
        if name == table and kind == "bytea":
            query = sql.SQL("select {} from {}").format(sql.Identifier(column), sql.Identifier(table))
            for (kept,) in connection.execute(query):
                yield from map(str, search.bytes(kept or b""))
