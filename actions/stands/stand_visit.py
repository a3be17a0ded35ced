"""`stand.visit`: somebody goes to a stand's partner, the visit is called off, and it is measured."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from actions.brand_currency import require_brand_currency
from actions.handler import Look, RowChange, ShownFact
from actions.stands.partner_rows import called_off, expected_expense, name_of, risk_of, row_change, stand_at
from actions.stands.stand_refill import DISPATCHER
from domain.action import Preview, PreviewLine, Told
from domain.figure import money_cell
from domain.kind import ActionKind
from domain.message import Message, message
from domain.money import format_minor
from domain.prediction import Outcome, Prediction
from domain.stands import STAND_VISIT, StandVisit, StandVisitFacts
from store.leases import lock_row
from store.outbox import emit
from store.reads import stands as reads
from store.reads.settings import rules_of
from store.session import BrandSession
from store.tables import Location, StandVisitRow, Task

_RECENT_VISIT = timedelta(days=28)


class StandVisitHandler:
    """The handler of `stand.visit`."""

    kind: ActionKind = STAND_VISIT

    def lock(self, session: BrandSession, action: StandVisit) -> None:
        lock_row(session, Location, stand_at(session, action.stand).id)

    def look(self, session: BrandSession, action: StandVisit, prediction: Prediction | None) -> Look:
        require_brand_currency(session, action.currency)
        place, rules = stand_at(session, action.stand), rules_of(session)
        cost = _visit_cost(action, rules.coaching_visit_minor)
        since = session.ctx.known_until - _RECENT_VISIT
        facts = StandVisitFacts(
            amount_minor=cost,
            already_planned=any(visit.planned_at > since for visit in reads.visits(session, place.id)),
            owner_gate_minor=rules.owner_gate_minor,
            prediction_low_minor=prediction.low if prediction else 0,
        )
        cost_text = format_minor(cost, action.currency)
        preview = Preview(
            title=f"Visit {name_of(place)} on {action.planned_day:%-d %B} for {cost_text}",
            changes=(
                PreviewLine(
                    field=message("stands.preview.visit", stand=name_of(place)),
                    before=Message(key="stands.preview.none"),
                    after=message("common.day", day=action.planned_day),
                ),
            ),
            amount_minor=cost,
            currency=action.currency,
            blast_radius=message("stands.preview.visit_reach", cost=money_cell(cost, action.currency)),
            undo=Message(key="stands.preview.visit_undo"),
            told=Told(names={"stand": name_of(place)}),
            puts_in=message("stands.preview.visit_puts_in", cost=money_cell(cost, action.currency)),
            if_no=Message(key="stands.preview.visit_if_no"),
        )
        shown = {"visit cost": ShownFact(value=cost, tolerance=cost // 50, unit=f"{action.currency}.minor",
                                         promised=True)}  # fmt: skip
        return Look(action.subject, preview, shown, facts, risk_of(cost, rules.owner_gate_minor))

    def apply(self, session: BrandSession, action: StandVisit, source: str) -> Sequence[RowChange]:
        place = stand_at(session, action.stand)
        planned = datetime.combine(action.planned_day, time(), UTC)
        cost = _visit_cost(action, rules_of(session).coaching_visit_minor)
        visit = StandVisitRow(
            id=session.ctx.new_id(),
            location_id=place.id,
            expected_cost_minor=cost,
            currency=action.currency,
            planned_at=planned,
            source=source,
        )
        title = f"Visit {name_of(place)}: train the partner, put the display right"
        task = Task(id=session.ctx.new_id(), title=title, assignee=DISPATCHER, due_at=planned)
        expense = expected_expense(session, "stand coaching", cost, action.currency, planned, source)
        session.add_all([visit, task, expense])
        session.flush()
        payload = {"stand": place.code, "contact": place.contact, "day": action.planned_day.isoformat()}
        emit(session, "stand.visit_planned", place.code, payload)
        return [row_change(row, None) for row in (visit, task, expense)]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        return called_off(session, changes)

    def measure(
        self, session: BrandSession, action: StandVisit, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.stands.stand_outcome import measure_stand  # brings numpy along, which no other step needs

        booked = [row for row in reads.visits(session, stand_at(session, action.stand).id) if row.source == source]
        cost = sum(row.expected_cost_minor for row in booked)
        return measure_stand(session, action.stand, action.currency, since, until, cost_minor=cost, ends=until)

    def complete(self, session: BrandSession, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Fill in the visit's cost by the brand's rules, where they name one."""
        cost = rules_of(session).coaching_visit_minor
        return {**({} if cost is None else {"cost_minor": cost}), **parameters}


def _visit_cost(action: StandVisit, by_rules: int | None) -> int:
    return action.cost_minor if by_rules is None else by_rules
