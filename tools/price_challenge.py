"""Recomputes what a price change brings where the stock limits what can be sold until more can come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from analytics.contested_stock import Arrival, ChannelSales, ShelfUntilSupply, gain_within_stock
from analytics.errors import InvalidNumbers
from domain.action import PRICE_UPDATE
from domain.errors import DomainError
from domain.figure import Cell
from domain.prediction import Prediction
from domain.pricing import PriceUpdate
from domain.purchasing import REVIEW_DAYS
from store.reads import stock as reads
from store.session import BrandSession
from store.tables import ProposalRow, Supplier
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.challenge_results import ChallengeArguments, ChallengeView
from tools.order_advice import LEAST_WEEKS
from tools.price_results import BestPrice
from tools.price_situation import Situation, situation_of
from tools.proposals import proposal_of_run, receipt_behind
from tools.stock_book import StockBook, lead_time_of, stock_book
from tools.stock_demand import weekly_demand
from tools.stock_sources import sources_of_shelf

MATERIAL = 0.05
"""A recomputation within a twentieth of what was promised comes to the same."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Supply:
    """How a product is supplied, by whom next, and what a unit of it leaves on average over the channels."""

    shelf: ShelfUntilSupply
    supplier: Supplier
    left_elsewhere: float


def advice_behind(session: BrandSession, proposal: ProposalRow) -> BestPrice | None:
    """The analysis that a price change rests on; None where it rests on none."""
    receipt = receipt_behind(session, proposal, "best_price")
    return BestPrice.model_validate(receipt.result) if receipt else None


def recompute_price_within_stock(session: BrandSession, env: ToolEnv, args: ChallengeArguments) -> ToolAnswer:
    """Recompute what a proposed price change brings, counting that only what is in stock, or on its way, can be sold
    until an order placed today would be in: a cut that sells what would have sold out anyway gives money away, and a
    raise then costs no sales. Says whether the promise stands, changes, or cannot be checked."""
    proposal = proposal_of_run(session, env, args.proposal, PRICE_UPDATE.name)
    action, prediction = PriceUpdate.model_validate(proposal.action), Prediction.model_validate(proposal.prediction)
    promised = Cell(value=prediction.value, unit=prediction.unit)
    blank = ChallengeView(proposal=str(proposal.id), subject=action.subject, status="abstained", promised=promised)
    try:
        advice = advice_behind(session, proposal)
        if advice is None or advice.units_now is None:
            raise InvalidNumbers("The change rests on no analysis of its sales.")
        book, now = stock_book(session, env), situation_of(session, env, action.sku, action.channel, action.zone)
        supply = _supply(session, env, book, now)
        view = _recomputed(blank, supply, advice, action, prediction, now)
    except DomainError as error:
        return ToolAnswer(blank.model_copy(update={"reasons": [error.message]}))
    return ToolAnswer(view, sources_of_shelf(session, book, supply.supplier, now.product.id))


def _supply(session: BrandSession, env: ToolEnv, book: StockBook, now: Situation) -> _Supply:
    """Raises InvalidNumbers where stock, use or lead time is not known."""
    product = now.product.id
    stock = book.stock.get(product)
    if stock is None or len(stock.used) < LEAST_WEEKS or now.unit_cost_minor is None:
        raise InvalidNumbers(f"What {now.product.sku} costs, holds in stock or uses of it is not known well enough.")
    supplier, lead_days = _next_supplier(session, env, product)
    today = session.ctx.known_until
    coming = [
        Arrival(max((order.expected_at - today) / _DAY, 0.0) if order.expected_at else lead_days, order.quantity)
        for order in reads.under_way(session)
        if order.product_id == product
    ]
    return _Supply(
        shelf=ShelfUntilSupply(
            on_hand=float(max(stock.on_hand, 0)),
            arrivals=coming,
            supply_days=lead_days + REVIEW_DAYS,
            rate=weekly_demand(stock, ceil((lead_days + REVIEW_DAYS) / 7)).rate,
        ),
        supplier=supplier,
        left_elsewhere=book.kept_minor.get(product, 0.0) - now.unit_cost_minor,
    )


def _next_supplier(session: BrandSession, env: ToolEnv, product: UUID) -> tuple[Supplier, float]:
    """Who would deliver it soonest, and after how many days. Raises InvalidNumbers where nobody is known to."""
    found = [
        (lead_time_of(session, env, supplier).mean_days, supplier.code, supplier)
        for supplier in reads.suppliers(session)
        if any(offer.product_id == product for offer in _offers(session, env, supplier))
    ]
    if not found:
        raise InvalidNumbers("No supplier is known to offer it.")
    days, _, supplier = min(found, key=lambda one: one[:2])
    return supplier, days


def _offers(session: BrandSession, env: ToolEnv, supplier: Supplier) -> Sequence[reads.Offer]:
    return env.once(("offers", supplier.id), lambda: reads.offers_of(session, supplier.id))


def _recomputed(
    blank: ChallengeView,
    supply: _Supply,
    advice: BestPrice,
    action: PriceUpdate,
    prediction: Prediction,
    now: Situation,
) -> ChallengeView:
    """Raises InvalidNumbers where the new price leaves nothing, so that no sales can be told from the promise."""
    assert advice.units_now is not None and now.unit_cost_minor is not None
    sales = ChannelSales(
        float(advice.units_now.value) / 7, now.terms.kept_minor(now.price.amount_minor) - now.unit_cost_minor
    )
    left_then = now.terms.kept_minor(action.price_minor) - now.unit_cost_minor
    if left_then <= 0:
        raise InvalidNumbers("The new price leaves nothing of a sale.")

    def within_stock(promised: int) -> int:
        """What is left of a promise: it says how many units a day the new price was to sell."""
        free = promised / prediction.horizon_days + sales.left_a_unit * sales.units_a_day
        then = ChannelSales(max(free / left_then, 0.0), left_then)
        return round(gain_within_stock(supply.shelf, sales, then, supply.left_elsewhere, prediction.horizon_days))

    value = within_stock(prediction.value)
    low, high = sorted((within_stock(prediction.low), within_stock(prediction.high)))
    moved = abs(value - prediction.value) > MATERIAL * max(abs(prediction.value), 1)
    shelf = supply.shelf
    return blank.model_copy(
        update={
            "status": "changed" if moved else "stands",
            "value": Cell(value=value, unit=prediction.unit),
            "low": Cell(value=min(low, value), unit=prediction.unit),
            "high": Cell(value=max(high, value), unit=prediction.unit),
            "cells": {
                "on_hand": Cell(value=round(shelf.on_hand), unit="units"),
                "coming": Cell(value=round(sum(one.units for one in shelf.arrivals)), unit="units"),
                "asked": cells.units_a_week(shelf.rate.units_per_day * 7),
                "supply": cells.days(round(shelf.supply_days)),
            },
            "text": _TEXT,
            "german": _GERMAN,
        }
    )


_TEXT = (
    "{on_hand} are on the shelf and {coming} on the way, customers ask for {asked}, and an order of today is in after "
    "{supply}. With no more than that to sell, the change brings {value} ({low} to {high}), not {promised}."
)
_GERMAN = (
    "{on_hand} liegen im Lager und {coming} sind unterwegs, gefragt sind {asked}, und eine heutige Bestellung ist in "
    "{supply} da. Mehr lässt sich nicht verkaufen: Die Änderung bringt {value} ({low} bis {high}) statt {promised}."
)
