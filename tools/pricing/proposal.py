"""Proposes price changes: the price and the promise come from the run's own analysis, never from who asks."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from domain.action import parse_action
from domain.money import BPS
from domain.prediction import Prediction
from domain.pricing import PRICE_UPDATE, PriceUpdate
from store.session import BrandSession
from store.tables import ProposalRow, Receipt
from tools import cells
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.pricing.arguments import ProposalArguments
from tools.pricing.price_set import PRICE_SET, PriceSet
from tools.pricing.results import BestPrice, Proposed
from tools.proposals import Draft, receipt_of_tool, store_proposal

_TIME_TO_REPORT = timedelta(days=7)
"""Sales of the last week are known a week later."""


def propose_price_update(session: BrandSession, env: ToolEnv, args: ProposalArguments) -> ToolAnswer:
    """Propose the price that best_price advised in this run: name its receipt and say why. The price, what it should
    bring, and when that is checked are taken from the receipt. Refused where the analysis did not advise a change.
    Prices are chosen together: of several, each names the receipt of price_set that chose it, and promises what is left
    of its gain in that set."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "best_price")
    advice = _advice(analysis, args)
    prediction = prediction_from(session, advice)
    behind = [analysis.id]
    if args.set_receipt is not None:
        prediction = _in_set(receipt_of_tool(session, env, args.set_receipt, PRICE_SET), args, prediction)
        behind.append(args.set_receipt)
    elif _others_proposed(session, env, advice):
        raise Retry("Prices are chosen together: ask price_set for all that you would change, and name its receipt.")
    draft = Draft(
        action=_action(advice),
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=behind,
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


def _in_set(receipt: Receipt, args: ProposalArguments, alone: Prediction) -> Prediction:
    """The promise of a price as one of a set. Raises GaveUp where the set does not have it."""
    asked = (args.sku, args.channel, args.zone)
    lines = PriceSet.model_validate(receipt.result).lines
    line = next((line for line in lines if (line.sku, line.channel, line.zone) == asked), None)
    if line is None:
        raise Retry(f"{receipt.id} was not asked about {args.sku} in {args.channel}.")
    if not line.is_chosen or line.net is None or line.net_low is None or line.net_high is None:
        raise GaveUp(
            f"{args.sku} in {args.channel} is not changed beside the others now.",
            remedy="Report it as a finding instead.",
            reasons=line.reasons,
        )
    value, low, high = (int(cell.value) for cell in (line.net, line.net_low, line.net_high))
    return alone.model_copy(update={"value": value, "low": low, "high": high})


def _others_proposed(session: BrandSession, env: ToolEnv, advice: BestPrice) -> bool:
    rows = session.scalars(
        select(ProposalRow).where(
            col(ProposalRow.run_id) == env.run_id,
            col(ProposalRow.agent) == env.agent,
            col(ProposalRow.kind) == PRICE_UPDATE.name,
        )
    )
    return any(parse_action(row.action).subject != _action(advice).subject for row in rows)


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
