"""`stand.refill`: a driver's trip to stands is planned, called off, and judged by what the stands sold for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from actions.brand_currency import require_brand_currency
from actions.handler import Look, RowChange, ShownFact
from actions.stands.partner_rows import name_of
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, NotFound
from domain.figure import Cell, money_cell
from domain.kind import ActionKind
from domain.message import Message, message, verbatim
from domain.money import format_minor
from domain.prediction import Outcome, Prediction
from domain.stands import STAND_REFILL, RefillLine, StandRefill, StandRefillFacts
from store.leases import lock_row
from store.outbox import emit
from store.reads import stands as reads
from store.reads.settings import rules_of
from store.reads.stock import levels as stock
from store.session import BrandSession
from store.tables import BrandRules, ExpectedExpense, Location, Product, StandRefillOrder, Task

DISPATCHER = "dispatcher"
EXPENSE = "stand trips"
_PACE_WEEKS = 8
_ORDER, _TASK, _EXPENSE = "stand_refill_order", "task", "expected_expense"


@dataclass(frozen=True)
class _LineNow:
    """One line beside what stands now. `daily` is what the stand sold of it a day over the last weeks."""

    line: RefillLine
    place: Location
    product: Product
    on_hand: float
    coming: int
    daily: float

    @property
    def outlives_shelf(self) -> bool:
        life = self.product.shelf_life_days
        if life is None:
            return False
        return self.on_hand + self.coming + self.line.quantity > max(self.daily * life, 1.0)


@dataclass(frozen=True)
class _Situation:
    rules: BrandRules
    lines: Sequence[_LineNow]
    warehouse: Mapping[UUID, int]

    @property
    def stops(self) -> list[Location]:
        return list({now.place.id: now.place for now in self.lines}.values())

    def cost_minor(self, action: StandRefill) -> int:
        """Trip cost by the brand's rules, minor units; the action's own where the rules name none."""
        by_rules = _cost_by_rules(self.rules, len(self.stops))
        return action.trip_cost_minor if by_rules is None else by_rules

    @property
    def exceeds_warehouse(self) -> bool:
        wanted: dict[UUID, int] = defaultdict(int)
        for now in self.lines:
            wanted[now.product.id] += now.line.quantity
        return any(units > self.warehouse.get(product, 0) for product, units in wanted.items())


def _cost_by_rules(rules: BrandRules, stops: int) -> int | None:
    """Cost of a trip with so many stops, minor units; None where the brand's rules name none."""
    if rules.trip_fixed_minor is None or rules.trip_stop_minor is None:
        return None
    return rules.trip_fixed_minor + rules.trip_stop_minor * stops


class StandRefillHandler:
    """The handler of `stand.refill`."""

    kind: ActionKind = STAND_REFILL

    def lock(self, session: BrandSession, action: StandRefill) -> None:
        for place in sorted(reads.stands_by_code(session, action.stands).values(), key=lambda row: row.id):
            lock_row(session, Location, place.id)

    def look(self, session: BrandSession, action: StandRefill, prediction: Prediction | None) -> Look:
        require_brand_currency(session, action.currency)
        now = _situation(session, action)
        facts = _guard_facts(now, action, prediction)
        return Look(
            subject=action.subject,
            preview=_preview(now, action),
            shown=_shown(now, action),
            guard_facts=facts,
            risk=_risk(facts),
        )

    def apply(self, session: BrandSession, action: StandRefill, source: str) -> Sequence[RowChange]:
        now = _situation(session, action)
        number = f"TR-{source.rpartition(':')[2][-12:].upper()}"
        orders = _orders(session, now, action, number, source)
        task = _task(session, now, action, number)
        expense = _expense(session, now, action, source)
        session.add_all([*orders, task, expense])
        session.flush()
        for place in now.stops:
            _tell(session, "stand.refill_planned", place, number, _planned_at(action), now.lines)
        return [*(_order_change(row, None) for row in orders), _task_change(task, None), _expense_change(expense, None)]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        row_changes = [_call_off(session, change) for change in changes]
        called_off = [session.get_one(StandRefillOrder, (session.ctx.brand_id, change.id)) for change in row_changes
                      if change.table == _ORDER]  # fmt: skip
        for place_id in dict.fromkeys(row.location_id for row in called_off):
            row = next(row for row in called_off if row.location_id == place_id)
            place = session.get_one(Location, (session.ctx.brand_id, place_id))
            _tell(session, "stand.refill_cancelled", place, row.number, row.planned_at, ())
        return row_changes

    def measure(
        self, session: BrandSession, action: StandRefill, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.stands.refill_outcome import measure_refill  # brings numpy along, which no other step needs

        return measure_refill(session, action, source, until)

    def complete(self, session: BrandSession, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Fill in the trip cost by the brand's rules, where they name one."""
        stops = {line["stand"] for line in parameters.get("lines", ())}
        cost = _cost_by_rules(rules_of(session), len(stops))
        return {**({} if cost is None else {"trip_cost_minor": cost}), **parameters}


def _situation(session: BrandSession, action: StandRefill) -> _Situation:
    places = reads.stands_by_code(session, action.stands)
    products = _products(session, {line.sku for line in action.lines})
    ids = [place.id for place in places.values()]
    since = session.ctx.known_until - reads.COUNT_LOOK_BACK
    wanted = [product.id for product in products.values()]
    sold = reads.stand_sales(session, ids, since, wanted)
    levels = reads.shelf_levels(session, ids, sold, wanted)
    coming: dict[reads.Shelf, int] = defaultdict(int)
    warehouse = dict(stock.on_hand(session, [place.id for place in stock.warehouses(session)]))
    for order in reads.open_refills(session):
        coming[order.location_id, order.product_id] += order.quantity
        warehouse[order.product_id] = warehouse.get(order.product_id, 0) - order.quantity
    daily: dict[reads.Shelf, float] = defaultdict(float)
    for sale in sold:
        if sale.end > session.ctx.known_until - timedelta(weeks=_PACE_WEEKS):
            daily[sale.location_id, sale.product_id] += sale.units / (7 * _PACE_WEEKS)
    lines = []
    for line in action.lines:
        place, product = places[line.stand], products[line.sku]
        shelf = (place.id, product.id)
        level = levels[shelf].units if shelf in levels else 0.0
        lines.append(_LineNow(line, place, product, level, coming[shelf], daily[shelf]))
    return _Situation(rules_of(session), lines, warehouse)


def _products(session: BrandSession, skus: set[str]) -> dict[str, Product]:
    from store.reads.pricing.prices import product_by_sku

    return {sku: product_by_sku(session, sku) for sku in sorted(skus)}


def _guard_facts(now: _Situation, action: StandRefill, prediction: Prediction | None) -> StandRefillFacts:
    rules = now.rules
    return StandRefillFacts(
        amount_minor=now.cost_minor(action),
        cost_unknown=rules.trip_fixed_minor is None or rules.trip_stop_minor is None,
        too_many_stops=rules.trip_most_stops is not None and len(now.stops) > rules.trip_most_stops,
        exceeds_warehouse=now.exceeds_warehouse,
        outlives_shelf=any(line_now.outlives_shelf for line_now in now.lines),
        already_planned=any(line_now.coming for line_now in now.lines),
        owner_gate_minor=rules.owner_gate_minor,
        prediction_low_minor=prediction.low if prediction else 0,
    )


def _preview(now: _Situation, action: StandRefill) -> Preview:
    units = sum(line.quantity for line in action.lines)
    cost = format_minor(now.cost_minor(action), action.currency)
    stops = len(now.stops)
    some = f"{stops} stands" if stops > 1 else now.stops[0].title or now.stops[0].code
    return Preview(
        title=f"Bring {units:,} units to {some} on {action.planned_day:%-d %B} for {cost}",
        changes=tuple(_stop_change(now, place) for place in now.stops),
        amount_minor=now.cost_minor(action),
        currency=action.currency,
        blast_radius=message(
            "stands.preview.trip_reach",
            count=stops,
            units=units,
            cost=money_cell(now.cost_minor(action), action.currency),
        ),
        undo=Message(key="stands.preview.trip_undo"),
        told=Told(names={"stand": name_of(now.stops[0])} if stops == 1 else {}),
        puts_in=message(
            "stands.preview.trip_puts_in",
            cost=money_cell(now.cost_minor(action), action.currency),
            units=Cell(value=units, unit="units"),
        ),
        if_no=Message(key="stands.preview.trip_if_no"),
    )


def _stop_change(now: _Situation, place: Location) -> PreviewLine:
    here = [line_now for line_now in now.lines if line_now.place.id == place.id]
    brought, there = sum(line_now.line.quantity for line_now in here), sum(line_now.on_hand for line_now in here)
    most_first = sorted(here, key=lambda line_now: -line_now.line.quantity)
    named = ", ".join(f"{line_now.line.quantity} {line_now.product.title}" for line_now in most_first)
    return PreviewLine(
        field=verbatim(name_of(place)),
        before=message("stands.preview.there", units=Cell(value=there, unit="count")),
        after=message("stands.preview.brought", units=brought, lines=named),
    )


def _shown(now: _Situation, action: StandRefill) -> dict[str, ShownFact]:
    cost, currency = now.cost_minor(action), f"{action.currency}.minor"
    facts = {"trip cost": ShownFact(value=cost, tolerance=cost // 50, unit=currency, promised=True)}
    for place in now.stops:
        here = [line_now for line_now in now.lines if line_now.place.id == place.id]
        two_weeks = sum(line_now.daily for line_now in here) * 14
        facts[f"on hand {place.code}"] = ShownFact(
            value=round(sum(line_now.on_hand for line_now in here)),
            tolerance=max(round(two_weeks), 1),
            unit="units",
            promised=True,
        )
    return facts


def _risk(facts: StandRefillFacts) -> str:
    if facts.amount_minor >= facts.owner_gate_minor:
        return "high"
    return "medium" if facts.prediction_low_minor < 0 else "low"


def _planned_at(action: StandRefill) -> datetime:
    return datetime.combine(action.planned_day, time(), UTC)


def _orders(
    session: BrandSession, now: _Situation, action: StandRefill, number: str, source: str
) -> list[StandRefillOrder]:
    """The trip's lines; its cost is shared out among them, to the cent."""
    cost, count = now.cost_minor(action), len(now.lines)
    return [
        StandRefillOrder(
            id=session.ctx.new_id(),
            number=number,
            location_id=line_now.place.id,
            product_id=line_now.product.id,
            quantity=line_now.line.quantity,
            expected_cost_minor=cost * (at + 1) // count - cost * at // count,
            currency=action.currency,
            ordered_at=session.ctx.now(),
            planned_at=_planned_at(action),
            source=source,
        )
        for at, line_now in enumerate(now.lines)
    ]


def _task(session: BrandSession, now: _Situation, action: StandRefill, number: str) -> Task:
    stops = ", ".join(place.code for place in now.stops)
    return Task(
        id=session.ctx.new_id(),
        title=f"Drive trip {number}: {sum(line.quantity for line in action.lines)} units to {stops}",
        assignee=DISPATCHER,
        due_at=_planned_at(action),
    )


def _expense(session: BrandSession, now: _Situation, action: StandRefill, source: str) -> ExpectedExpense:
    return ExpectedExpense(
        id=session.ctx.new_id(),
        category=EXPENSE,
        amount_minor=now.cost_minor(action),
        currency=action.currency,
        expected_at=_planned_at(action),
        source=source,
    )


def _tell(
    session: BrandSession, event: str, place: Location, number: str, planned_at: datetime, lines: Sequence[_LineNow]
) -> None:
    """Emit the event that notifies the stand's partner."""
    brought = [
        {"sku": line_now.line.sku, "quantity": line_now.line.quantity}
        for line_now in lines
        if line_now.place.id == place.id
    ]
    payload = {
        "trip": number, "stand": place.code, "title": place.title, "contact": place.contact,
        "planned_day": planned_at.date().isoformat(), "lines": brought,
    }  # fmt: skip
    emit(session, event, place.code, payload)


def _order_change(row: StandRefillOrder, before: Mapping[str, Any] | None) -> RowChange:
    after = {"number": row.number, "quantity": row.quantity, "cancelled_at": _iso(row.cancelled_at)}
    return RowChange(table=_ORDER, id=row.id, before=before, after=after)


def _task_change(row: Task, before: Mapping[str, Any] | None) -> RowChange:
    return RowChange(table=_TASK, id=row.id, before=before, after={"title": row.title, "status": row.status})


def _expense_change(row: ExpectedExpense, before: Mapping[str, Any] | None) -> RowChange:
    after = {"category": row.category, "amount_minor": row.amount_minor, "cancelled_at": _iso(row.cancelled_at)}
    return RowChange(table=_EXPENSE, id=row.id, before=before, after=after)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _call_off(session: BrandSession, change: Mapping[str, Any]) -> RowChange:
    table = {_ORDER: StandRefillOrder, _TASK: Task, _EXPENSE: ExpectedExpense}[change["table"]]
    row = lock_row(session, table, UUID(change["id"]))
    if row is None:
        raise NotFound("The trip is gone.")
    before = dict(change["after"])
    if isinstance(row, Task):
        row.status = "cancelled"
        session.flush()
        return _task_change(row, before)
    if row.cancelled_at is not None:
        raise Conflict("The trip has been called off already.")
    if isinstance(row, StandRefillOrder) and row.delivered_at is not None:
        raise Conflict(
            f"Trip {row.number} was made on {row.delivered_at:%-d %B %Y}, so it cannot be called off any more.",
            remedy="Let the stands sell what came.",
        )
    row.cancelled_at = session.ctx.now()
    session.flush()
    return _order_change(row, before) if isinstance(row, StandRefillOrder) else _expense_change(row, before)
