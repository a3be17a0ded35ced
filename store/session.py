"""Sessions that cannot leave their brand: reads are filtered, writes are stamped and checked, the rest is refused."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID
from weakref import WeakSet

from sqlalchemy import Column, Delete, Insert, Select, Update, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria
from sqlalchemy.orm.context import FromStatement
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.selectable import TableClause
from sqlmodel import col

from domain.context import Context
from domain.errors import BrandScopeBroken
from store.tables.audit import AuditHead
from store.tables.base import BrandOwned, BrandWall, Fact, KnownWall
from store.tables.brand import Brand

if TYPE_CHECKING:
    from store.snapshot import Snapshot


class BrandSession(Session):
    """One brand, one Context, one transaction. Made by `Database.begin` and `Database.read`.

    Within another session's transaction it is a savepoint: what fails here is rolled back by both, each its own. One
    that is `joined` to it only reads, and ends nothing.
    """

    brand_filter = True
    mail_from: str | None = None
    """The sender of mail of this installation; None where no mail server is set."""
    snapshot: "Snapshot | None" = None
    """What the run that this session serves has read already; None where each read is made anew."""

    def __init__(self, bind: Any, ctx: Context, *, joined: bool = False) -> None:
        mode = "rollback_only" if joined else "create_savepoint"
        super().__init__(bind, expire_on_commit=False, autobegin=True, join_transaction_mode=mode)
        self.ctx = ctx
        self.kept: dict[str, Any] | None = {} if joined else None
        """For what is read once, where nothing can change meanwhile."""
        self._own = _walls_of(ctx.brand_id)
        self._known: tuple[datetime, Any] | None = None

    def walls(self) -> tuple[Any, ...]:
        """The criteria that keep a statement within the brand and its moment."""
        known_until = self.ctx.known_until
        if self._known is None or self._known[0] != known_until:
            known = with_loader_criteria(KnownWall, lambda cls: cls.known_at <= known_until, include_aliases=True)
            self._known = known_until, known
        return (*self._own, self._known[1])

    def connection(self, *args: Any, **kwargs: Any) -> Connection:
        """Refused: a bare connection would pass by the brand's filter."""
        raise _refused("a bare connection")

    def bulk_save_objects(self, *args: Any, **kwargs: Any) -> None:
        """Refused: bulk rows go through `store.bulk`."""
        raise _refused("bulk_save_objects")

    def bulk_insert_mappings(self, *args: Any, **kwargs: Any) -> None:
        """Refused: bulk rows go through `store.bulk`."""
        raise _refused("bulk_insert_mappings")

    def bulk_update_mappings(self, *args: Any, **kwargs: Any) -> None:
        """Refused: bulk rows go through `store.bulk`."""
        raise _refused("bulk_update_mappings")


@lru_cache(maxsize=256)
def _walls_of(brand_id: UUID) -> tuple[Any, ...]:
    """The criteria that keep a statement within a brand: made once, as making them costs more than most statements."""
    return (
        with_loader_criteria(Brand, col(Brand.id) == brand_id, include_aliases=True),
        with_loader_criteria(AuditHead, col(AuditHead.brand_id) == brand_id, include_aliases=True),
        with_loader_criteria(BrandWall, lambda cls: cls.brand_id == brand_id, include_aliases=True),
    )


class PlatformSession(Session):
    """For what stands above brands: people, memberships, logins. Refuses every brand-owned table."""

    def __init__(self, bind: Any, user_id: str = "") -> None:
        super().__init__(bind, expire_on_commit=False)
        self.user_id = user_id


def raw_connection(session: Session) -> Connection:
    """The connection below a session, for the store's own bulk loader and locks only."""
    return Session.connection(session)


def _refused(statement: str) -> BrandScopeBroken:
    return BrandScopeBroken(f"{statement} is refused in a brand's session", remedy="Write it as an ORM statement.")


def _unscoped(element: Any) -> str | None:
    """Why this part of a statement would escape the brand's filter, if it would."""
    if isinstance(element, TextClause):
        return "text SQL"
    if isinstance(element, FromStatement):
        return "from_statement"
    if isinstance(element, ColumnClause) and element.is_literal and element.name != "*":
        return "a literal column"
    if isinstance(element, Select):
        joins = (target for target, *_ in element._setup_joins)
        return next(filter(None, map(_core_part, (*element._raw_columns, *element._from_obj, *joins))), None)
    return None


def _core_part(root: Any) -> str | None:
    """The Core table or column below a SELECT's columns, FROM or joins, which no loader criteria would reach."""
    if isinstance(root, Select | TextClause):
        return None
    if "parententity" in getattr(root, "_annotations", {}):
        return None
    if isinstance(root, TableClause):
        return f"the Core table {root.name}"
    if isinstance(root, Column) and root.table is not None:
        return _core_part(root.table)
    return next(filter(None, map(_core_part, root.get_children())), None)


_passed: WeakSet[Any] = WeakSet()
"""SELECTs that were looked through: one never changes, so that what a caller keeps for reuse is looked through once."""


def _check_statement(state: ORMExecuteState) -> None:
    statement = state.statement
    if statement in _passed:
        return
    if isinstance(statement, FromStatement) or not state.is_orm_statement:
        raise _refused("a statement that is not an ORM statement")
    if isinstance(statement, Insert):
        raise _refused("a bulk INSERT")
    for mapper in state.all_mappers:
        if not issubclass(mapper.class_, BrandOwned | Brand | AuditHead):
            raise _refused(f"reading {mapper.class_.__name__}, which no brand owns,")
    if isinstance(statement, Update | Delete):
        _check_bulk_change(state, statement)
    for element in visitors.iterate(cast(Any, statement)):
        if reason := _unscoped(element):
            raise _refused(reason)
    if isinstance(statement, Select):
        _passed.add(statement)


def _check_bulk_change(state: ORMExecuteState, statement: Update | Delete) -> None:
    if isinstance(state.parameters, list):
        raise _refused("an UPDATE by a list of keys")
    values: Iterable[Any] = getattr(statement, "_values", None) or ()
    if any(getattr(column, "key", column) == "brand_id" for column in values):
        raise _refused("changing a row's brand")


@event.listens_for(BrandSession, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    session = state.session
    assert isinstance(session, BrandSession)
    _check_statement(state)
    if not session.brand_filter:
        return
    state.statement = state.statement.options(*session.walls())


@event.listens_for(BrandSession, "before_flush")
def _stamp(session: BrandSession, *_: Any) -> None:
    for row in session.new:
        _stamp_new(session.ctx, row)
    for row in (*session.dirty, *session.deleted):
        _check_owner(session.ctx, row)


def _stamp_new(ctx: Context, row: Any) -> None:
    if not isinstance(row, BrandOwned):
        if isinstance(row, AuditHead) and row.brand_id == ctx.brand_id:
            return
        raise _refused(f"writing {type(row).__name__}, which no brand owns,")
    if row.brand_id is None:
        row.brand_id = ctx.brand_id
    if row.id is None:
        row.id = ctx.new_id()
    if isinstance(row, Fact):
        row.recorded_at = row.recorded_at or ctx.now()
        row.known_at = row.known_at or ctx.now()
    _check_owner(ctx, row)


def _check_owner(ctx: Context, row: Any) -> None:
    if row.brand_id != ctx.brand_id:
        raise BrandScopeBroken(f"{type(row).__name__} belongs to another brand", remedy="One session, one brand.")


@event.listens_for(BrandSession, "after_begin")
def _enter_brand(session: BrandSession, _transaction: SessionTransaction, connection: Connection) -> None:
    """Tell PostgreSQL the brand, for its row-level security: the second wall."""
    connection.exec_driver_sql("select set_config('mhos.brand_id', %s, true)", (str(session.ctx.brand_id),))


@event.listens_for(PlatformSession, "after_begin")
def _enter_user(session: PlatformSession, _transaction: SessionTransaction, connection: Connection) -> None:
    connection.exec_driver_sql("select set_config('mhos.user_id', %s, true)", (session.user_id,))


@event.listens_for(PlatformSession, "do_orm_execute")
def _refuse_brand_rows(state: ORMExecuteState) -> None:
    if not state.is_orm_statement or any(issubclass(mapper.class_, BrandOwned) for mapper in state.all_mappers):
        raise BrandScopeBroken("a platform session does not read a brand's rows", remedy="Open a brand's session.")


@event.listens_for(PlatformSession, "before_flush")
def _refuse_brand_writes(session: PlatformSession, *_: Any) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, BrandOwned):
            raise BrandScopeBroken("a platform session does not write a brand's rows", remedy="Open a brand's session.")
