"""Loads rows of the layout into a brand, batch by batch: checked, resolved, booked, or rejected by file and line."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from operator import itemgetter
from typing import Any

from pydantic import TypeAdapter, ValidationError

from connectors.layout import LAYOUT
from connectors.references import References
from connectors.targets import LEDGER, TARGETS, FileTarget, Filling, booked
from domain.errors import DomainError, ImportRejected
from store.audit import append_audit
from store.bulk import load_rows
from store.outbox import emit
from store.session import BrandSession
from store.tables import ImportBatch

MOST_REJECTED = 1_000
Raw = tuple[int, dict[str, Any]]
Valid = tuple[int, Any]
Ready = tuple[int, Any, tuple[Any, ...]]


@dataclass(frozen=True)
class Rejected:
    """A row that was not loaded, and why."""

    file: str
    line: int
    reason: str


@dataclass
class ImportResult:
    """The result of an import: every row read was loaded, was a duplicate of one that is there, or was rejected.

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


class Loading:
    """Batches on their way into one brand, counted in `result`."""

    def __init__(self, result: ImportResult, currency: str) -> None:
        self.result = result
        self._refs = References(currency)

    def load_batch(
        self, session: BrandSession, file: str, becomes: str, batch: Sequence[Raw], *, is_main: bool = True
    ) -> None:
        """Load rows of `file` as the layout's `becomes`.

        `is_main` is the last reading of a file, which makes of its rows what they are.
        """
        if not batch:
            return
        goal, refs = TARGETS[becomes], self._refs
        valid = self._valid(file, becomes, batch)
        for column, kind in goal.named.items():
            named = {getattr(row, column) for _, row in valid}
            refs.look_up(session, kind, [(key,) for key in named if key is not None])
        if goal.parent is not None:
            valid = self._load_parents(session, file, goal, goal.parent, valid)
        ready = self._ready(file, valid, goal.main)
        loaded = load_rows(session, goal.target, [values for _, _, values in ready])
        for position in loaded.conflicts:
            self.result.reject(file, ready[position][0], "another row of this key says something else")
        if goal.booking is not None:
            conflicts = set(loaded.conflicts)
            good = (row for at, (_, row, _) in enumerate(ready) if at not in conflicts)
            load_rows(session, LEDGER, list(booked(goal.booking, good, refs.currency)))
        if is_main:
            self.result.rows_loaded += loaded.loaded
            self.result.rows_duplicate += loaded.duplicates
        else:
            self.result.rows_derived += loaded.loaded

    def _valid(self, file: str, becomes: str, batch: Sequence[Raw]) -> list[Valid]:
        model = LAYOUT[becomes]
        try:
            rows = _adapter(model).validate_python([row for _, row in batch])
            return list(zip((line for line, _ in batch), rows, strict=True))
        except ValidationError:
            return [
                (line, row) for line, raw in batch if (row := self._validated(file, becomes, line, raw)) is not None
            ]

    def _validated(self, file: str, becomes: str, line: int, raw: dict[str, Any]) -> Any:
        try:
            return LAYOUT[becomes].model_validate(raw)
        except ValidationError as error:
            self.result.reject(file, line, "; ".join(_sentence(entry) for entry in error.errors()))
            return None

    def _load_parents(
        self, session: BrandSession, file: str, goal: FileTarget, parent: Filling, valid: Sequence[Valid]
    ) -> list[Valid]:
        """The rows whose parent (a price list entry, a stock item) is there, or was made."""
        ready = self._ready(file, valid, parent)
        width, newer_by = len(parent.target.key), parent.target.newer_by
        values = [values for _, _, values in ready]
        if newer_by is not None:
            values.sort(key=itemgetter(parent.target.columns.index(newer_by)))
        newest = {row_values[:width]: row_values for row_values in values}
        load_rows(session, parent.target, list(newest.values()))
        self._refs.look_up(session, goal.parent_kind, newest)
        return [(line, row) for line, row, _ in ready]

    def _ready(self, file: str, valid: Sequence[Valid], filling: Filling) -> list[Ready]:
        try:
            values = filling.rows([row for _, row in valid], self._refs)
            return [(line, row, row_values) for (line, row), row_values in zip(valid, values, strict=True)]
        except (ValueError, DomainError):
            return list(self._ready_one_by_one(file, valid, filling))

    def _ready_one_by_one(self, file: str, valid: Sequence[Valid], filling: Filling) -> Iterator[Ready]:
        """The rows that fit, where some do not: those are rejected."""
        for line, row in valid:
            try:
                yield line, row, next(filling.rows([row], self._refs))
            except (ValueError, DomainError) as error:
                self.result.reject(file, line, str(error))


def refuse_rejected(result: ImportResult, remedy: str) -> None:
    """Raises ImportRejected, which names the rows, where there are any; the caller's transaction ends with it."""
    if not result.rejected:
        return
    raise ImportRejected(
        f"{result.rejected} of {result.rows_read} rows do not fit; nothing was loaded.",
        remedy=remedy,
        brand=result.brand,
        rows_read=result.rows_read,
        rows_loaded=0,
        rows_rejected=result.as_document()["rows_rejected"],
    )


def record_batch(session: BrandSession, source: str, sha256: str, result: ImportResult, *, fires: bool) -> None:
    """The one batch and the one audit row that an import leaves."""
    numbers: dict[str, Any] = {
        "rows_read": result.rows_read,
        "rows_loaded": result.rows_loaded,
        "rows_rejected": result.rejected,
    }
    session.add(ImportBatch(source=source, files_sha256=sha256, fires=fires, created_at=session.ctx.now(), **numbers))
    append_audit(session, "import.loaded", sha256, numbers)
    if fires:
        emit(session, "import.loaded", sha256, {"source": source, **numbers})


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
