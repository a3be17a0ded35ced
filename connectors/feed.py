"""Takes in rows that another system pushes: the layout's files from memory, all or nothing, twice without effect."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.layout import LAYOUT
from connectors.loading import ImportResult, Loading, Raw, record_batch, refuse_rejected
from domain.actor import Permission
from domain.context import Context
from domain.errors import InvalidInput
from store.database import Database
from store.reads.settings import brand_of

BATCH = 20_000
Row = Mapping[str, Any]
Files = Mapping[str, Sequence[Row]]


def deliver(ctx: Context, database: Database, source: str, files: Files) -> ImportResult:
    """Load the rows of the layout's files, given by the files' names, in one transaction.

    A row maps columns of the layout to values, typed or written as in a CSV file; amounts are in the brand's currency.
    A column that is absent, None or empty takes its default. `source` names the system that delivers. Raises Forbidden,
    InvalidInput for a file that the layout does not have, ImportRejected with file and position (from 1) of bad rows.
    """
    ctx.require(Permission.DATA_IMPORT)
    if unknown := sorted(set(files) - set(LAYOUT)):
        raise InvalidInput(f"{unknown[0]!r} is no file of the layout.", remedy=f"Known: {', '.join(LAYOUT)}.")
    result = ImportResult(ctx.brand)
    with database.begin(ctx) as session:
        loading = Loading(result, brand_of(session).currency)
        for name in (name for name in LAYOUT if name in files):
            rows = files[name]
            result.rows_read += len(rows)
            for start in range(0, len(rows), BATCH):
                loading.load_batch(session, name, name, _filled(name, rows, start, start + BATCH))
        refuse_rejected(result, "Correct what is named, and deliver all of it again.")
        record_batch(session, source, _fingerprint(files), result, fires=True)
    return result


def _filled(name: str, rows: Sequence[Row], start: int, end: int) -> list[Raw]:
    """Some of the rows by position, without what is empty and has a default."""
    optional = {column for column, field in LAYOUT[name].model_fields.items() if not field.is_required()}
    return [
        (at, _without_empty(row, optional) if None in (values := row.values()) or "" in values else dict(row))
        for at, row in enumerate(rows[start:end], start=start + 1)
    ]


def _without_empty(row: Row, optional: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in optional or value not in (None, "")}


def _fingerprint(files: Files) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode())
        for start in range(0, len(files[name]), BATCH):
            digest.update(repr(files[name][start : start + BATCH]).encode())
    return digest.hexdigest()
