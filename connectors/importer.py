"""Loads a folder of CSV files into a brand: all or nothing, or the good rows; again changes nothing twice."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from connectors.brand_file import BrandProfile, read_brand_file
from connectors.files import CsvFile, find_files
from connectors.layout import LAYOUT
from connectors.observed_prices import derive_prices
from connectors.plan import Source, planned
from connectors.references import References
from connectors.targets import TARGETS, FileTarget
from domain.actor import Permission
from domain.context import Context
from domain.errors import Conflict, DomainError, ImportRejected
from store.audit import append_audit
from store.bulk import load_rows
from store.database import Database
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import BrandRules, ImportBatch

BATCH = 5_000
MOST_REJECTED = 1_000
Progress = Callable[[str, int, int], None]
Founding = Callable[[], AbstractContextManager[BrandSession]]


@dataclass(frozen=True)
class Rejected:
    """A row that was not loaded, and why."""

    file: str
    line: int
    reason: str


@dataclass
class ImportResult:
    """What came of an import: every row read was loaded, was a duplicate of what is there, or was rejected.

    `rows_rejected` names the first thousand, `rejected` counts them all. `rows_derived` were made besides: what a row
    names in passing (a purchase its customer), and prices observed in sales.
    """

    brand: str
    rows_read: int = 0
    rows_loaded: int = 0
    rows_duplicate: int = 0
    rows_derived: int = 0
    rejected: int = 0
    rows_rejected: list[Rejected] = field(default_factory=list)

    def reject(self, file: str, line: int, reason: str) -> None:
        self.rejected += 1
        if len(self.rows_rejected) < MOST_REJECTED:
            self.rows_rejected.append(Rejected(file, line, reason))

    def as_document(self) -> dict[str, Any]:
        self.rows_rejected.sort(key=lambda row: (row.file, row.line))
        return asdict(self)


def import_folder(
    ctx: Context,
    database: Database,
    folder: Path,
    mapping: Path | None = None,
    *,
    keep_good: bool = False,
    progress: Progress | None = None,
    founding: Founding | None = None,
) -> ImportResult:
    """Load every file of the folder that the layout, or the mapping, knows.

    All or nothing by default: one bad row and ImportRejected names it, with nothing written. With `keep_good` the good
    rows are committed batch by batch, so an import that was killed goes on where it was. Raises Forbidden, InvalidInput
    for files that cannot be read, Conflict where the brand keeps its books in another currency.

    `founding` opens the transaction that makes a new brand: it then exists only if the import does.
    """
    ctx.require(Permission.DATA_IMPORT)
    profile = read_brand_file(folder, mapping)
    files = find_files(folder)
    sources = planned(folder, files, mapping)
    if founding is not None and keep_good:
        with founding():
            pass  # its batches are committed one by one, so the brand has to be there before
    run = _Import(ctx, database, progress or (lambda *_: None), keep_good, founding)
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
        self, ctx: Context, database: Database, progress: Progress, keep_good: bool, founding: Founding | None
    ) -> None:
        self._ctx, self._database, self._progress, self._keep_good = ctx, database, progress, keep_good
        self._founding = founding
        self._result = ImportResult(ctx.brand)
        self._whole: BrandSession | None = None

    def load(self, sources: Sequence[Source], profile: BrandProfile, observed: bool, files_sha256: str) -> ImportResult:
        with self._all_or_nothing():
            with self._session() as session:
                self._check_currency(session, profile)
            named = {source.name: source for source in sources if not source.inline}
            for source in sources:
                self._load_source(source, profile.currency, is_main=named.get(source.name) is source)
            self._raise_rejected()
            with self._session() as session:
                if observed:
                    self._result.rows_derived += derive_prices(session, profile.currency)
                self._close(session, profile, files_sha256)
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

    def _raise_rejected(self) -> None:
        if self._keep_good or not self._result.rejected:
            return
        raise ImportRejected(
            f"{self._result.rejected} of {self._result.rows_read} rows do not fit; nothing was loaded.",
            remedy="Correct them, or load the others with --keep-good.",
            brand=self._ctx.brand,
            rows_read=self._result.rows_read,
            rows_loaded=0,
            rows_rejected=self._result.as_document()["rows_rejected"],
        )

    def _load_source(self, source: Source, currency: str, *, is_main: bool) -> None:
        """`is_main` is the last reading of a file, which makes of its rows what they are."""
        batch: list[tuple[int, dict[str, Any]]] = []
        for line, row, done in source.rows():
            self._result.rows_read += is_main
            if isinstance(row, str):
                self._result.reject(source.name, line, row)
            else:
                batch.append((line, row))
            if len(batch) >= BATCH:
                self._load_batch(source, batch, currency, is_main)
                self._progress(source.name, done, source.size)
                batch = []
        self._load_batch(source, batch, currency, is_main)
        self._progress(source.name, source.size, source.size)

    def _load_batch(
        self, source: Source, batch: Sequence[tuple[int, dict[str, Any]]], currency: str, is_main: bool
    ) -> None:
        if not batch:
            return
        goal = TARGETS[source.becomes]
        with self._session() as session:
            refs = self._references(session, currency)
            valid = self._valid(source, batch)
            if goal.first is not None:
                valid = self._load_first(session, source, goal, valid, refs)
            ready = self._ready(source, valid, lambda row: goal.values(row, refs))
            loaded = load_rows(session, goal.target, [values for _, _, values in ready])
            for position in loaded.conflicts:
                self._result.reject(source.name, ready[position][0], "another row of this key says something else")
            if goal.also is not None:
                good = [row for at, (_, row, _) in enumerate(ready) if at not in set(loaded.conflicts)]
                load_rows(session, goal.also[0], [leg for row in good for leg in goal.also[1](row, refs)])
        if is_main:
            self._result.rows_loaded += loaded.loaded
            self._result.rows_duplicate += loaded.duplicates
        else:
            self._result.rows_derived += loaded.loaded
        if goal.teaches:
            self._refs.forget(goal.teaches)

    def _references(self, session: BrandSession, currency: str) -> References:
        self._now = session
        if not hasattr(self, "_refs"):
            self._refs = References(lambda: self._now, currency)
        return self._refs

    def _valid(self, source: Source, batch: Sequence[tuple[int, dict[str, Any]]]) -> list[tuple[int, Any]]:
        model = LAYOUT[source.becomes]
        try:
            rows = _adapter(model).validate_python([row for _, row in batch])
            return list(zip((line for line, _ in batch), rows, strict=True))
        except ValidationError:
            return [(line, row) for line, raw in batch if (row := self._one(source, line, raw)) is not None]

    def _one(self, source: Source, line: int, raw: dict[str, Any]) -> Any:
        try:
            return LAYOUT[source.becomes].model_validate(raw)
        except ValidationError as error:
            self._result.reject(source.name, line, "; ".join(_sentence(entry) for entry in error.errors()))
            return None

    def _load_first(
        self, session: BrandSession, source: Source, goal: FileTarget, valid: list[tuple[int, Any]], refs: References
    ) -> list[tuple[int, Any]]:
        """What the rows hang on (a price list entry, a stock item), made where it is not there yet."""
        assert goal.first is not None
        target, values, kind = goal.first
        ready = self._ready(source, valid, lambda row: values(row, refs))
        width = len(target.key)
        newest: dict[Any, tuple[Any, ...]] = {}
        for _, _, value in sorted(ready, key=lambda entry: entry[2][-1]):
            newest[value[:width]] = value
        load_rows(session, target, list(newest.values()))
        refs.forget(kind)
        return [(line, row) for line, row, _ in ready]

    def _ready(
        self, source: Source, valid: Sequence[tuple[int, Any]], values: Callable[[Any], tuple[Any, ...]]
    ) -> list[tuple[int, Any, tuple[Any, ...]]]:
        ready = []
        for line, row in valid:
            try:
                ready.append((line, row, values(row)))
            except (ValueError, DomainError) as error:
                self._result.reject(source.name, line, str(error))
        return ready

    def _close(self, session: BrandSession, profile: BrandProfile, files_sha256: str) -> None:
        _adopt_rules(session, profile)
        numbers: dict[str, Any] = {
            "rows_read": self._result.rows_read,
            "rows_loaded": self._result.rows_loaded,
            "rows_rejected": self._result.rejected,
        }
        session.add(ImportBatch(source=profile.name, files_sha256=files_sha256, created_at=self._ctx.now(), **numbers))
        append_audit(session, "import.loaded", files_sha256, numbers)


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


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(model: type[Any]) -> TypeAdapter[Any]:
    if model not in _adapters:
        _adapters[model] = TypeAdapter(list[model])  # type: ignore[valid-type]  # pyright: ignore[reportInvalidTypeForm]
    return _adapters[model]


def _sentence(entry: Any) -> str:
    where = ".".join(str(part) for part in entry["loc"]) or "row"
    given = entry.get("input")
    quoted = f" (not {given[:60]!r})" if isinstance(given, str) and given else ""
    return f"{where}: {entry['msg'].removeprefix('Value error, ')}{quoted}"


__all__ = ["CsvFile", "ImportResult", "Rejected", "import_folder"]
