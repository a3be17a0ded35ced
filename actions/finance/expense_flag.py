"""`expense.flag`: let a person look at expenses that do not fit, and withdraw that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, NotFound
from domain.figure import money_cell
from domain.finance import EXPENSE_FLAG, ExpenseFlag, ExpenseFlagFacts
from domain.kind import ActionKind
from domain.message import Message, message, verbatim
from domain.money import format_minor
from domain.prediction import Outcome, Prediction
from store.leases import lock_row
from store.reads.finance import books as reads
from store.reads.settings import rules_of
from store.session import BrandSession
from store.tables import AuditHead, Expense, FlaggedExpense, Task

_TIME_TO_LOOK = timedelta(days=7)
OPEN, WITHDRAWN = "open", "withdrawn"


@dataclass(frozen=True)
class _Situation:
    expenses: Sequence[Expense]
    flagged: frozenset[UUID]

    @property
    def total_minor(self) -> int:
        return sum(row.amount_minor for row in self.expenses)


class ExpenseFlagHandler:
    """The handler of `expense.flag`."""

    kind: ActionKind = EXPENSE_FLAG

    def lock(self, session: BrandSession, action: ExpenseFlag) -> None:
        """Expenses are never changed, so two flags wait for each other at the audit's end."""
        session.scalars(select(AuditHead).with_for_update()).first()

    def look(self, session: BrandSession, action: ExpenseFlag, prediction: Prediction | None) -> Look:
        now, rules = _situation(session, action), rules_of(session)
        return Look(
            subject=action.subject,
            preview=_preview(now, action),
            shown={"amount": ShownFact(value=now.total_minor, unit=f"{action.currency}.minor", promised=True)},
            guard_facts=ExpenseFlagFacts(
                amount_minor=now.total_minor,
                already_flagged=any(row.id in now.flagged for row in now.expenses),
                owner_gate_minor=rules.owner_gate_minor,
            ),
            risk="low",
        )

    def apply(self, session: BrandSession, action: ExpenseFlag, source: str) -> Sequence[RowChange]:
        now = _situation(session, action)
        task = Task(id=session.ctx.new_id(), title=_title(now, action), due_at=session.ctx.now() + _TIME_TO_LOOK)
        session.add(task)
        session.flush()
        rows = [
            FlaggedExpense(
                id=session.ctx.new_id(), expense_id=row.id, task_id=task.id, reason=action.reason,
                flagged_at=session.ctx.now(), source=source,
            )
            for row in now.expenses
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        made = RowChange(table="task", id=task.id, before=None, after={"title": task.title, "status": task.status})
        return [made, *(RowChange(table="expense_flag", id=row.id, before=None, after=_values(row)) for row in rows)]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        return [_withdraw(session, change) for change in changes]

    def measure(
        self, session: BrandSession, action: ExpenseFlag, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.finance.expense_outcome import measure_flag  # brings numpy along, which no other step needs

        return measure_flag(session, action, since, until)


def _situation(session: BrandSession, action: ExpenseFlag) -> _Situation:
    expenses = reads.expenses_by_number(session, action.expenses)
    known = {row.external_id for row in expenses if (row.category, row.currency) == (action.category, action.currency)}
    if unknown := sorted(set(action.expenses) - known):
        raise NotFound(
            f"No expense {', '.join(unknown)} of {action.category} is known in {action.currency}.",
            remedy="See expenses.csv in docs/import.md.",
        )
    return _Situation(expenses, frozenset(row.expense_id for row in reads.flags(session)))


def _title(now: _Situation, action: ExpenseFlag) -> str:
    numbers = ", ".join(row.external_id for row in now.expenses)
    return f"Check {action.category}: {format_minor(now.total_minor, action.currency)} ({numbers})"


def _preview(now: _Situation, action: ExpenseFlag) -> Preview:
    total, count = format_minor(now.total_minor, action.currency), len(now.expenses)
    return Preview(
        title=f"Let a person look at {action.category}: {count} expense{'s' if count > 1 else ''}, {total}",
        changes=tuple(
            PreviewLine(
                field=verbatim(row.external_id),
                before=message(
                    "finance.preview.spent",
                    amount=money_cell(row.amount_minor, action.currency),
                    day=row.spent_at.date(),
                ),
                after=Message(key="finance.preview.marked"),
            )
            for row in now.expenses
        ),
        amount_minor=now.total_minor,
        currency=action.currency,
        blast_radius=message("finance.preview.flag_reach", total=money_cell(now.total_minor, action.currency)),
        undo=Message(key="finance.preview.flag_undo"),
        told=Told(numbers={"total": money_cell(now.total_minor, action.currency)}),
        puts_in=message("finance.preview.flag_puts_in", total=money_cell(now.total_minor, action.currency)),
        if_no=Message(key="finance.preview.flag_if_no"),
    )


def _values(row: FlaggedExpense) -> dict[str, Any]:
    withdrawn = None if row.withdrawn_at is None else row.withdrawn_at.isoformat()
    return {"expense_id": str(row.expense_id), "reason": row.reason, "withdrawn_at": withdrawn, "source": row.source}


def _withdraw(session: BrandSession, change: Mapping[str, Any]) -> RowChange:
    table = Task if change["table"] == "task" else FlaggedExpense
    row: Any = lock_row(session, table, UUID(change["id"]))
    if row is None:
        raise NotFound("What was marked is gone.")
    before = dict(change["after"])
    if isinstance(row, Task):
        if row.status != OPEN:
            raise Conflict(f"The task is {row.status} already.", remedy="Leave it: somebody has looked.")
        row.status = WITHDRAWN
        after = {"title": row.title, "status": row.status}
    else:
        row.withdrawn_at = session.ctx.now()
        after = _values(row)
    session.flush()
    return RowChange(table=change["table"], id=row.id, before=before, after=after)
