"""The bulk loader: many rows of one table at once, inside the brand, twice without effect."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from psycopg import Connection

from domain.errors import BrandScopeBroken
from store.bulk_statements import Statements, Target, nullable_key, statements_for
from store.session import BrandSession, raw_connection

FEW = 1_000
"""Up to so many rows, making and dropping a staging table costs more than sending them as one document."""

_OWN = ("brand_id", "id", "recorded_at")
Row = Sequence[Any]


@dataclass
class LoadResult:
    """How many rows were loaded or changed, how many stood there already, and the positions of those in conflict."""

    loaded: int = 0
    duplicates: int = 0
    conflicts: list[int] = field(default_factory=list)


def load_rows(session: BrandSession, target: Target, rows: Sequence[Row]) -> LoadResult:
    """Load rows given in the order of `target.columns`, their values typed. Facts carry `known_at` among them.

    Each row gets the Context's brand, a new id and the Context's time. A second row of a key is a duplicate where it
    says the same. Within the rows it is a conflict where it says something else; against what stands there it is one
    where the table is append-only. Raises BrandScopeBroken for columns that are the loader's own.
    """
    if forbidden := set(target.columns) & set(_OWN):
        raise BrandScopeBroken(f"{', '.join(sorted(forbidden))} cannot be loaded: the loader fills it in")
    if not rows:
        return LoadResult()
    firsts = _Firsts(target, rows)
    loaded, contradicting = 0, set[int]()
    for empty, positions in _by_emptiness(target, rows, firsts.positions).items():
        done, against = _load(session, statements_for(target, empty), rows, positions)
        loaded += done
        contradicting.update(against)
    conflicts = firsts.conflicts(contradicting)
    return LoadResult(loaded, len(rows) - loaded - len(conflicts), conflicts)


class _Firsts:
    """The rows that are the first of their key, and those that repeat one."""

    def __init__(self, target: Target, rows: Sequence[Row]) -> None:
        key, said = _picker(target, target.key), _picker(target, target.compared)
        first_of: dict[Any, int] = {}
        self._repeats: list[tuple[int, int, bool]] = []
        for position, row in enumerate(rows):
            first = first_of.setdefault(key(row), position)
            if first != position:
                self._repeats.append((position, first, said(row) == said(rows[first])))
        self.positions = list(first_of.values())

    def conflicts(self, contradicting: set[int]) -> list[int]:
        """Positions of rows that contradict the table or an earlier row, or repeat a row that contradicts the table."""
        repeats = [at for at, first, same in self._repeats if not same or first in contradicting]
        return sorted([*contradicting, *repeats])


def _picker(target: Target, names: Sequence[str]) -> Callable[[Row], Any]:
    places = [target.columns.index(name) for name in names]
    return itemgetter(*places) if places else lambda _row: ()


def _by_emptiness(
    target: Target, rows: Sequence[Row], positions: Sequence[int]
) -> Mapping[frozenset[str], Sequence[int]]:
    """The rows by which columns of their key are NULL."""
    nullable = [(name, target.columns.index(name)) for name in nullable_key(target)]
    if not nullable:
        return {frozenset(): positions}
    by_emptiness: defaultdict[frozenset[str], list[int]] = defaultdict(list)
    for position in positions:
        row = rows[position]
        by_emptiness[frozenset(name for name, place in nullable if row[place] is None)].append(position)
    return by_emptiness


def _load(
    session: BrandSession, statements: Statements, rows: Sequence[Row], positions: Sequence[int]
) -> tuple[int, Iterable[int]]:
    """How many rows were changed or added, and the positions of those that contradict what stands there."""
    new_id = session.ctx.new_id
    staged = ((position, new_id(), *rows[position]) for position in positions)
    scope = {"brand": session.ctx.brand_id, "now": session.ctx.now()}
    connection: Connection[Any] = raw_connection(session).connection.driver_connection  # type: ignore[assignment]
    with connection.cursor() as cursor:
        how = _load_few if len(positions) <= FEW else _load_many
        changed, added, against = how(cursor, statements, staged, scope)
    return changed + added, against


def _load_few(cursor: Any, statements: Statements, staged: Iterable[Row], scope: Mapping[str, Any]) -> Any:
    document = json.dumps([dict(zip(statements.staged, row, strict=True)) for row in staged], default=str)
    return cursor.execute(statements.load_document, {**scope, "rows": document}, prepare=True).fetchone()


def _load_many(cursor: Any, statements: Statements, staged: Iterable[Row], scope: Mapping[str, Any]) -> Any:
    cursor.execute(statements.create_staging)
    with cursor.copy(statements.copy_into_staging) as copy:
        copy.set_types(statements.types)
        for row in staged:
            copy.write_row(row)
    counts = cursor.execute(statements.load_staging, scope).fetchone()
    cursor.execute(statements.drop_staging)
    return counts
