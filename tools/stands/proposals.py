"""Proposes visits and bonuses: what and how much comes from the run's own comparison, never from who asks."""

from datetime import timedelta

from domain.prediction import Prediction
from domain.stands import StandBonus, StandVisit
from store.session import BrandSession
from store.tables import Receipt
from tools import cells
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.proposals import Draft, receipt_of_tool, store_proposal
from tools.stands.arguments import StandArguments
from tools.stands.results import ProposedForStand, StandTrend, StandTrends
from tools.stands.trends import BONUS_SHARE_BPS, BONUS_WEEKS, EFFECT_WEEKS

_LEAD = timedelta(days=3)
_TIME_TO_SEE = timedelta(weeks=EFFECT_WEEKS + 2)


def propose_stand_visit(session: BrandSession, env: ToolEnv, args: StandArguments) -> ToolAnswer:
    """Propose the coaching visit that stand_trends advised in this run: name its receipt, the stand, and say why. Day,
    cost and promise are taken from the receipt. Refused where the comparison did not advise one."""
    analysis, view, trend = _advised(session, env, args, "visit")
    assert trend.cost is not None
    action = StandVisit(
        stand=trend.stand,
        planned_day=(session.ctx.known_until + _LEAD).date(),
        cost_minor=int(trend.cost.value),
        currency=view.currency,
    )
    return _stored(session, env, "propose_stand_visit", args, action, analysis, trend)


def propose_stand_bonus(session: BrandSession, env: ToolEnv, args: StandArguments) -> ToolAnswer:
    """Propose the bonus to a stand's partner that stand_trends advised in this run: name its receipt, the stand, and
    say why. Share, weeks, limit and promise are taken from the receipt. Refused where none was advised."""
    analysis, view, trend = _advised(session, env, args, "bonus")
    assert trend.cap is not None
    action = StandBonus(
        stand=trend.stand,
        share_bps=BONUS_SHARE_BPS,
        weeks=BONUS_WEEKS,
        cap_minor=int(trend.cap.value),
        currency=view.currency,
    )
    return _stored(session, env, "propose_stand_bonus", args, action, analysis, trend)


def _advised(
    session: BrandSession, env: ToolEnv, args: StandArguments, decision: str
) -> tuple[Receipt, StandTrends, StandTrend]:
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "stand_trends")
    view = StandTrends.model_validate(analysis.result)
    trend = next((row for row in view.stands if row.stand == args.stand), None)
    if trend is None:
        raise Retry(f"{analysis.id} tells of no stand {args.stand}.")
    if trend.decision != decision:
        raise GaveUp(
            f"The comparison does not advise a {decision} for {args.stand}.",
            remedy="Report it as a finding instead.",
            reasons=trend.reasons,
        )
    return analysis, view, trend


def _stored(
    session: BrandSession,
    env: ToolEnv,
    tool: str,
    args: StandArguments,
    action: StandVisit | StandBonus,
    analysis: Receipt,
    trend: StandTrend,
) -> ToolAnswer:
    assert trend.gain is not None and trend.gain_low is not None and trend.gain_high is not None and trend.cost
    prediction = Prediction(
        value=int(trend.gain.value),
        low=int(trend.gain_low.value),
        high=int(trend.gain_high.value),
        unit=trend.gain.unit,
        coverage_bps=int(trend.coverage.value) if trend.coverage else 8_000,
        horizon_days=EFFECT_WEEKS * 7,
        check_at=session.ctx.known_until + _LEAD + _TIME_TO_SEE,
    )
    draft = Draft(
        action=action,
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset({trend.stand}),
    )
    row = store_proposal(session, env, tool, args, draft)
    return ToolAnswer(
        ProposedForStand(
            proposal=str(row.id),
            stand=trend.stand,
            cost=trend.cost,
            expected=cells.money(prediction.value, action.currency),
            check_at=prediction.check_at.isoformat(),
        )
    )
