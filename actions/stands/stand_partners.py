"""`stand.bonus` and `stand.visit`: what a stand's partner is promised and who goes there, taken back, and measured."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from actions.handler import Look, RowChange, ShownFact
from actions.stands.stand_refill import DISPATCHER
from domain.action import FieldChange, Preview
from domain.errors import Conflict, NotFound
from domain.figure import Cell
from domain.kind import ActionKind
from domain.money import format_minor
from domain.prediction import Outcome, Prediction
from domain.stands import STAND_BONUS, STAND_VISIT, StandBonus, StandBonusFacts, StandVisit, StandVisitFacts
from store.leases import lock_row
from store.outbox import emit
from store.reads import stands as reads
from store.reads.settings import rules_of
from store.session import BrandSession
from store.tables import ExpectedExpense, Location, StandBonusRow, StandVisitRow, Task

_RECENT_VISIT = timedelta(days=28)
_TABLES: Mapping[str, type[Any]] = {
    "stand_bonus": StandBonusRow, "stand_visit": StandVisitRow, "expected_expense": ExpectedExpense, "task": Task
}  # fmt: skip


class StandBonusHandler:
    """The handler of `stand.bonus`."""

    kind: ActionKind = STAND_BONUS

    def lock(self, session: BrandSession, action: StandBonus) -> None:
        lock_row(session, Location, _stand(session, action.stand).id)

    def look(self, session: BrandSession, action: StandBonus, prediction: Prediction | None) -> Look:
        place, rules, now = _stand(session, action.stand), rules_of(session), session.ctx.known_until
        running = any(one.ends_at > now for one in reads.bonuses(session, place.id))
        facts = StandBonusFacts(
            amount_minor=action.cap_minor,
            share_bps=action.share_bps,
            bonus_gate_bps=rules.bonus_gate_bps,
            already_running=running,
            owner_gate_minor=rules.owner_gate_minor,
            prediction_low_minor=prediction.low if prediction else 0,
        )
        share = Cell(value=action.share_bps, unit="bps").render()
        cap = format_minor(action.cap_minor, action.currency)
        preview = Preview(
            title=f"Promise {_name(place)} {share} of its sales for {action.weeks} weeks, up to {cap}",
            changes=(FieldChange(field=f"bonus of {place.code}", before="none", after=f"{share}, up to {cap}"),),
            amount_minor=action.cap_minor,
            currency=action.currency,
            blast_radius=f"one stand, {cap} at most",
            undo="`undo` ends the bonus; what was earned by then is owed.",
        )
        shown = {"bonus share": ShownFact(value=action.share_bps, unit="bps", promised=True)}
        return Look(action.subject, preview, shown, facts, _risk(action.cap_minor, rules.owner_gate_minor))

    def apply(self, session: BrandSession, action: StandBonus, source: str) -> Sequence[RowChange]:
        place, now = _stand(session, action.stand), session.ctx.now()
        ends = now + timedelta(weeks=action.weeks)
        bonus = StandBonusRow(
            id=session.ctx.new_id(),
            location_id=place.id,
            share_bps=action.share_bps,
            cap_minor=action.cap_minor,
            currency=action.currency,
            starts_at=now,
            ends_at=ends,
            source=source,
        )
        expense = _expense(session, "stand bonuses", action.cap_minor, action.currency, ends, source)
        session.add_all([bonus, expense])
        session.flush()
        told = {
            "stand": place.code,
            "contact": place.contact,
            "share_bps": action.share_bps,
            "until": ends.date().isoformat(),
        }
        emit(session, "stand.bonus_promised", place.code, told)
        return [_change(bonus, None), _change(expense, None)]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        """The bonus ends; what the stand sold under it is owed, and stays an expected expense."""
        found = _undone(session, [change for change in changes if change["table"] != "expected_expense"])
        (ended,) = [change["id"] for change in changes if change["table"] == "stand_bonus"]
        bonus = lock_row(session, StandBonusRow, UUID(ended))
        assert bonus is not None
        owed = reads.bonus_owed_minor(
            session, bonus.location_id, bonus.starts_at, bonus.ends_at, bonus.share_bps, bonus.cap_minor
        )
        return [*found, *_owed(session, changes, owed)]

    def measure(
        self, session: BrandSession, action: StandBonus, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.stands.stand_outcome import measure_stand  # brings numpy along, which no other step needs

        return measure_stand(session, action.stand, action.currency, since, until, share_bps=action.share_bps,
                             cap_minor=action.cap_minor,
                             ends=min(since + timedelta(weeks=action.weeks), until))  # fmt: skip


class StandVisitHandler:
    """The handler of `stand.visit`."""

    kind: ActionKind = STAND_VISIT

    def lock(self, session: BrandSession, action: StandVisit) -> None:
        lock_row(session, Location, _stand(session, action.stand).id)

    def look(self, session: BrandSession, action: StandVisit, prediction: Prediction | None) -> Look:
        place, rules = _stand(session, action.stand), rules_of(session)
        cost = _visit_cost(action, rules.coaching_visit_minor)
        since = session.ctx.known_until - _RECENT_VISIT
        facts = StandVisitFacts(
            amount_minor=cost,
            already_planned=any(one.planned_at > since for one in reads.visits(session, place.id)),
            owner_gate_minor=rules.owner_gate_minor,
            prediction_low_minor=prediction.low if prediction else 0,
        )
        said = format_minor(cost, action.currency)
        preview = Preview(
            title=f"Visit {_name(place)} on {action.planned_day:%-d %B} for {said}",
            changes=(FieldChange(field=f"visit to {place.code}", before="none", after=f"{action.planned_day}"),),
            amount_minor=cost,
            currency=action.currency,
            blast_radius=f"one stand, {said}",
            undo="`undo` calls the visit off, unless its day has passed.",
        )
        shown = {"visit cost": ShownFact(value=cost, tolerance=cost // 50, unit=f"{action.currency}.minor",
                                         promised=True)}  # fmt: skip
        return Look(action.subject, preview, shown, facts, _risk(cost, rules.owner_gate_minor))

    def apply(self, session: BrandSession, action: StandVisit, source: str) -> Sequence[RowChange]:
        place = _stand(session, action.stand)
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
        title = f"Visit {_name(place)}: train the partner, put the display right"
        task = Task(id=session.ctx.new_id(), title=title, assignee=DISPATCHER, due_at=planned)
        expense = _expense(session, "stand coaching", cost, action.currency, planned, source)
        session.add_all([visit, task, expense])
        session.flush()
        told = {"stand": place.code, "contact": place.contact, "day": action.planned_day.isoformat()}
        emit(session, "stand.visit_planned", place.code, told)
        return [_change(row, None) for row in (visit, task, expense)]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        return _undone(session, changes)

    def measure(
        self, session: BrandSession, action: StandVisit, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.stands.stand_outcome import measure_stand  # brings numpy along, which no other step needs

        booked = [row for row in reads.visits(session, _stand(session, action.stand).id) if row.source == source]
        cost = sum(row.expected_cost_minor for row in booked)
        return measure_stand(session, action.stand, action.currency, since, until, cost_minor=cost, ends=until)


def _stand(session: BrandSession, code: str) -> Location:
    return reads.stands_by_code(session, [code])[code]


def _name(place: Location) -> str:
    return place.title or place.code


def _visit_cost(action: StandVisit, by_rules: int | None) -> int:
    return action.cost_minor if by_rules is None else by_rules


def _risk(amount: int, owner_gate: int) -> str:
    return "high" if amount >= owner_gate else "low"


def _expense(
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


def _change(row: Any, before: Mapping[str, Any] | None) -> RowChange:
    shown = ("share_bps", "cap_minor", "ends_at", "planned_at", "amount_minor", "cancelled_at", "status")
    after = {name: _plain(getattr(row, name)) for name in shown if hasattr(row, name)}
    return RowChange(table=row.__tablename__, id=row.id, before=before, after=after)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _owed(session: BrandSession, changes: Sequence[Mapping[str, Any]], owed: int) -> list[RowChange]:
    """What was expected to be paid, as far as it is owed; nothing where nothing is."""
    found = list[RowChange]()
    for change in (one for one in changes if one["table"] == "expected_expense"):
        if not owed:
            found += _undone(session, [change])
            continue
        row = lock_row(session, ExpectedExpense, UUID(change["id"]))
        if row is None:
            raise NotFound("It is gone.")
        row.amount_minor, row.expected_at = owed, session.ctx.now()
        session.flush()
        found.append(_change(row, dict(change["after"])))
    return found


def _undone(session: BrandSession, changes: Sequence[Mapping[str, Any]]) -> list[RowChange]:
    now, found = session.ctx.now(), list[RowChange]()
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
        found.append(_change(row, dict(change["after"])))
    return found
