"""Proposes orders to suppliers: lines and promise come from the run's own analysis, never from who asks."""

from collections.abc import Iterator
from datetime import timedelta

from domain.prediction import Prediction
from domain.stock import REVIEW_DAYS, PurchaseLine, PurchaseOrderCreate
from store.session import BrandSession
from store.tables import Receipt
from tools import cells
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.proposals import Draft, receipt_of_tool, store_proposal
from tools.stock.arguments import PurchaseArguments
from tools.stock.results import OrderAdviceView, ProposedOrder

_TIME_TO_SEE = timedelta(days=2 * REVIEW_DAYS)
"""After the goods should have come: a week in which others would not have had them, and one for the reports."""


def propose_purchase_order_create(session: BrandSession, env: ToolEnv, args: PurchaseArguments) -> ToolAnswer:
    """Propose the order that order_advice found worthwhile in this run: name its receipt and say why. Products,
    quantities, what the order should bring, and when that is checked are taken from the receipt. Refused where the
    analysis did not advise an order."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "order_advice")
    advice = _advice(analysis, args)
    action, prediction = _action(advice), _prediction(session, advice)
    draft = Draft(
        action=action,
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset({advice.supplier, advice.title, *(line.sku for line in advice.lines), *_cited(advice)}),
    )
    row = store_proposal(session, env, "propose_purchase_order_create", args, draft)
    return ToolAnswer(
        ProposedOrder(
            proposal=str(row.id),
            supplier=action.supplier,
            amount=cells.money(action.total_minor, action.currency),
            expected=cells.money(prediction.value, action.currency),
            check_at=prediction.check_at.isoformat(),
        )
    )


def _cited(advice: OrderAdviceView) -> Iterator[str]:
    """Text that a reason may quote word for word: sentences of the documents behind the advice, and their names."""
    for passage in advice.minimum_order.passages if advice.minimum_order else ():
        yield from (passage.document, passage.quote)


def _advice(analysis: Receipt, args: PurchaseArguments) -> OrderAdviceView:
    advice = OrderAdviceView.model_validate(analysis.result)
    if advice.supplier != args.supplier:
        raise Retry(f"{analysis.id} is about {advice.supplier}, not {args.supplier}.")
    if advice.status != "order":
        raise GaveUp(
            f"The analysis does not advise an order from {advice.supplier}.",
            remedy="Report it as a finding instead.",
            reasons=advice.reasons,
        )
    return advice


def _action(advice: OrderAdviceView) -> PurchaseOrderCreate:
    lines = [
        PurchaseLine(sku=line.sku, quantity=int(line.quantity.value), unit_cost_minor=int(line.unit_cost.value))
        for line in advice.lines
        if line.decision == "order" and line.quantity and line.unit_cost
    ]
    return PurchaseOrderCreate(supplier=advice.supplier, lines=tuple(lines), currency=advice.currency)


def _prediction(session: BrandSession, advice: OrderAdviceView) -> Prediction:
    gain, low, high, horizon = advice.gain, advice.gain_low, advice.gain_high, advice.horizon
    assert gain is not None and low is not None and high is not None and horizon is not None
    days = timedelta(days=int(horizon.value))
    return Prediction(
        value=int(gain.value),
        low=int(low.value),
        high=int(high.value),
        unit=gain.unit,
        coverage_bps=int(advice.coverage.value) if advice.coverage else 8_000,
        horizon_days=days.days,
        check_at=session.ctx.known_until + days + _TIME_TO_SEE,
    )
