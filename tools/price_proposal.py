"""Proposes price changes: the price and the promise come from the run's own analysis, never from who asks."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.canonical import sha256_of
from domain.ids import ReceiptId
from domain.money import BPS
from domain.prediction import Prediction
from domain.pricing import PriceUpdate
from store.session import BrandSession
from store.tables import ProposalRow, Receipt
from tools import cells
from tools.answers import joined_label, receipt_of_run
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.price_arguments import ProposalArguments
from tools.price_results import BestPrice, Proposed
from tools.receipts import record_figures
from tools.report_check import check_rationale

_TIME_TO_REPORT = timedelta(days=7)
"""Sales of the last week are known a week later."""


def propose_price_update(session: BrandSession, env: ToolEnv, args: ProposalArguments) -> ToolAnswer:
    """Propose the price that best_price advised in this run: name its receipt and say why. The price, what it should
    bring, and when that is checked are taken from the receipt. Refused where the analysis did not advise a change."""
    analysis = receipt_of_run(session, env.run_id, args.analysis_receipt)
    advice = _advice(analysis, args)
    if wrong := check_rationale(
        session, env.run_id, args.rationale, frozenset({advice.sku, advice.channel, advice.zone})
    ):
        raise Retry("; ".join(f"rationale: {problem}" for problem in wrong))
    call = sha256_of([env.agent, "propose_price_update", args.model_dump(mode="json"), session.ctx.known_until])
    row = _find(session, env, call) or _store(session, env, args, analysis, advice, call)
    return ToolAnswer(_proposed(row, advice))


def _advice(analysis: Receipt, args: ProposalArguments) -> BestPrice:
    if analysis.tool != "best_price":
        raise Retry(f"{analysis.id} is a receipt of {analysis.tool}; a proposal needs one of best_price.")
    advice = BestPrice.model_validate(analysis.result)
    if (advice.sku, advice.channel, advice.zone) != (args.sku, args.channel, args.zone):
        raise Retry(f"{analysis.id} is about {advice.sku} in {advice.channel}, not {args.sku} in {args.channel}.")
    if advice.status != "change":
        raise GaveUp(
            f"The analysis does not advise another price for {advice.sku}: {'; '.join(advice.because)}.",
            remedy="Report it as a finding instead.",
        )
    return advice


def _find(session: BrandSession, env: ToolEnv, call: str) -> ProposalRow | None:
    return session.scalars(
        select(ProposalRow).where(
            col(ProposalRow.run_id) == env.run_id,
            col(ProposalRow.agent) == env.agent,
            col(ProposalRow.request_hash) == call,
        )
    ).first()


def _store(
    session: BrandSession, env: ToolEnv, args: ProposalArguments, analysis: Receipt, advice: BestPrice, call: str
) -> ProposalRow:
    prediction = _prediction(session, advice)
    receipts = _unique((ReceiptId(analysis.id), *(ref.receipt for ref in args.rationale.figures.values())))
    row = ProposalRow(
        run_id=env.run_id,
        agent=env.agent,
        request_hash=call,
        kind="price.update",
        action=_action(advice).model_dump(mode="json"),
        text=args.rationale.text,
        figures=record_figures(session, env.run_id, args.rationale.figures),
        receipts=[str(receipt) for receipt in receipts],
        prediction=prediction.model_dump(mode="json"),
        expected_minor=prediction.value,
        label=joined_label(session, receipts),
        created_at=session.ctx.now(),
    )
    session.add(row)
    session.flush()
    return row


def _unique(receipts: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(receipts))


def _action(advice: BestPrice) -> PriceUpdate:
    assert advice.price is not None
    return PriceUpdate(
        sku=advice.sku,
        channel=advice.channel,
        zone=advice.zone,
        price_minor=int(advice.price.value),
        currency=advice.currency,
    )


def _prediction(session: BrandSession, advice: BestPrice) -> Prediction:
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
