"""`stock.transfer`: move units from one place to another, move them back, and tell what that saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.errors import Conflict, InvalidInput, NotFound
from domain.figure import money_cell
from domain.kind import ActionKind
from domain.message import Message, message, number
from domain.prediction import Outcome, Prediction
from domain.stock import STOCK_TRANSFER, TRANSFER_HORIZON_DAYS, StockTransfer, StockTransferFacts
from store.leases import lock_row
from store.reads.pricing import prices
from store.reads.settings import brand_of, rules_of
from store.reads.stock import transfers as reads
from store.session import BrandSession
from store.tables import BrandRules, InventoryMovement, Location, Product, StockItem

_LEFT_DAYS = 28


@dataclass(frozen=True)
class _Situation:
    product: Product
    rules: BrandRules
    source: Location
    target: Location
    there: reads.PlaceStock
    here: reads.PlaceStock | None
    unit_cost_minor: int


class StockTransferHandler:
    """The handler of `stock.transfer`."""

    kind: ActionKind = STOCK_TRANSFER

    def lock(self, session: BrandSession, action: StockTransfer) -> None:
        product = prices.product_by_sku(session, action.sku)
        item = reads.item_at(session, product.id, reads.location_by_code(session, action.from_location).id)
        if item is None:
            raise NotFound(f"{action.sku} is not kept at {action.from_location}.")
        lock_row(session, StockItem, item.id)

    def look(self, session: BrandSession, action: StockTransfer, prediction: Prediction | None) -> Look:
        now = _situation(session, action)
        facts = _guard_facts(now, action, prediction)
        return Look(
            subject=action.subject,
            preview=_preview(now, action, facts),
            shown=_shown(now, action),
            guard_facts=facts,
            risk="high" if facts.starves_source else "low",
        )

    def apply(self, session: BrandSession, action: StockTransfer, source: str) -> Sequence[RowChange]:
        now = _situation(session, action)
        return _move(session, now.product, (now.source, now.target), action.quantity, source)

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        """Move them back: what was written stays, as the ledger only grows."""
        out, into = (change["after"] for change in changes)
        product = prices.product_by_sku(session, out["sku"])
        origin, target = (reads.location_by_code(session, entry["location"]) for entry in (out, into))
        held = reads.stock_by_place(session, _LEFT_DAYS, product_id=product.id, location_ids=[target.id])
        present = held[product.id, target.id].present if (product.id, target.id) in held else 0
        if present < into["quantity"]:
            raise Conflict(
                f"{into['location']} has {present} of the {into['quantity']} units left, so they cannot go back.",
                remedy="Propose a transfer of what is left.",
            )
        return _move(session, product, (target, origin), into["quantity"], source)

    def measure(
        self, session: BrandSession, action: StockTransfer, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.stock.transfer_outcome import measure_transfer  # brings numpy along, which no other step needs

        return measure_transfer(session, action, source, until)

    def complete(self, session: BrandSession, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Fill in the transport cost of the two places, where both name one."""
        codes = [parameters[name] for name in ("from_location", "to_location") if name in parameters]
        costs = [reads.location_by_code(session, code).transfer_cost_minor for code in codes]
        known = [cost for cost in costs if cost is not None]
        return {**({"cost_minor": sum(known)} if len(known) == len(costs) == 2 else {}), **parameters}


def _situation(session: BrandSession, action: StockTransfer) -> _Situation:
    product = prices.product_by_sku(session, action.sku)
    origin, target = (reads.location_by_code(session, code) for code in (action.from_location, action.to_location))
    currency = brand_of(session).currency
    if action.currency != currency:
        raise InvalidInput(f"The brand reckons in {currency}, not {action.currency}.")
    held = reads.stock_by_place(
        session, TRANSFER_HORIZON_DAYS, product_id=product.id, location_ids=[origin.id, target.id]
    )
    there = held.get((product.id, origin.id))
    if there is None or there.counted_at is None:
        raise InvalidInput(
            f"{action.sku} has never been counted at {action.from_location}, so it is not known what is there.",
            remedy="Count it, and import stock.csv.",
        )
    return _Situation(
        product=product,
        rules=rules_of(session),
        source=origin,
        target=target,
        there=there,
        here=held.get((product.id, target.id)),
        unit_cost_minor=prices.unit_cost_minor(session, product.id) or 0,
    )


def _guard_facts(now: _Situation, action: StockTransfer, prediction: Prediction | None) -> StockTransferFacts:
    left = now.there.present - action.quantity
    return StockTransferFacts(
        quantity=action.quantity,
        amount_minor=action.quantity * now.unit_cost_minor + action.cost_minor,
        exceeds_stock=left < 0,
        cost_unknown=any(place.transfer_cost_minor is None for place in (now.source, now.target)),
        starves_source=left < now.there.daily_pace * _LEFT_DAYS,
        owner_gate_minor=now.rules.owner_gate_minor,
        prediction_low_minor=prediction.low if prediction else 0,
    )


def _preview(now: _Situation, action: StockTransfer, facts: StockTransferFacts) -> Preview:
    here = now.here.present if now.here else 0
    return Preview(
        title=f"Move {action.quantity:,} of {now.product.title} from {_named(now.source)} to {_named(now.target)}",
        changes=(
            _line(now.product.title, now.source, now.there.present, -action.quantity),
            _line(now.product.title, now.target, here, action.quantity),
        ),
        amount_minor=facts.amount_minor,
        currency=action.currency,
        blast_radius=message("stock.preview.transfer_reach", cost=money_cell(action.cost_minor, action.currency)),
        undo=Message(key="stock.preview.transfer_undo"),
        told=Told(
            names={
                "sku": now.product.title,
                "from_location": _named(now.source),
                "to_location": _named(now.target),
            }
        ),
        puts_in=message("stock.preview.transfer_puts_in", cost=money_cell(action.cost_minor, action.currency)),
        if_no=message(
            "stock.preview.transfer_if_no",
            there=now.there.present,
            source=_named(now.source),
            here=here,
            target=_named(now.target),
        ),
    )


def _line(product: str, place: Location, units: int, change: int) -> PreviewLine:
    field = message("stock.preview.at_place", product=product, place=_named(place))
    return PreviewLine(field=field, before=number(units), after=number(units + change))


def _named(place: Location) -> str:
    return place.title or place.code


def _shown(now: _Situation, action: StockTransfer) -> dict[str, ShownFact]:
    places = {now.source.code: now.there, now.target.code: now.here}
    return {
        f"on hand {code}": ShownFact(
            value=held.present if held else 0,
            tolerance=max(round(held.daily_pace * 7) if held else 0, action.quantity // 4, 2),
            unit="units",
            promised=True,
        )
        for code, held in places.items()
    }


def _move(
    session: BrandSession, product: Product, places: tuple[Location, Location], quantity: int, source: str
) -> list[RowChange]:
    """Two entries of the ledger: out of the first place, into the second."""
    now = session.ctx.now()
    row_changes = []
    for place, units, name in ((places[0], -quantity, "out"), (places[1], quantity, "in")):
        item = reads.item_at(session, product.id, place.id)
        if item is None:
            item = StockItem(id=session.ctx.new_id(), product_id=product.id, location_id=place.id)
            session.add(item)
            session.flush()
        row = InventoryMovement(
            id=session.ctx.new_id(),
            stock_item_id=item.id,
            external_id=f"{source} {name}",
            kind="transfer",
            quantity=units,
            moved_at=now,
        )
        session.add(row)
        session.flush()
        after = {"sku": product.sku, "location": place.code, "quantity": units, "source": source}
        row_changes.append(RowChange(table="inventory_movement", id=row.id, before=None, after=after))
    return row_changes
