"""Group commit: what several threads append for one brand at the same moment is committed in one transaction."""

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import Insert, insert

from domain.context import Context
from domain.errors import OutcomeUnknown, StoreUnavailable
from store.session import BrandSession, raw_connection
from store.tables import BrandOwned
from store.transaction import transaction

T = TypeVar("T")


class Batch:
    """A transaction that several works share. Rows are written at its end, table by table, in the order of appending.

    `session` is for reading and locks; its Context is that of one of those who share the transaction.
    """

    def __init__(self, session: BrandSession) -> None:
        self.session = session
        self._rows: dict[tuple[type[BrandOwned], bool], list[dict[str, Any]]] = {}
        self._read: dict[Hashable, Any] = {}

    def append(self, table: type[BrandOwned], values: Mapping[str, Any], *, unless_there: bool = False) -> None:
        """Write a row, every column of it given but the brand. With `unless_there`, one of the same key is left."""
        row = {"brand_id": self.session.ctx.brand_id, **values}
        self._rows.setdefault((table, unless_there), []).append(row)

    def once(self, name: Hashable, make: Callable[[], T]) -> T:
        """The value read under this name for another work of this transaction, else the one that `make` gives now."""
        if name not in self._read:
            self._read[name] = make()
        value: T = self._read[name]
        return value

    def write(self) -> None:
        """Send what was appended so far, so that what follows in this transaction can read it."""
        connection = raw_connection(self.session)
        for (table, unless_there), rows in self._rows.items():
            connection.execute(_insert(table.__table__, unless_there), rows)  # type: ignore[attr-defined]
        self._rows.clear()


def columns_of(row: BrandOwned) -> dict[str, Any]:
    """A row that has its id as `Batch.append` takes it."""
    columns = type(row).__table__.columns  # type: ignore[attr-defined]
    return {column.key: getattr(row, column.key) for column in columns if column.key != "brand_id"}


@cache
def _insert(table: Any, unless_there: bool) -> Insert:
    statement = insert(table)
    return statement.on_conflict_do_nothing() if unless_there else statement


Work = Callable[[Batch], T]
"""What one thread wants done in the shared transaction. May be run twice, as what fails for one is undone for all."""


class _Waiting(Generic[T]):
    """A work, who wants it, and what came of it."""

    def __init__(self, ctx: Context, work: Work[T], awaited: bool) -> None:
        self.ctx, self.work, self.awaited = ctx, work, awaited
        self.done = False
        self.result: T | None = None
        self.error: BaseException | None = None

    def ended(self) -> T:
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]


class GroupCommit:
    """One brand's. Who comes while a transaction is under way waits, and is committed with the next one.

    Works are done in the order in which they were handed in.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: list[_Waiting[Any]] = []
        self._failed: dict[UUID, BaseException] = {}
        """What went wrong with works that nobody waited for, by the actor that is still to be told."""
        self._queueing, self._committing = Lock(), Lock()

    def commit(self, ctx: Context, work: Work[T]) -> T:
        """Do the work, and return once it is committed, with all that its actor had handed in before.

        Raises what these works or their rows raise, and nobody else's.
        """
        mine = self._enqueued(ctx, work, awaited=True)
        with self._committing:
            if not mine.done:
                self._commit_queue()
        self._raise_failure_of(ctx)
        return mine.ended()

    def soon(self, ctx: Context, work: Work[Any]) -> None:
        """Have the work done with the next commit, before it; where it fails, its actor's next commit raises that."""
        self._enqueued(ctx, work, awaited=False)

    def flush(self, ctx: Context) -> None:
        """Return once all that was handed in is committed. Raises what works of this actor raised."""
        with self._committing:
            if self._queue:
                self._commit_queue()
        self._raise_failure_of(ctx)

    def _enqueued(self, ctx: Context, work: Work[T], *, awaited: bool) -> _Waiting[T]:
        waiting = _Waiting(ctx, work, awaited)
        with self._queueing:
            self._queue.append(waiting)
        return waiting

    def _raise_failure_of(self, ctx: Context) -> None:
        with self._queueing:
            failure = self._failed.pop(ctx.actor.id, None)
        if failure is not None:
            raise failure

    def _commit_queue(self) -> None:
        with self._queueing:
            batch, self._queue = self._queue, []
        self._commit(batch)

    def _commit(self, batch: list[_Waiting[Any]]) -> None:
        try:
            results = self._through_a_loss(batch)
        except BaseException as error:  # noqa: BLE001  # whoever waits must be told, whatever it is
            alone = len(batch) == 1 or isinstance(error, StoreUnavailable) or not isinstance(error, Exception)
            for waiting in batch:
                if alone:
                    self._end(waiting, None, error)
                else:
                    self._commit([waiting])
            return
        for waiting, result in zip(batch, results, strict=True):
            self._end(waiting, result, None)

    def _through_a_loss(self, batch: list[_Waiting[Any]]) -> list[Any]:
        """The results, also where the database breaks off once: what is surely undone is done again."""
        try:
            return self._transaction(batch)
        except OutcomeUnknown:
            raise
        except StoreUnavailable:
            return self._transaction(batch)

    def _transaction(self, batch: list[_Waiting[Any]]) -> list[Any]:
        with transaction(BrandSession(self._engine, batch[-1].ctx)) as session:
            shared = Batch(session)
            results = [waiting.work(shared) for waiting in batch]
            shared.write()
            return results

    def _end(self, waiting: _Waiting[Any], result: Any, error: BaseException | None) -> None:
        waiting.done, waiting.result, waiting.error = True, result, error
        if error is not None and not waiting.awaited:
            with self._queueing:
                self._failed.setdefault(waiting.ctx.actor.id, error)


class GroupCommits:
    """The group commits of a process, one for each brand."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = Lock()
        self._by_brand: dict[UUID, GroupCommit] = {}

    def of(self, brand_id: UUID) -> GroupCommit:
        """The brand's."""
        with self._guard:
            if brand_id not in self._by_brand:
                self._by_brand[brand_id] = GroupCommit(self._engine)
            return self._by_brand[brand_id]
