"""Recomputes an order to a supplier with the demand that the meeting's price changes would bring."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.figure import Cell
from domain.message import Message
from domain.prediction import Prediction
from domain.pricing import PRICE_UPDATE
from domain.stock import PURCHASE_ORDER_CREATE, PurchaseLine, PurchaseOrderCreate
from store.reads.pricing.prices import product_by_sku
from store.reads.stock import levels as reads
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.challenge_results import MATERIAL, ChallengeArguments, ChallengeView
from tools.pricing.challenge import advice_behind
from tools.proposals import proposal_of_run
from tools.stock.book import RECENT_WEEKS, StockBook, stock_book
from tools.stock.order_advice import advise_supplier
from tools.stock.results import OrderAdviceView
from tools.stock.sources import sources_of_advice

_LEAST_FACTOR, _MOST_FACTOR = 0.3, 3.0


def recompute_order_with_prices(session: BrandSession, env: ToolEnv, args: ChallengeArguments) -> ToolAnswer:
    """Recompute a proposed order with the units that the price changes named beside it would sell: a product whose
    price falls is asked for more, one whose price rises less. Says whether the order stands, changes to other
    quantities, or is not needed any more."""
    proposal = proposal_of_run(session, env, args.proposal, PURCHASE_ORDER_CREATE.name)
    action = PurchaseOrderCreate.model_validate(proposal.action)
    prediction, book = Prediction.model_validate(proposal.prediction), stock_book(session, env)
    view = order_with_prices(session, env, action, args.beside)
    supplier = reads.supplier_by_code(session, action.supplier)
    return ToolAnswer(
        _compared(proposal.id, action, prediction, view),
        sources_of_advice(session, book, supplier, dict.fromkeys(_products_of(session, action), ())),
    )


def order_with_prices(
    session: BrandSession, env: ToolEnv, action: PurchaseOrderCreate, prices: Sequence[UUID]
) -> OrderAdviceView:
    """The order to place with its supplier, given the price changes of these proposals."""
    factors = _demand_factors(session, env, stock_book(session, env), prices)
    return advise_supplier(session, env, action.supplier, factors)


def lines_of(view: OrderAdviceView) -> dict[str, PurchaseLine]:
    """The lines that an advice orders, by SKU."""
    return {
        line.sku: PurchaseLine(
            sku=line.sku, quantity=int(line.quantity.value), unit_cost_minor=int(line.unit_cost.value)
        )
        for line in view.lines
        if line.decision == "order" and line.quantity and line.unit_cost
    }


def _products_of(session: BrandSession, action: PurchaseOrderCreate) -> list[UUID]:
    return [product_by_sku(session, line.sku).id for line in action.lines]


def _demand_factors(
    session: BrandSession, env: ToolEnv, book: StockBook, prices: Sequence[UUID]
) -> Mapping[UUID, float]:
    """Demand at the changed prices as a multiple of today's, by product; the other channels' stays."""
    more: dict[UUID, float] = {}
    for given in prices:
        advice = advice_behind(session, proposal_of_run(session, env, given, PRICE_UPDATE.name))
        if advice and advice.units_now and advice.units_then:
            product = product_by_sku(session, advice.sku).id
            more[product] = more.get(product, 0.0) + float(advice.units_then.value) - float(advice.units_now.value)
    factors = {}
    for product, units in more.items():
        stock = book.stock.get(product)
        used = (
            float((stock.used * stock.shift.factor)[-RECENT_WEEKS:].mean())
            if stock is not None and len(stock.used)
            else 0.0
        )
        if used > 0:
            factors[product] = min(max(1 + units / used, _LEAST_FACTOR), _MOST_FACTOR)
    return factors


def _compared(
    proposal: UUID, action: PurchaseOrderCreate, prediction: Prediction, view: OrderAdviceView
) -> ChallengeView:
    promised = Cell(value=prediction.value, unit=prediction.unit)
    base = ChallengeView(proposal=str(proposal), subject=action.subject, status="abstained", promised=promised)
    if view.status == "abstained":
        return base.model_copy(update={"reasons": [Message(key=key) for key in view.reasons]})
    before = {line.sku: line for line in action.lines}
    after = lines_of(view)
    if much_the_same(before, after):
        return base.model_copy(update={"status": "stands"})
    if not after:
        nothing = Cell(value=0, unit=prediction.unit)
        return base.model_copy(
            update={"status": "changed", "value": nothing, "low": nothing, "high": nothing,
                    "message": Message(key="stock.challenge.not_needed")}
        )  # fmt: skip
    changed = action.model_copy(update={"lines": tuple(after.values())})
    assert view.gain is not None and view.gain_low is not None and view.gain_high is not None
    return base.model_copy(
        update={
            "status": "changed",
            "value": view.gain,
            "low": view.gain_low,
            "high": view.gain_high,
            "cells": {
                "units": Cell(value=sum(line.quantity for line in after.values()), unit="units"),
                "units_before": Cell(value=sum(line.quantity for line in before.values()), unit="units"),
                "amount": cells.money(changed.total_minor, action.currency),
                "amount_before": cells.money(action.total_minor, action.currency),
            },
            "message": Message(key="stock.challenge.changed"),
            "action": changed.model_dump(mode="json"),
        }
    )


def much_the_same(before: Mapping[str, PurchaseLine], after: Mapping[str, PurchaseLine]) -> bool:
    """Whether two orders hold the same products in about the same quantities."""
    if set(before) != set(after):
        return False
    moved = sum(abs(after[sku].quantity - line.quantity) for sku, line in before.items())
    return moved <= MATERIAL * sum(line.quantity for line in before.values())
