"""Recomputes a message to customers by what of the goods they buy is there to be sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from analytics.customers.audience import BUYERS
from analytics.statistics.errors import InvalidNumbers
from domain.customers import SEGMENT_MESSAGE, WINDOW_DAYS, SegmentMessage
from domain.errors import DomainError
from domain.figure import Cell
from domain.message import Message, verbatim
from domain.prediction import Prediction
from store.reads.customers import outreach as reads
from store.reads.pricing.prices import unit_costs_minor
from store.session import BrandSession
from store.tables import Product, ProposalRow
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.challenge_results import MATERIAL, ChallengeArguments, ChallengeView
from tools.customers.book import CustomerBook, customer_book, sources_of_customers
from tools.customers.results import MessageAdviceView, MessageLine
from tools.proposals import proposal_of_run, receipt_behind
from tools.stock.book import stock_book
from tools.stock.shelf_supply import ShelfSupply, shelf_supply
from tools.stock.sources import sources_of_shelf

_LEAST_ORDERS = 20
_LEAST_KNOWN = 0.5
"""The least share, by value, of these customers' purchases that must be of goods with known stock and supply."""


@dataclass(frozen=True)
class _Good:
    """One product of what these customers buy: its share of their spending, its units in an order, and its supply."""

    product: UUID
    share: float
    units_an_order: float
    supply: ShelfSupply


def recompute_message_within_stock(session: BrandSession, env: ToolEnv, args: ChallengeArguments) -> ToolAnswer:
    """Recompute what a proposed message brings, counting that the orders it should bring are for the goods which these
    customers buy, and that only what is in stock, or on its way, can be sold in the fortnight that counts. Goods that
    would sell out anyway earn nothing more. Says whether the promise stands, changes, or cannot be checked."""
    proposal = proposal_of_run(session, env, args.proposal, SEGMENT_MESSAGE.name)
    action, prediction = SegmentMessage.model_validate(proposal.action), Prediction.model_validate(proposal.prediction)
    promised = Cell(value=prediction.value, unit=prediction.unit)
    blank = ChallengeView(proposal=str(proposal.id), subject=action.subject, status="abstained", promised=promised)
    book = customer_book(session, env)
    try:
        line = _line_behind(session, proposal, action)
        members = _members(book, action)
        basket = reads.basket_of(session, [book.ids[int(customer)] for customer in members])
        goods = _goods(session, env, basket)
        orders = _more_orders(book, line, members)
    except DomainError as error:
        return ToolAnswer(blank.model_copy(update={"reasons": [verbatim(error.message)]}))
    sources = sources_of_customers(session, book)
    stock = stock_book(session, env)
    for good in goods:
        sources += sources_of_shelf(session, stock, good.supply.supplier, good.product)
    return ToolAnswer(_view(blank, proposal, prediction, line, _served(goods, orders)), sources)


def _line_behind(session: BrandSession, proposal: ProposalRow, action: SegmentMessage) -> MessageLine:
    """Raises InvalidNumbers."""
    receipt = receipt_behind(session, proposal, "message_advice")
    advice = MessageAdviceView.model_validate(receipt.result) if receipt else None
    for line in advice.lines if advice else ():
        if line.segment == action.segment and line.net is not None and line.cost is not None:
            return line
    raise InvalidNumbers("The message rests on no analysis of this run.")


def _members(book: CustomerBook, action: SegmentMessage) -> Sequence[int]:
    """Places in the book's customers of those who may be written to. Raises InvalidNumbers."""
    if book.standings is None:
        raise InvalidNumbers("No orders of customers are known.")
    meant = book.may_write if action.segment == BUYERS else book.may_write & (book.standings.segment == action.segment)
    return [int(customer) for customer in book.standings.customer[meant]]


def _goods(session: BrandSession, env: ToolEnv, basket: reads.Basket) -> list[_Good]:
    """The goods that these customers buy, as far as their supply is known. Raises InvalidNumbers, InvalidInput."""
    paid = sum(basket.amount_minor.values())
    if basket.orders < _LEAST_ORDERS or paid <= 0:
        raise InvalidNumbers("Too few orders say which products these customers buy.")
    stock, costs = stock_book(session, env), unit_costs_minor(session, sorted(basket.units))
    skus = {row.id: row.sku for row in session.scalars(select(Product).where(col(Product.id).in_(basket.units)))}
    goods = []
    for product in sorted(basket.units):
        try:
            supply = shelf_supply(session, env, stock, product, skus[product], costs.get(product))
        except InvalidNumbers:
            continue
        if supply.shelf.rate.units_per_day > 0:
            each = basket.units[product] / basket.orders
            goods.append(_Good(product, basket.amount_minor[product] / paid, each, supply))
    if sum(good.share for good in goods) < _LEAST_KNOWN:
        raise InvalidNumbers("How most of what these customers buy is supplied is not known well enough.")
    return goods


def _more_orders(book: CustomerBook, line: MessageLine, members: Sequence[int]) -> float:
    """Orders that the message should bring: what it earns before its cost, by what an order of theirs leaves.

    Raises InvalidNumbers.
    """
    assert book.standings is not None and line.net is not None and line.cost is not None
    left = book.margin_per_order_minor(np.isin(book.standings.customer, members))
    earned = float(line.net.value) + float(line.cost.value)
    if left <= 0 or earned <= 0:
        raise InvalidNumbers("The message is not proposed for the orders that it brings.")
    return earned / left


def _served(goods: Sequence[_Good], orders: float) -> float:
    """The share of the orders' value that can be sold beyond what sells anyway; unknown supply goes as the rest."""
    known = sum(good.share for good in goods)
    return sum(good.share * _more_sold(good.supply, orders * good.units_an_order) for good in goods) / known


def _more_sold(supply: ShelfSupply, units: float) -> float:
    """The share of `units` asked for on top within the window that can be sold, from 0 to 1."""
    usual = supply.shelf.rate.units_per_day * WINDOW_DAYS
    if units <= 0:
        return 1.0
    more = supply.shelf.sold(WINDOW_DAYS, 1 + units / usual) - supply.shelf.sold(WINDOW_DAYS)
    return min(max(more / units, 0.0), 1.0)


def _view(
    blank: ChallengeView,
    proposal: ProposalRow,
    prediction: Prediction,
    line: MessageLine,
    served: float,
) -> ChallengeView:
    if 1 - served <= MATERIAL:
        return blank.model_copy(update={"status": "stands"})
    assert line.cost is not None
    unit, cost = blank.promised.unit, float(line.cost.value)

    def earned(promised: int) -> int:
        """A loss is none of the stock's doing."""
        return round((promised + cost) * served - cost) if promised + cost > 0 else promised

    value, low, high = (earned(amount) for amount in (prediction.value, prediction.low, prediction.high))
    learning = max(proposal.expected_minor - prediction.value, 0)
    return blank.model_copy(
        update={
            "status": "changed",
            "value": Cell(value=value, unit=unit),
            "low": Cell(value=min(low, value), unit=unit),
            "high": Cell(value=max(high, value), unit=unit),
            "expected": Cell(value=value + round(learning * served), unit=unit),
            "cells": {"served": cells.share(served)},
            "message": Message(key="customers.challenge.within_stock"),
        }
    )
