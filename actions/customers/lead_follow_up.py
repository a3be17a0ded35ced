"""`lead.follow_up`: a task for a person to get back to a lead, its withdrawal, and whether it helped to win."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.customers import LEAD_FOLLOW_UP, LeadFollowUp, LeadFollowUpFacts
from domain.errors import Conflict, InvalidInput
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.message import Message, message
from domain.money import format_minor
from domain.prediction import Outcome, Prediction
from store.leases import lock_row
from store.reads.customers import leads as reads
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import Lead, Task

OPEN, CANCELLED = "open", "cancelled"


class LeadFollowUpHandler:
    """The handler of `lead.follow_up`."""

    kind: ActionKind = LEAD_FOLLOW_UP

    def lock(self, session: BrandSession, action: LeadFollowUp) -> None:
        lock_row(session, Lead, reads.lead_by_code(session, action.lead).id)

    def look(self, session: BrandSession, action: LeadFollowUp, prediction: Prediction | None) -> Look:
        lead, rules = reads.lead_by_code(session, action.lead), rules_of(session)
        if action.currency != lead.currency:
            raise InvalidInput(f"The lead counts in {lead.currency}, not {action.currency}.")
        facts = LeadFollowUpFacts(
            amount_minor=lead.value_minor,
            is_closed=not reads.is_open(session, lead),
            is_in_hand=lead.next_step_at is not None and lead.next_step_at >= session.ctx.known_until,
            owner_gate_minor=rules.owner_gate_minor,
        )
        closed = int(facts.is_closed)
        worth = ShownFact(value=lead.value_minor, tolerance=lead.value_minor // 10, unit=f"{lead.currency}.minor")
        return Look(
            subject=action.subject,
            preview=_preview(session, lead, action),
            shown={"worth": worth, "closed": ShownFact(value=closed, unit="count", promised=True)},
            guard_facts=facts,
            risk="low",
        )

    def apply(self, session: BrandSession, action: LeadFollowUp, source: str) -> Sequence[RowChange]:
        lead: Lead = reads.lead_by_code(session, action.lead)
        due, before = _due(session, action), _state(lead)
        task = Task(
            id=session.ctx.new_id(), title=f"Get back to lead {lead.code}", assignee="sales", due_at=due, status=OPEN
        )
        lead.next_step_at = due
        lead.followed_up_at = lead.followed_up_at or due
        session.add(task)
        session.flush()
        return [
            RowChange(table="lead", id=lead.id, before=before, after=_state(lead)),
            RowChange(table="task", id=task.id, before=None, after={"status": OPEN, "due_at": due.isoformat()}),
        ]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        rows = {change["table"]: change for change in changes}
        lead: Lead | None = lock_row(session, Lead, UUID(rows["lead"]["id"]))
        task: Task | None = lock_row(session, Task, UUID(rows["task"]["id"]))
        if lead is None or task is None or _state(lead) != rows["lead"]["after"]:
            raise Conflict("The lead's next step has been changed since.", remedy="Change it by hand.")
        if task.status != OPEN:
            raise Conflict(f"The task is {task.status}, so it cannot be withdrawn any more.")
        before = rows["lead"]["before"]
        lead.next_step_at = _moment(before["next_step_at"])
        lead.followed_up_at = _moment(before["followed_up_at"])
        task.status = CANCELLED
        session.flush()
        return [
            RowChange(table="lead", id=lead.id, before=rows["lead"]["after"], after=_state(lead)),
            RowChange(table="task", id=task.id, before=rows["task"]["after"], after={"status": CANCELLED}),
        ]

    def measure(
        self, session: BrandSession, action: LeadFollowUp, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.customers.lead_outcome import measure_follow_up  # brings numpy along, which no other step needs

        return measure_follow_up(session, action, until)


def _due(session: BrandSession, action: LeadFollowUp) -> datetime:
    return session.ctx.now() + timedelta(days=action.within_days)


def _state(lead: Lead) -> dict[str, str | None]:
    moments = {"next_step_at": lead.next_step_at, "followed_up_at": lead.followed_up_at}
    return {"code": lead.code, **{name: None if at is None else at.isoformat() for name, at in moments.items()}}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _preview(session: BrandSession, lead: Lead, action: LeadFollowUp) -> Preview:
    worth, due = format_minor(lead.value_minor, lead.currency), _due(session, action)
    step, silent = lead.next_step_at, (session.ctx.now() - (lead.last_contact_at or lead.opened_at)).days
    return Preview(
        title=f"Have a person get back to lead {lead.code} ({worth}) by {due:%-d %B %Y}",
        changes=(
            PreviewLine(
                field=Message(key="customers.preview.next_step"),
                before=Message(key="customers.preview.nothing")
                if step is None
                else message("common.day", day=step.date()),
                after=message("customers.preview.with_task", day=due.date()),
            ),
        ),
        amount_minor=lead.value_minor,
        currency=lead.currency,
        blast_radius=message("customers.preview.lead_reach", brand=brand_of(session).name, day=lead.opened_at.date()),
        undo=Message(key="customers.preview.lead_undo"),
        told=Told(
            numbers={"worth": money_cell(lead.value_minor, lead.currency), "silent": Cell(value=silent, unit="days")}
        ),
        puts_in=message("customers.preview.lead_puts_in", day=due.date()),
        if_no=message("customers.preview.lead_if_no", silent=Cell(value=silent, unit="days")),
    )
