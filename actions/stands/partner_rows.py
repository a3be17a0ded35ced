"""The rows behind a bonus or a visit to a stand's partner: found, booked, told as changes, called off."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actions.handler import RowChange
from domain.errors import Conflict, NotFound
from store.leases import lock_row
from store.reads import stands as reads
from store.session import BrandSession
from store.tables import ExpectedExpense, Location, StandBonusRow, StandVisitRow, Task

_TABLES: Mapping[str, type[Any]] = {
    "stand_bonus": StandBonusRow, "stand_visit": StandVisitRow, "expected_expense": ExpectedExpense, "task": Task
}  # fmt: skip


def stand_at(session: BrandSession, code: str) -> Location:
    return reads.stands_by_code(session, [code])[code]


def name_of(place: Location) -> str:
    return place.title or place.code


def risk_of(amount: int, owner_gate: int) -> str:
    return "high" if amount >= owner_gate else "low"


def expected_expense(
    session: BrandSession, category: str, amount: int, currency: str, when: datetime, source: str
) -> ExpectedExpense:
    return ExpectedExpense(
        id=session.ctx.new_id(),
        category=category,
        amount_minor=amount,
        currency=currency,
        expected_at=when,
        source=source,
    )


def row_change(row: Any, before: Mapping[str, Any] | None) -> RowChange:
    shown = ("share_bps", "cap_minor", "ends_at", "planned_at", "amount_minor", "cancelled_at", "status")
    after = {name: _plain(getattr(row, name)) for name in shown if hasattr(row, name)}
    return RowChange(table=row.__tablename__, id=row.id, before=before, after=after)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def called_off(session: BrandSession, changes: Sequence[Mapping[str, Any]]) -> list[RowChange]:
    now, row_changes = session.ctx.now(), list[RowChange]()
    for change in changes:
        row = lock_row(session, _TABLES[change["table"]], UUID(change["id"]))
        if row is None:
            raise NotFound("It is gone.")
        if isinstance(row, StandBonusRow):
            if row.ends_at <= now:
                raise Conflict("The bonus has ended already.")
            row.ends_at = now
        elif isinstance(row, Task):
            row.status = "cancelled"
        elif isinstance(row, StandVisitRow) and row.planned_at + timedelta(days=1) <= now:
            raise Conflict("The visit's day has passed, so it cannot be called off any more.")
        else:
            row.cancelled_at = now
        session.flush()
        row_changes.append(row_change(row, dict(change["after"])))
    return row_changes
