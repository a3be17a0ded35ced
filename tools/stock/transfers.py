"""Advises and proposes transfers: stock that will not sell where it lies, to where it will run out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from analytics.stock.transfer_value import TransferPlace, TransferValue, units_to_move, value_transfer
from domain.figure import Cell
from domain.prediction import Prediction
from domain.report import Claim
from domain.stock import TRANSFER_HORIZON_DAYS, StockTransfer
from store.reads.pricing import prices
from store.reads.pricing import promotions as products_of
from store.reads.sales import net_revenue_per_unit_minor
from store.reads.settings import brand_of
from store.reads.stock import levels as stocked
from store.reads.stock import transfers as reads
from store.session import BrandSession
from store.tables import Location, Product
from tools import cells
from tools.base import Access, GaveUp, Name, NoArguments, Tool, ToolAnswer, ToolArguments, ToolEnv
from tools.proposals import Draft, receipt_of_tool, store_proposal
from tools.reasons import reason_keys
from tools.sources import RowSelection, selected
from tools.stock.transfer_results import ProposedTransfer, TransferAdvice, TransferLine

COVERAGE = 0.80
MOST_LINES = 20
_SALES_WEEKS = 13
_TIME_TO_REPORT = timedelta(days=8)


class TransferArguments(ToolArguments):
    """Quantity, cost and promise are taken from the analysis, never from here."""

    sku: Name = Field(description="the product's SKU")
    origin: Name = Field(description="the code of the place that has too much")
    target: Name = Field(description="the code of the place that runs out")
    analysis_receipt: UUID = Field(description="the receipt of transfer_advice in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")


@dataclass(frozen=True)
class _Move:
    """A transfer that would bring something."""

    product: Product
    origin: Location
    target: Location
    there: reads.PlaceStock
    here: reads.PlaceStock
    cost_minor: int
    value: TransferValue


@dataclass(frozen=True)
class _Book:
    """The brand's places and products: which places have a cost of transport, and the stock at each."""

    currency: str
    places: Sequence[Location]
    stock: Mapping[reads.Key, reads.PlaceStock]
    products: Mapping[UUID, Product]
    margins: Mapping[UUID, float]
    coming: Mapping[UUID, int]
    warehouses: frozenset[UUID]

    @property
    def costed(self) -> dict[UUID, Location]:
        return {place.id: place for place in self.places if place.transfer_cost_minor is not None}


def transfer_advice(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """Work out which units would be worth moving between two of the brand's places: a product that will not sell (or
    will expire) in eight weeks where it lies, to where it will run out in that time; what that brings net of the
    transport, with an 80 % interval. A stand that the warehouse can fill up is not in need. Abstains where the places'
    counts or their transports' cost are not known."""
    book = env.once(("transfer book",), lambda: _read(session))
    moves = sorted(_moves(book), key=lambda move: -move.value.value_minor)[:MOST_LINES]
    places = book.places
    status, reasons = _status(book)
    view = TransferAdvice(
        currency=book.currency,
        status=status,
        reasons=reason_keys("stock", reasons),
        places=cells.count(len(places)),
        without_cost=cells.count(len(places) - len(book.costed)),
        never_counted=cells.count(sum(stock.counted_at is None for stock in book.stock.values())),
        coverage=cells.share(COVERAGE),
        horizon=cells.days(TRANSFER_HORIZON_DAYS),
        lines=[_line(move, book.currency) for move in moves],
        location=sorted({place.code for move in moves for place in (move.origin, move.target)}),
    )
    return ToolAnswer(view, tuple(_sources(session, moves)))


def _read(session: BrandSession) -> _Book:
    kept = net_revenue_per_unit_minor(session, _SALES_WEEKS)
    products = {product.id: product for product in products_of.active_products(session)}
    costs = prices.unit_costs_minor(session, products.keys())
    return _Book(
        currency=brand_of(session).currency,
        places=reads.stocked_places(session),
        stock=reads.stock_by_place(session, TRANSFER_HORIZON_DAYS),
        products=products,
        margins={
            product: kept[product] - cost
            for product, cost in costs.items()
            if cost is not None and kept.get(product, 0.0) > cost
        },
        coming=stocked.units_on_order(session),
        warehouses=frozenset(place.id for place in stocked.warehouses(session)),
    )


def _status(book: _Book) -> tuple[Literal["told", "insufficient", "one_place"], list[str]]:
    if len(book.places) < 2:
        return "one_place", ["one_place"]
    if len(book.costed) < 2:
        return "insufficient", ["transports_without_cost"]
    if all(stock.counted_at is None for stock in book.stock.values()):
        return "insufficient", ["nothing_counted"]
    return "told", []


def _moves(book: _Book) -> Iterator[_Move]:
    """The best origin for each product and place in need; what an origin gives it cannot give again."""
    by_product: dict[UUID, list[reads.PlaceStock]] = defaultdict(list)
    costed = book.costed
    for stock in book.stock.values():
        if stock.counted_at is not None and stock.location_id in costed and stock.product_id in book.products:
            by_product[stock.product_id].append(stock)
    for product, held in by_product.items():
        margin = book.margins.get(product)
        if margin is None:
            continue
        given: set[UUID] = set()
        for here in sorted(held, key=lambda stock: _spot(book, stock).surplus_after(TRANSFER_HORIZON_DAYS)):
            if not _in_need(book, here):
                continue
            options = [
                move
                for there in held
                if there.location_id not in given | {here.location_id}
                and (move := _move(book, there, here, margin)) is not None
            ]
            if options:
                best = max(options, key=lambda move: move.value.value_minor)
                given.add(best.origin.id)
                yield best


def _spot(book: _Book, stock: reads.PlaceStock) -> TransferPlace:
    coming = book.coming.get(stock.product_id, 0) if stock.location_id in book.warehouses else 0
    return TransferPlace(float(stock.present), stock.daily_pace, float(coming))


def _in_need(book: _Book, here: reads.PlaceStock) -> bool:
    """Whether a place will run out; a stand does not while a warehouse has enough to fill it up."""
    short = -_spot(book, here).surplus_after(TRANSFER_HORIZON_DAYS)
    if short <= 0:
        return False
    if here.location_id in book.warehouses:
        return True
    spare = (
        _spot(book, stock).surplus_after(TRANSFER_HORIZON_DAYS)
        for stock in book.stock.values()
        if stock.product_id == here.product_id and stock.location_id in book.warehouses
    )
    return sum(max(units, 0.0) for units in spare) < short


def _move(book: _Book, there: reads.PlaceStock, here: reads.PlaceStock, margin: float) -> _Move | None:
    product, costed = book.products[there.product_id], book.costed
    origin, target = costed[there.location_id], costed[here.location_id]
    source, sink = _spot(book, there), _spot(book, here)
    units = units_to_move(source, sink, TRANSFER_HORIZON_DAYS, product.shelf_life_days)
    if not units:
        return None
    cost = (origin.transfer_cost_minor or 0) + (target.transfer_cost_minor or 0)
    value = value_transfer(source, sink, units, margin, cost, TRANSFER_HORIZON_DAYS, COVERAGE)
    return _Move(product, origin, target, there, here, cost, value)


def _line(move: _Move, currency: str) -> TransferLine:
    pays = move.value.value_minor > 0 and move.value.low_minor > -move.cost_minor
    decision = "move" if pays and move.value.value_minor >= 1 else "leave"
    return TransferLine(
        sku=move.product.sku,
        title=move.product.title,
        origin=move.origin.code,
        target=move.target.code,
        decision=decision,
        reasons=[] if decision == "move" else reason_keys("stock", ["transport_costs_more"]),
        quantity=Cell(value=move.value.units, unit="units"),
        there=Cell(value=move.there.present, unit="units"),
        sold_there=cells.units_a_week(move.there.daily_pace * 7),
        here=Cell(value=move.here.present, unit="units"),
        sold_here=cells.units_a_week(move.here.daily_pace * 7),
        cost=cells.money(move.cost_minor, currency),
        extra_units=Cell(value=round(move.value.extra_units), unit="units"),
        gain=cells.money(move.value.value_minor, currency),
        gain_low=cells.money(move.value.low_minor, currency),
        gain_high=cells.money(move.value.high_minor, currency),
    )


def _sources(session: BrandSession, moves: Sequence[_Move]) -> Iterator[RowSelection]:
    places = [place.id for place in reads.stocked_places(session)]
    yield selected(session, "location", id=places).bearing_on("/places", "/without_cost")
    yield selected(session, "stock_item", location_id=places).bearing_on("/never_counted", "/places")
    yield selected(session, "brand_rules").bearing_on("/coverage", "/horizon")
    for at, move in enumerate(moves):
        about = f"/lines/{at}"
        ids = [move.there.location_id, move.here.location_id]
        items = [item for place in ids if (item := reads.item_at(session, move.product.id, place)) is not None]
        yield selected(session, "inventory_movement", stock_item_id=[item.id for item in items]).bearing_on(about)
        yield selected(session, "sales_fact", product_id=move.product.id).bearing_on(about)
        yield selected(session, "location", id=ids).bearing_on(about)


def propose_stock_transfer(session: BrandSession, env: ToolEnv, args: TransferArguments) -> ToolAnswer:
    """Propose a transfer that transfer_advice found worthwhile in this run: name its receipt and say why. Quantity,
    cost and what it should bring are taken from the receipt. Refused where the analysis did not advise it."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "transfer_advice")
    advice = TransferAdvice.model_validate(analysis.result)
    wanted = (args.sku, args.origin, args.target)
    line = next((line for line in advice.lines if (line.sku, line.origin, line.target) == wanted), None)
    if line is None or line.decision != "move":
        raise GaveUp(
            f"The analysis does not advise to move {args.sku} from {args.origin} to {args.target}.",
            remedy="Report it as a finding instead.",
        )
    action = StockTransfer(
        sku=line.sku,
        from_location=line.origin,
        to_location=line.target,
        quantity=int(line.quantity.value),
        cost_minor=int(line.cost.value),
        currency=advice.currency,
    )
    days = timedelta(days=TRANSFER_HORIZON_DAYS)
    prediction = Prediction(
        value=int(line.gain.value),
        low=int(line.gain_low.value),
        high=int(line.gain_high.value),
        unit=line.gain.unit,
        coverage_bps=int(advice.coverage.value),
        horizon_days=days.days,
        check_at=session.ctx.known_until + days + _TIME_TO_REPORT,
    )
    draft = Draft(
        action=action,
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset({line.sku, line.title, line.origin, line.target}),
    )
    row = store_proposal(session, env, "propose_stock_transfer", args, draft)
    return ToolAnswer(
        ProposedTransfer(
            proposal=str(row.id), sku=line.sku, expected=line.gain, check_at=prediction.check_at.isoformat()
        )
    )


TRANSFER_TOOLS: tuple[Tool, ...] = (
    Tool("transfer_advice", Access.ANALYSE, NoArguments, TransferAdvice, transfer_advice),
    Tool("propose_stock_transfer", Access.PROPOSE, TransferArguments, ProposedTransfer, propose_stock_transfer),
)
