"""Proposes promotions: channels, days, discount and promise come from the run's own analysis, never from who asks."""

from datetime import UTC, date, datetime, time, timedelta

from domain.prediction import Prediction
from domain.pricing import DIP_WEEKS, PromoSchedule
from store.session import BrandSession
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.pricing.arguments import PromotionArguments
from tools.pricing.ladder_results import PromotionAdvice, ProposedPromotion
from tools.proposals import Draft, receipt_of_tool, store_proposal

_TIME_TO_REPORT = timedelta(days=8)


def propose_promo_schedule(session: BrandSession, env: ToolEnv, args: PromotionArguments) -> ToolAnswer:
    """Propose the promotion that promotion_advice found worthwhile in this run: name its receipt and say why. Channels,
    days, discount, what it should bring and when that is checked are taken from the receipt. Refused otherwise."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "promotion_advice")
    advice = PromotionAdvice.model_validate(analysis.result)
    if advice.sku != args.sku:
        raise Retry(f"{analysis.id} is about {advice.sku}, not {args.sku}.")
    if advice.status != "promote" or advice.off is None:
        raise GaveUp(
            f"The analysis does not advise a promotion of {advice.sku}.",
            remedy="Report it as a finding instead.",
            reasons=advice.reasons,
        )
    action = PromoSchedule(
        sku=advice.sku,
        channels=tuple(advice.channels),
        first_day=date.fromisoformat(advice.first_day),
        last_day=date.fromisoformat(advice.last_day),
        off_bps=int(advice.off.value),
        currency=advice.currency,
    )
    prediction = _prediction(advice, action)
    draft = Draft(
        action=action,
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset({advice.sku, advice.title, *advice.channels}),
    )
    row = store_proposal(session, env, "propose_promo_schedule", args, draft)
    assert advice.gain is not None
    return ToolAnswer(
        ProposedPromotion(
            proposal=str(row.id), sku=advice.sku, expected=advice.gain, check_at=prediction.check_at.isoformat()
        )
    )


def _prediction(advice: PromotionAdvice, action: PromoSchedule) -> Prediction:
    gain, low, high, horizon = advice.gain, advice.gain_low, advice.gain_high, advice.horizon
    assert gain is not None and low is not None and high is not None and horizon is not None
    after = datetime.combine(action.last_day, time(), UTC) + timedelta(days=1, weeks=DIP_WEEKS)
    return Prediction(
        value=int(gain.value),
        low=int(low.value),
        high=int(high.value),
        unit=gain.unit,
        coverage_bps=int(advice.coverage.value) if advice.coverage else 8_000,
        horizon_days=int(horizon.value),
        check_at=after + _TIME_TO_REPORT,
    )
