"""Loads a folder of CSV files into a brand: all or nothing, or the good rows; again changes nothing twice."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from connectors.brand_file import BrandProfile, read_brand_file
from connectors.files import CsvFile, find_files
from connectors.loading import ImportResult, Loading, Raw, Rejected, record_batch, refuse_rejected
from connectors.observed_prices import derive_prices
from connectors.plan import Source, planned
from connectors.targets import TARGETS
from domain.actor import Permission
from domain.context import Context
from domain.errors import Conflict
from store.database import Database
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.statistics import refresh_statistics
from store.tables import BrandRules

BATCH = 5_000
LARGE = 5_000
"""Rows from which an import changes what is fast to ask of the tables that it fills."""
Progress = Callable[[str, int, int], None]
Founding = Callable[[], AbstractContextManager[BrandSession]]


def import_folder(
    ctx: Context,
    database: Database,
    folder: Path,
    mapping: Path | None = None,
    *,
    keep_good: bool = False,
    progress: Progress | None = None,
    founding: Founding | None = None,
    fires: bool = False,
) -> ImportResult:
    """Load every file of the folder that the layout, or the mapping, knows.

    All or nothing by default: one bad row and ImportRejected names it, with nothing written. With `keep_good` the good
    rows are committed batch by batch, so an import that was killed goes on where it was. Raises Forbidden, InvalidInput
    for files that cannot be read, Conflict where the brand keeps its books in another currency.

    What it brings wakes no rule, unless it `fires`: then low stock and the like are told as they are seen.

    `founding` opens the transaction that makes a new brand: it then exists only if the import does.
    """
    ctx.require(Permission.DATA_IMPORT)
    profile = read_brand_file(folder, mapping)
    files = find_files(folder)
    sources = planned(folder, files, mapping)
    if founding is not None and keep_good:
        with founding():
            pass  # its batches are committed one by one, so the brand has to be there before
    run = _Import(ctx, database, profile.currency, progress or (lambda *_: None), keep_good, founding, fires)
    return run.load(sources, profile, _observed(mapping), _fingerprint(files))


def _observed(mapping: Path | None) -> bool:
    from connectors.mapping import read_mapping

    return mapping is not None and read_mapping(mapping).prices is not None


def _fingerprint(files: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        with path.open("rb") as file:
            digest.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()


class _Import:
    """One import under way."""

    def __init__(
        self,
        ctx: Context,
        database: Database,
        currency: str,
        progress: Progress,
        keep_good: bool,
        founding: Founding | None,
        fires: bool,
    ) -> None:
        self._ctx, self._database, self._progress, self._keep_good = ctx, database, progress, keep_good
        self._founding, self._fires = founding, fires
        self._result = ImportResult(ctx.brand)
        self._loading = Loading(self._result, currency)
        self._whole: BrandSession | None = None

    def load(self, sources: Sequence[Source], profile: BrandProfile, observed: bool, files_sha256: str) -> ImportResult:
        with self._all_or_nothing():
            with self._session() as session:
                self._check_currency(session, profile)
            named = {source.name: source for source in sources if not source.inline}
            for source in sources:
                self._load_source(source, is_main=named.get(source.name) is source)
            if not self._keep_good:
                refuse_rejected(self._result, "Correct them, or load the others with --keep-good.")
            with self._session() as session:
                if observed:
                    self._result.rows_derived += derive_prices(session, profile.currency)
                self._close(session, profile, files_sha256)
        if self._result.rows_loaded + self._result.rows_derived >= LARGE:
            becomes = {source.becomes for source in sources} | ({"prices"} if observed else set())
            refresh_statistics(self._database, (table for name in becomes for table in TARGETS[name].tables))
        return self._result

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        if self._keep_good:
            yield
            return
        with self._founding() if self._founding else self._database.begin(self._ctx) as session:
            self._whole = session
            yield

    @contextmanager
    def _session(self) -> Iterator[BrandSession]:
        """The one transaction of the whole import, or a transaction of its own."""
        if self._whole is not None:
            yield self._whole
            return
        with self._database.begin(self._ctx) as session:
            yield session

    def _check_currency(self, session: BrandSession, profile: BrandProfile) -> None:
        brand = brand_of(session)
        if brand.currency != profile.currency:
            raise Conflict(
                f"{brand.slug} keeps its books in {brand.currency}; these files are in {profile.currency}.",
                remedy="Import them into a brand of their own.",
            )

    def _load_source(self, source: Source, *, is_main: bool) -> None:
        """`is_main` is the last reading of a file, which makes of its rows what they are."""
        batch: list[Raw] = []
        for line, row, done in source.rows():
            self._result.rows_read += is_main
            if isinstance(row, str):
                self._result.reject(source.name, line, row)
            else:
                batch.append((line, row))
            if len(batch) >= BATCH:
                self._load_batch(source, batch, is_main)
                self._progress(source.name, done, source.size)
                batch = []
        self._load_batch(source, batch, is_main)
        self._progress(source.name, source.size, source.size)

    def _load_batch(self, source: Source, batch: Sequence[Raw], is_main: bool) -> None:
        if not batch:
            return
        with self._session() as session:
            self._loading.load_batch(session, source.name, source.becomes, batch, is_main=is_main)

    def _close(self, session: BrandSession, profile: BrandProfile, files_sha256: str) -> None:
        _adopt_rules(session, profile)
        record_batch(session, profile.name, files_sha256, self._result, fires=self._fires)


def _adopt_rules(session: BrandSession, profile: BrandProfile) -> None:
    """A new version of the rules only where the file says something else than the newest."""
    wanted = profile.rules.as_columns(profile.currency)
    rules = rules_of(session)
    if all(getattr(rules, name) == value for name, value in wanted.items()):
        return
    own = {"brand_id", "id", "version", "author", "reason", "created_at"}
    merged: dict[str, Any] = rules.model_dump(exclude=own) | wanted
    session.add(
        BrandRules(
            version=rules.version + 1,
            author=session.ctx.actor.label,
            reason="brand.yaml",
            created_at=session.ctx.now(),
            **merged,
        )
    )


__all__ = ["CsvFile", "ImportResult", "Rejected", "import_folder"]
