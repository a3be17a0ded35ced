"""Recomputes what a price change brings where the stock limits what can be sold until more can come."""

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.contested_stock import ChannelSales, gain_within_stock
from domain.errors import DomainError
from domain.figure import Cell
from domain.message import Message, verbatim
from domain.prediction import Prediction
from domain.pricing import PRICE_UPDATE, PriceUpdate
from store.session import BrandSession
from store.tables import ProposalRow
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.challenge_results import MATERIAL, ChallengeArguments, ChallengeView
from tools.pricing.results import BestPrice
from tools.pricing.situation import Situation, situation_of
from tools.proposals import proposal_of_run, receipt_behind
from tools.stock.book import stock_book
from tools.stock.shelf_supply import ShelfSupply, shelf_supply
from tools.stock.sources import sources_of_shelf


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
        supply = shelf_supply(session, env, book, now.product.id, now.product.sku, now.unit_cost_minor)
        view = _recomputed(blank, supply, advice, action, prediction, now)
    except DomainError as error:
        return ToolAnswer(blank.model_copy(update={"reasons": [error.said or verbatim(error.message)]}))
    return ToolAnswer(view, sources_of_shelf(session, book, supply.supplier, now.product.id))


def _recomputed(
    blank: ChallengeView,
    supply: ShelfSupply,
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
        """The part of a promised gain that the stock allows; the promise implies how many units a day were to sell."""
        free = promised / prediction.horizon_days + sales.contribution_a_unit * sales.units_a_day
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
                "coming": Cell(value=round(sum(arrival.units for arrival in shelf.arrivals)), unit="units"),
                "asked": cells.units_a_week(shelf.rate.units_per_day * 7),
                "supply": cells.days(round(shelf.supply_days)),
            },
            "message": Message(key="pricing.challenge.within_stock"),
        }
    )
