"""Proposes price changes: the price and the promise come from the run's own analysis, never from who asks."""

from datetime import timedelta

from domain.money import BPS
from domain.prediction import Prediction
from domain.pricing import PriceUpdate
from store.session import BrandSession
from store.tables import ProposalRow, Receipt
from tools import cells
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.pricing.arguments import ProposalArguments
from tools.pricing.results import BestPrice, Proposed
from tools.proposals import Draft, receipt_of_tool, store_proposal

_TIME_TO_REPORT = timedelta(days=7)
"""Sales of the last week are known a week later."""


def propose_price_update(session: BrandSession, env: ToolEnv, args: ProposalArguments) -> ToolAnswer:
    """Propose the price that best_price advised in this run: name its receipt and say why. The price, what it should
    bring, and when that is checked are taken from the receipt. Refused where the analysis did not advise a change."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "best_price")
    advice = _advice(analysis, args)
    prediction = prediction_from(session, advice)
    draft = Draft(
        action=_action(advice),
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset({advice.sku, advice.channel, advice.zone}),
    )
    return ToolAnswer(_proposed(store_proposal(session, env, "propose_price_update", args, draft), advice))


def _advice(analysis: Receipt, args: ProposalArguments) -> BestPrice:
    advice = BestPrice.model_validate(analysis.result)
    if (advice.sku, advice.channel, advice.zone) != (args.sku, args.channel, args.zone):
        raise Retry(f"{analysis.id} is about {advice.sku} in {advice.channel}, not {args.sku} in {args.channel}.")
    if advice.status != "change":
        raise GaveUp(
            f"The analysis does not advise another price for {advice.sku}.",
            remedy="Report it as a finding instead.",
            reasons=advice.reasons,
        )
    return advice


def _action(advice: BestPrice) -> PriceUpdate:
    assert advice.price is not None
    return PriceUpdate(
        sku=advice.sku,
        channel=advice.channel,
        zone=advice.zone,
        price_minor=int(advice.price.value),
        currency=advice.currency,
    )


def prediction_from(session: BrandSession, advice: BestPrice) -> Prediction:
    """The promise that an analysis of a changed price comes to, to be checked after its horizon."""
    change, low, high = advice.profit_change, advice.profit_change_low, advice.profit_change_high
    assert change is not None and low is not None and high is not None
    horizon = timedelta(weeks=int(advice.horizon.value))
    return Prediction(
        value=int(change.value),
        low=int(low.value),
        high=int(high.value),
        unit=change.unit,
        coverage_bps=int(advice.coverage.value) if advice.coverage else 8 * BPS // 10,
        horizon_days=horizon.days,
        check_at=session.ctx.known_until + horizon + _TIME_TO_REPORT,
    )


def _proposed(row: ProposalRow, advice: BestPrice) -> Proposed:
    prediction = Prediction.model_validate(row.prediction)
    return Proposed(
        proposal=str(row.id),
        sku=advice.sku,
        channel=advice.channel,
        zone=advice.zone,
        price=cells.money(row.action["price_minor"], advice.currency),
        expected=cells.money(prediction.value, advice.currency),
        check_at=prediction.check_at.isoformat(),
    )
