"""`lead.follow_up`: tasks for a person to get back to leads, their withdrawal, and whether that helped to win."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.customers import LEAD_FOLLOW_UP, LeadFollowUp, LeadFollowUpFacts
from domain.errors import Conflict, InvalidInput
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.message import Message, message, verbatim
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
        for lead in sorted((reads.lead_by_code(session, code) for code in action.leads), key=lambda row: row.id):
            lock_row(session, Lead, lead.id)

    def look(self, session: BrandSession, action: LeadFollowUp, prediction: Prediction | None) -> Look:
        now = _situation(session, action)
        if wrong := next((lead for lead in now.leads if action.currency != lead.currency), None):
            raise InvalidInput(f"The lead counts in {wrong.currency}, not {action.currency}.")
        facts = LeadFollowUpFacts(
            amount_minor=max(lead.value_minor for lead in now.judged),
            is_closed=not now.open,
            is_in_hand=bool(now.open) and not now.live,
            owner_gate_minor=rules_of(session).owner_gate_minor,
        )
        worth = now.worth_minor
        # one may be won or lost meanwhile: then a person gets back to the others
        tolerance = worth // 10 if len(action.leads) == 1 else worth
        return Look(
            subject=action.subject,
            preview=_preview(session, now, action),
            shown={
                "worth": ShownFact(value=worth, tolerance=tolerance, unit=f"{action.currency}.minor"),
                "closed": ShownFact(value=int(facts.is_closed), unit="count", promised=True),
            },
            guard_facts=facts,
            risk="low",
        )

    def apply(self, session: BrandSession, action: LeadFollowUp, source: str) -> Sequence[RowChange]:
        due = _due(session, action)
        changes: list[RowChange] = []
        for lead in _situation(session, action).live:
            before = _state(lead)
            task = Task(
                id=session.ctx.new_id(), title=f"Get back to lead {lead.code}", assignee="sales", due_at=due,
                status=OPEN,
            )  # fmt: skip
            lead.next_step_at = due
            lead.followed_up_at = lead.followed_up_at or due
            session.add(task)
            session.flush()
            changes += [
                RowChange(table="lead", id=lead.id, before=before, after=_state(lead)),
                RowChange(table="task", id=task.id, before=None, after={"status": OPEN, "due_at": due.isoformat()}),
            ]
        return changes

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        """A lead's change is followed by that of its task."""
        pairs = zip(changes[::2], changes[1::2], strict=True)
        return [change for lead, task in pairs for change in _withdrawn(session, lead, task)]

    def measure(
        self, session: BrandSession, action: LeadFollowUp, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.customers.lead_outcome import measure_follow_up  # brings numpy along, which no other step needs

        return measure_follow_up(session, action, until)


@dataclass(frozen=True)
class _Situation:
    """The leads of an action; `open` are neither won nor lost, `live` are those nobody has a next step for, either."""

    leads: Sequence[Lead]
    open: Sequence[Lead]
    live: Sequence[Lead]

    @property
    def judged(self) -> Sequence[Lead]:
        return self.live or self.leads

    @property
    def worth_minor(self) -> int:
        return sum(lead.value_minor for lead in self.judged)


def _situation(session: BrandSession, action: LeadFollowUp) -> _Situation:
    leads = [reads.lead_by_code(session, code) for code in action.leads]
    still_open, now = [lead for lead in leads if reads.is_open(session, lead)], session.ctx.known_until
    live = [lead for lead in still_open if lead.next_step_at is None or lead.next_step_at < now]
    return _Situation(leads, still_open, live)


def _withdrawn(
    session: BrandSession, lead_change: Mapping[str, Any], task_change: Mapping[str, Any]
) -> Sequence[RowChange]:
    lead: Lead | None = lock_row(session, Lead, UUID(lead_change["id"]))
    task: Task | None = lock_row(session, Task, UUID(task_change["id"]))
    if lead is None or task is None or _state(lead) != lead_change["after"]:
        raise Conflict("The lead's next step has been changed since.", remedy="Change it by hand.")
    if task.status != OPEN:
        raise Conflict(f"The task is {task.status}, so it cannot be withdrawn any more.")
    before = lead_change["before"]
    lead.next_step_at = _moment(before["next_step_at"])
    lead.followed_up_at = _moment(before["followed_up_at"])
    task.status = CANCELLED
    session.flush()
    return [
        RowChange(table="lead", id=lead.id, before=lead_change["after"], after=_state(lead)),
        RowChange(table="task", id=task.id, before=task_change["after"], after={"status": CANCELLED}),
    ]


def _due(session: BrandSession, action: LeadFollowUp) -> datetime:
    return session.ctx.now() + timedelta(days=action.within_days)


def _state(lead: Lead) -> dict[str, str | None]:
    moments = {"next_step_at": lead.next_step_at, "followed_up_at": lead.followed_up_at}
    return {"code": lead.code, **{name: None if at is None else at.isoformat() for name, at in moments.items()}}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _preview(session: BrandSession, now: _Situation, action: LeadFollowUp) -> Preview:
    worth, due, several = format_minor(now.worth_minor, action.currency), _due(session, action), len(action.leads) > 1
    silent = Cell(value=max(_silent_days(session, lead) for lead in now.judged), unit="days")
    first = now.judged[0]
    whom = f"{len(now.judged)} leads" if several else f"lead {first.code}"
    return Preview(
        title=f"Have a person get back to {whom} ({worth}) by {due:%-d %B %Y}",
        changes=tuple(_line_change(now, lead, due, several) for lead in now.leads),
        amount_minor=now.worth_minor,
        currency=action.currency,
        blast_radius=message("customers.preview.leads_reach", count=len(now.judged), brand=brand_of(session).name)
        if several
        else message("customers.preview.lead_reach", brand=brand_of(session).name, day=first.opened_at.date()),
        undo=Message(key="customers.preview.lead_undo"),
        told=Told(
            names={} if several else {"lead": first.code},
            numbers={"worth": money_cell(now.worth_minor, action.currency), "silent": silent},
        ),
        puts_in=message("customers.preview.leads_puts_in", count=len(now.judged), day=due.date())
        if several
        else message("customers.preview.lead_puts_in", day=due.date()),
        if_no=message("customers.preview.leads_if_no" if several else "customers.preview.lead_if_no", silent=silent),
    )


def _silent_days(session: BrandSession, lead: Lead) -> int:
    return (session.ctx.now() - (lead.last_contact_at or lead.opened_at)).days


def _line_change(now: _Situation, lead: Lead, due: datetime, several: bool) -> PreviewLine:
    step = lead.next_step_at
    before = Message(key="customers.preview.nothing") if step is None else message("common.day", day=step.date())
    live = lead in now.judged
    after = (
        message("customers.preview.with_task", day=due.date()) if live else Message(key="customers.preview.lead_rests")
    )
    return PreviewLine(
        field=verbatim(lead.code) if several else Message(key="customers.preview.next_step"), before=before, after=after
    )
