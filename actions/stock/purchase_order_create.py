"""`purchase_order.create`: order from a supplier, call the order off, and tell what it saved from running out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, InvalidInput, NotFound
from domain.figure import Cell, money_cell, share_cell
from domain.kind import ActionKind
from domain.letter import Letter, Sheet, is_address
from domain.message import Message, message, verbatim
from domain.money import format_minor, plain_minor
from domain.prediction import Outcome, Prediction
from domain.stock import FOREVER_DAYS, PURCHASE_ORDER_CREATE, PurchaseLine, PurchaseOrderCreate, PurchaseOrderFacts
from store.leases import lock_row
from store.reads.settings import brand_of, rules_of
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import BrandRules, PurchaseOrder, Supplier

if TYPE_CHECKING:
    from actions.stock.purchase_demand import LineDemand

_HEADS = ("sku", "product", "quantity", "unit_cost", "total", "currency")


@dataclass(frozen=True)
class _LineNow:
    """One line beside what stands now: the offer, stock, what is under way, and the product's demand figure."""

    line: PurchaseLine
    offer: reads.Offer
    on_hand: int
    under_way: int
    demand: "LineDemand"

    @property
    def position(self) -> int:
        """Units on hand and under way; below zero by what is owed to customers."""
        return self.on_hand + self.under_way

    @property
    def daily_use(self) -> float:
        return self.demand.rate.units_per_day

    @property
    def cover_days(self) -> int:
        """How long all of it lasts."""
        return self.demand.days(self.on_hand, self.under_way, self.line.quantity)

    @property
    def outlives_shelf(self) -> bool:
        shelf_life = self.offer.shelf_life_days
        if shelf_life is None or self.daily_use <= 0:
            return shelf_life is not None
        return self.demand.oldest_days(self.on_hand, self.under_way, self.line.quantity) > shelf_life


@dataclass(frozen=True)
class _Situation:
    supplier: Supplier
    rules: BrandRules
    lines: Sequence[_LineNow]
    cash_minor: int | None
    arrives: date | None
    """The day by which it should be here; None where no lead time is known."""

    @property
    def total_minor(self) -> int:
        """Order total at the supplier's present prices, minor units."""
        return sum(now.line.quantity * now.offer.unit_cost_minor(now.line.quantity) for now in self.lines)


class PurchaseOrderHandler:
    """The handler of `purchase_order.create`."""

    kind: ActionKind = PURCHASE_ORDER_CREATE

    def lock(self, session: BrandSession, action: PurchaseOrderCreate) -> None:
        lock_row(session, Supplier, reads.supplier_by_code(session, action.supplier).id)

    def look(self, session: BrandSession, action: PurchaseOrderCreate, prediction: Prediction | None) -> Look:
        now = _situation(session, action)
        facts = _guard_facts(now, prediction)
        return Look(
            subject=action.subject,
            preview=_preview(now, action),
            shown=_shown(now, action),
            guard_facts=facts,
            risk=_risk(facts),
        )

    def apply(self, session: BrandSession, action: PurchaseOrderCreate, source: str) -> Sequence[RowChange]:
        now = _situation(session, action)
        number = _number(source)
        rows = [_row(session, now.supplier, line_now, action.currency, number, source) for line_now in now.lines]
        session.add_all(rows)
        session.flush()
        return [_change(row, None) for row in rows]

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        return [_call_off(session, change) for change in changes]

    def letters(self, session: BrandSession, action: PurchaseOrderCreate, source: str | None) -> Sequence[Letter]:
        return [_letter(_situation(session, action), brand_of(session).name, action, source)]

    def recall(self, session: BrandSession, action: PurchaseOrderCreate, source: str) -> Letter:
        supplier, brand = reads.supplier_by_code(session, action.supplier), brand_of(session).name
        number, name = _number(source), supplier.title or supplier.code
        return Letter(
            recipient=supplier.code,
            name=name,
            address=supplier.email.strip() if is_address(supplier.email) else "",
            subject=message("stock.letter.order_cancelled_subject", brand=brand, number=number),
            body=message("stock.letter.order_cancelled", brand=brand, supplier=name, number=number),
        )

    def is_seen(self, session: BrandSession, action: PurchaseOrderCreate, source: str, since: datetime) -> bool:
        """Whether the supplier has confirmed the order or called it off, or goods of it have come."""
        orders = reads.orders_of(session, source)
        return any(order.confirmed_at or order.received_at or order.cancelled_at for order in orders)

    def measure(
        self, session: BrandSession, action: PurchaseOrderCreate, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.stock.purchase_outcome import measure_purchase  # brings numpy along, which no other step needs

        return measure_purchase(session, action, source, until)

    def complete(self, session: BrandSession, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Fill in the supplier's unit cost of every line that names none."""
        if "supplier" not in parameters or "lines" not in parameters:
            return dict(parameters)
        supplier = reads.supplier_by_code(session, parameters["supplier"])
        offers = {offer.sku: offer for offer in reads.offers_of(session, supplier.id)}
        _require_offered(supplier, [line["sku"] for line in parameters["lines"]], offers)
        asked = [
            {"unit_cost_minor": offers[line["sku"]].unit_cost_minor(line["quantity"]), **line}
            for line in parameters["lines"]
        ]
        return {**parameters, "lines": asked}


def _situation(session: BrandSession, action: PurchaseOrderCreate) -> _Situation:
    supplier = reads.supplier_by_code(session, action.supplier)
    offers = {offer.sku: offer for offer in reads.offers_of(session, supplier.id)}
    _require_offered(supplier, [line.sku for line in action.lines], offers)
    if foreign := sorted({offers[line.sku].currency for line in action.lines} - {action.currency}):
        raise InvalidInput(f"{action.supplier} asks {', '.join(foreign)}, not {action.currency}.")
    lead_days = _lead_days(session, supplier)
    return _Situation(
        supplier=supplier,
        rules=rules_of(session),
        lines=_lines_now(session, supplier, action, offers),
        cash_minor=reads.cash_minor(session, action.currency),
        arrives=(session.ctx.now() + timedelta(days=round(lead_days))).date() if lead_days else None,
    )


def _require_offered(supplier: Supplier, skus: Iterable[str], offers: Mapping[str, reads.Offer]) -> None:
    if unknown := sorted(sku for sku in skus if sku not in offers):
        raise NotFound(
            f"{supplier.code} offers no {', '.join(unknown)}.", remedy="See supplier_offers.csv in docs/import.md."
        )


def _lines_now(
    session: BrandSession, supplier: Supplier, action: PurchaseOrderCreate, offers: Mapping[str, reads.Offer]
) -> list[_LineNow]:
    from actions.stock.purchase_demand import line_demands  # brings numpy and scipy along, which other verbs need not

    places = [place.id for place in reads.warehouses(session)]
    on_hand, coming = reads.on_hand(session, places), reads.units_on_order(session)
    wanted = {line.sku: offers[line.sku].product_id for line in action.lines}
    demands = line_demands(session, supplier, wanted, places)
    return [
        _LineNow(
            line=line,
            offer=offers[line.sku],
            on_hand=on_hand.get(wanted[line.sku], 0),
            under_way=coming.get(wanted[line.sku], 0),
            demand=demands[line.sku],
        )
        for line in action.lines
    ]


def _lead_days(session: BrandSession, supplier: Supplier) -> float:
    """The supplier's promised lead time in days; the average of its deliveries where it promises none, else 0."""
    if supplier.lead_time_days is not None:
        return float(supplier.lead_time_days)
    took = reads.lead_times_days(session, supplier.id)
    return sum(took) / len(took) if took else 0.0


def _guard_facts(now: _Situation, prediction: Prediction | None) -> PurchaseOrderFacts:
    return PurchaseOrderFacts(
        amount_minor=now.total_minor,
        below_minimum=any(line_now.line.quantity < line_now.offer.minimum for line_now in now.lines),
        outlives_shelf=any(line_now.outlives_shelf for line_now in now.lines),
        cover_days=max(line_now.cover_days for line_now in now.lines),
        max_cover_days=now.rules.max_cover_days,
        exceeds_cash=now.cash_minor is not None and now.cash_minor < now.total_minor,
        owner_gate_minor=now.rules.owner_gate_minor,
        prediction_low_minor=prediction.low if prediction else 0,
    )


def _preview(now: _Situation, action: PurchaseOrderCreate) -> Preview:
    units = sum(line.quantity for line in action.lines)
    total = format_minor(now.total_minor, action.currency)
    name = now.supplier.title or now.supplier.code
    some = f"{len(now.lines)} products" if len(now.lines) > 1 else now.lines[0].offer.title
    return Preview(
        title=f"Order {units:,} units of {some} from {name} for {total}",
        changes=tuple(_line_change(line_now, action.currency) for line_now in now.lines),
        amount_minor=now.total_minor,
        currency=action.currency,
        blast_radius=_reach(now, units, action.currency),
        undo=Message(key="stock.preview.order_undo"),
        told=_told(now, name, action.currency),
        puts_in=_puts_in(now, action.currency),
        if_no=Message(key="stock.preview.order_if_no"),
    )


def _told(now: _Situation, supplier: str, currency: str) -> Told:
    one_product = len(now.lines) == 1
    return Told(
        names={"supplier": supplier, **({"product": now.lines[0].offer.title} if one_product else {})},
        numbers={"total": money_cell(now.total_minor, currency)},
        days={} if now.arrives is None else {"arrival": now.arrives},
    )


def _puts_in(now: _Situation, currency: str) -> Message:
    total, days = money_cell(now.total_minor, currency), now.supplier.payment_days
    if days is None:
        return message("stock.preview.order_puts_in", total=total)
    if not days:
        return message("stock.preview.order_puts_in_on_arrival", total=total)
    return message("stock.preview.order_puts_in_later", total=total, days=Cell(value=days, unit="days"))


def _reach(now: _Situation, units: int, currency: str) -> Message:
    total, days = money_cell(now.total_minor, currency), now.supplier.payment_days
    if days is None:
        return message("stock.preview.order_reach", count=len(now.lines), units=units, total=total)
    return message("stock.preview.order_reach_later", count=len(now.lines), units=units, total=total, days=str(days))


def _line_change(line_now: _LineNow, currency: str) -> PreviewLine:
    """Days of stock and the chance of running out without the line and with it, its money, and why so many."""
    line, demand, held = line_now.line, line_now.demand, (line_now.on_hand, line_now.under_way)
    cost = line_now.offer.unit_cost_minor(line.quantity)
    ordered = message(
        "stock.preview.line_ordered",
        units=Cell(value=line.quantity, unit="units"),
        cost=money_cell(cost, currency),
        amount=money_cell(cost * line.quantity, currency),
    )
    why = Message(key=demand.reason) if demand.reason and demand.quantity == line.quantity else None
    return PreviewLine(
        field=verbatim(f"{line_now.offer.title} ({line.sku})"),
        before=message(
            "stock.preview.line",
            what=message("stock.preview.on_hand", on_hand=line_now.on_hand, coming=line_now.under_way),
            outlook=_lasting(demand.days(*held), demand.chance_out(*held)),
        ),
        after=message(
            "stock.preview.line",
            what=ordered if why is None else message("stock.preview.line_because", ordered=ordered, why=why),
            outlook=_lasting(line_now.cover_days, demand.chance_out(*held, line.quantity)),
        ),
    )


def _lasting(days: int, chance: float | None) -> list[Message]:
    risk = [] if chance is None else [message("stock.preview.line_risk", risk=share_cell(chance))]
    if days < 0:
        return [Message(key="stock.preview.line_owed"), *risk]
    if days >= FOREVER_DAYS:
        return [Message(key="stock.preview.line_lasts_long")]
    return [message("stock.preview.line_lasts", days=Cell(value=days, unit="days")), *risk]


def _shown(now: _Situation, action: PurchaseOrderCreate) -> dict[str, ShownFact]:
    total, currency = now.total_minor, f"{action.currency}.minor"
    use = {line_now.line.sku: max(line_now.daily_use * 7, 1.0) for line_now in now.lines}
    facts = {"total": ShownFact(value=total, tolerance=total // 50, unit=currency, promised=True)}
    for line_now in now.lines:
        facts[f"available {line_now.line.sku}"] = ShownFact(
            value=line_now.position, tolerance=round(2 * use[line_now.line.sku]), unit="units", promised=True
        )
    return facts


def _risk(facts: PurchaseOrderFacts) -> str:
    if facts.amount_minor >= facts.owner_gate_minor or facts.exceeds_cash:
        return "high"
    return "medium" if 2 * facts.cover_days > facts.max_cover_days else "low"


def _number(source: str) -> str:
    return f"MH-{source.rpartition(':')[2][-12:].upper()}"


def _letter(now: _Situation, brand: str, action: PurchaseOrderCreate, source: str | None) -> Letter:
    """The order as the supplier reads it; its number is known once it is applied."""
    name, number = now.supplier.title or now.supplier.code, _number(source) if source else "MH-…"
    total = money_cell(now.total_minor, action.currency)
    lines = [
        (line.line.sku, line.offer.title, str(line.line.quantity), plain_minor(cost, action.currency),
         plain_minor(cost * line.line.quantity, action.currency), action.currency)
        for line in now.lines for cost in [line.offer.unit_cost_minor(line.line.quantity)]
    ]  # fmt: skip
    return Letter(
        recipient=now.supplier.code,
        name=name,
        address=now.supplier.email.strip() if is_address(now.supplier.email) else "",
        subject=message("stock.letter.order_subject", brand=brand, number=number),
        body=message("stock.letter.order", brand=brand, supplier=name, number=number, total=total),
        sheet=Sheet(
            name=f"order-{number}",
            heads=tuple(Message(key=f"stock.letter.head.{head}") for head in _HEADS),
            rows=tuple(tuple(verbatim(cell) for cell in line) for line in lines),
        ),
        has_document=True,
    )


def _row(
    session: BrandSession, supplier: Supplier, line_now: _LineNow, currency: str, number: str, source: str
) -> PurchaseOrder:
    today = session.ctx.now()
    lead = supplier.lead_time_days
    return PurchaseOrder(
        id=session.ctx.new_id(),
        number=number,
        supplier_id=supplier.id,
        product_id=line_now.offer.product_id,
        quantity=line_now.line.quantity,
        unit_cost_minor=line_now.offer.unit_cost_minor(line_now.line.quantity),
        currency=currency,
        ordered_at=today,
        expected_at=None if lead is None else today + timedelta(days=lead),
        source=source,
    )


def _change(row: PurchaseOrder, before: Mapping[str, Any] | None) -> RowChange:
    cancelled = None if row.cancelled_at is None else row.cancelled_at.isoformat()
    after = {"number": row.number, "quantity": row.quantity, "cancelled_at": cancelled, "source": row.source}
    return RowChange(table="purchase_order", id=row.id, before=before, after=after)


def _call_off(session: BrandSession, change: Mapping[str, Any]) -> RowChange:
    row: PurchaseOrder | None = lock_row(session, PurchaseOrder, UUID(change["id"]))
    if row is None:
        raise NotFound("The order is gone.")
    if row.received_at is not None:
        raise Conflict(
            f"Order {row.number} came on {row.received_at:%-d %B %Y}, so it cannot be called off any more.",
            remedy="Return the goods, or let the stock sell.",
        )
    if row.cancelled_at is not None:
        raise Conflict(f"Order {row.number} has been called off already.")
    before = dict(change["after"])
    row.cancelled_at = session.ctx.now()
    session.flush()
    return _change(row, before)
