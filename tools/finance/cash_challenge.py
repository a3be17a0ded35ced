"""Recomputes an order to a supplier with the cash that will really be there when its bill falls due."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from analytics.finance.cash import CashPaths, cash_paths
from analytics.finance.cash_plan import cash_position
from analytics.statistics.errors import InvalidNumbers
from domain.figure import Cell
from domain.message import Message, verbatim
from domain.prediction import Prediction
from domain.stock import PURCHASE_ORDER_CREATE, PurchaseLine, PurchaseOrderCreate
from store.reads.stock import levels as reads
from store.session import BrandSession
from store.tables import ProposalRow
from tools import cells
from tools.base import ToolAnswer, ToolEnv
from tools.challenge_results import ChallengeArguments, ChallengeView
from tools.finance.book import WEEK, MoneyBook, money_book, rows_of
from tools.finance.cash_analysis import EARLY
from tools.finance.cash_flows import OUTLOOK_WEEKS, cash_flows
from tools.finance.known_money import missing_money
from tools.proposals import proposal_of_run, receipt_behind
from tools.stock.order_challenge import lines_of, much_the_same, order_with_prices
from tools.stock.results import OrderAdviceView, OrderLineAdvice

_SCENARIOS = 4_000


def recompute_order_within_cash(session: BrandSession, env: ToolEnv, args: ChallengeArguments) -> ToolAnswer:
    """Recompute a proposed order with the cash of the coming weeks: what it costs beyond an ordinary week's orders, due
    when its supplier's bill falls due, beside debtors' habits, bills and running costs. Where cash would then run out
    with more than one chance in ten, the lines that bring least for their money are left out until it holds. Price
    changes named beside it change the order first, as they change what is asked for."""
    proposal = proposal_of_run(session, env, args.proposal, PURCHASE_ORDER_CREATE.name)
    action, prediction = PurchaseOrderCreate.model_validate(proposal.action), _prediction(proposal)
    promised = Cell(value=prediction.value, unit=prediction.unit)
    blank = ChallengeView(proposal=str(proposal.id), subject=action.subject, status="abstained", promised=promised)
    book, advice = money_book(session, env), _advice(session, proposal)
    sources = rows_of(session, env, "invoice", "payment", "expense", "expected_expense", "purchase_order", "supplier")
    if book.cash_minor is None or advice is None:
        reason = "no_balance" if advice else "no_advice"
        return ToolAnswer(blank.model_copy(update={"reasons": [Message(key=f"finance.challenge.{reason}")]}))
    flows = env.once(("cash flows",), lambda: cash_flows(session, book))
    if lacking := missing_money(session, book, flows):
        reasons = [Message(key=f"finance.challenge.{lacking.reason}")]
        return ToolAnswer(blank.model_copy(update={"reasons": reasons}), sources)
    try:
        position = cash_position(book.cash_minor, flows.past, flows.delays, flows.receivables, flows.bills)
        paths = env.once(("cash paths",), lambda: cash_paths(position, OUTLOOK_WEEKS, scenarios=_SCENARIOS))
    except InvalidNumbers as error:
        return ToolAnswer(blank.model_copy(update={"reasons": [verbatim(error.message)]}), sources)
    action, advice = _with_prices(session, env, args.beside, action, advice)
    usual = float(flows.past.ordered.mean())
    week = _due_week(session, book, action)
    kept = _taken(advice, _within(paths, action, advice.lines, usual, week))
    return ToolAnswer(_view(blank, action, advice, kept, _runs_out(paths, action.total_minor - usual, week)), sources)


def _prediction(proposal: ProposalRow) -> Prediction:
    return Prediction.model_validate(proposal.prediction)


def _advice(session: BrandSession, proposal: ProposalRow) -> OrderAdviceView | None:
    receipt = receipt_behind(session, proposal, "order_advice")
    return OrderAdviceView.model_validate(receipt.result) if receipt else None


def _with_prices(
    session: BrandSession, env: ToolEnv, prices: Sequence[UUID], action: PurchaseOrderCreate, advice: OrderAdviceView
) -> tuple[PurchaseOrderCreate, OrderAdviceView]:
    """The order as the price changes beside it leave it, where that is another one."""
    view = order_with_prices(session, env, action, prices) if prices else advice
    before, after = {line.sku: line for line in action.lines}, lines_of(view)
    if view.status == "abstained" or not after or much_the_same(before, after):
        return action, advice
    return action.model_copy(update={"lines": tuple(after.values())}), view


def _due_week(session: BrandSession, book: MoneyBook, action: PurchaseOrderCreate) -> int:
    """The week ahead, from one, in which the supplier has to be paid."""
    supplier = reads.supplier_by_code(session, action.supplier)
    days = timedelta(days=(supplier.lead_time_days or 0) + (supplier.payment_days or 0))
    return min(max(days // WEEK + 1, 1), OUTLOOK_WEEKS)


def _runs_out(paths: CashPaths, extra_minor: float, week: int) -> float:
    """The probability that cash runs out within the outlook with so much more to pay in a week."""
    return paths.shortfall_probability(max(round(extra_minor), 0), week)


def _within(
    paths: CashPaths, action: PurchaseOrderCreate, advised: Sequence[OrderLineAdvice], usual: float, week: int
) -> list[PurchaseLine]:
    """The lines that cash carries; those that bring least for their money are left out first."""
    gain = {line.sku: float(line.gain.value) if line.gain else 0.0 for line in advised}
    kept = sorted(
        action.lines, key=lambda line: -gain.get(line.sku, 0.0) / max(line.quantity * line.unit_cost_minor, 1)
    )

    def carried() -> bool:
        """An ordinary week's orders always are: what is owed for them is in the outlook already."""
        more = _cost(kept) - usual
        return more <= 0 or _runs_out(paths, more, week) <= EARLY

    while kept and not carried():
        kept.pop()
    return kept


def _taken(advice: OrderAdviceView, kept: list[PurchaseLine]) -> list[PurchaseLine]:
    """The lines that the supplier still takes: none, where they come to less than its documents ask for."""
    least = advice.minimum_order.amount if advice.minimum_order else None
    return kept if least is None or _cost(kept) >= least.value else []


def _cost(lines: Sequence[PurchaseLine]) -> int:
    return sum(line.quantity * line.unit_cost_minor for line in lines)


def _view(
    blank: ChallengeView, action: PurchaseOrderCreate, advice: OrderAdviceView, kept: list[PurchaseLine], risk: float
) -> ChallengeView:
    if len(kept) == len(action.lines):
        return blank.model_copy(update={"status": "stands"})
    own = {line.sku for line in kept}
    lines = [line for line in advice.lines if line.sku in own]
    unit = blank.promised.unit
    value, low, high = (
        sum(float(getattr(line, name).value) for line in lines) for name in ("gain", "gain_low", "gain_high")
    )
    ordered = tuple(line for line in action.lines if line.sku in own)
    changed = action.model_copy(update={"lines": ordered})
    return blank.model_copy(
        update={
            "status": "changed",
            "value": Cell(value=round(value), unit=unit),
            "low": Cell(value=round(min(low, value)), unit=unit),
            "high": Cell(value=round(max(high, value)), unit=unit),
            "cells": {
                "amount": cells.money(changed.total_minor if ordered else 0, action.currency),
                "amount_before": cells.money(action.total_minor, action.currency),
                "risk": cells.share(risk),
            },
            "message": Message(key="finance.challenge.within_cash"),
            "action": changed.model_dump(mode="json") if ordered else None,
        }
    )
