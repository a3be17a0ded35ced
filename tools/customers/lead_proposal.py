"""Proposes follow-ups: the lead's worth and the promise come from the run's own analysis, never from who asks."""

from datetime import timedelta

from domain.customers import DECIDED_DAYS, LeadFollowUp
from domain.prediction import Prediction
from store.session import BrandSession
from store.tables import Receipt
from tools import cells
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.customers.arguments import FollowUpArguments
from tools.customers.lead_pipeline import FOLLOW_UP_WITHIN_DAYS
from tools.customers.results import LeadView, Pipeline, ProposedFollowUp
from tools.proposals import Draft, receipt_of_tool, store_proposal


def propose_lead_follow_up(session: BrandSession, env: ToolEnv, args: FollowUpArguments) -> ToolAnswer:
    """Propose that a person gets back to leads which lead_pipeline found worth it in this run, all in one item that a
    person can take some off: name its receipt and say why. What it should bring and when that is checked are taken
    from the receipt. Refused where the analysis did not advise one of them."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "lead_pipeline")
    pipeline = Pipeline.model_validate(analysis.result)
    leads = [_lead(analysis, pipeline, code) for code in dict.fromkeys(args.leads)]
    value, low, high = (
        sum(int(getattr(lead, name).value) for lead in leads) for name in ("gain", "gain_low", "gain_high")
    )
    prediction = Prediction(
        value=value,
        low=low,
        high=high,
        unit=leads[0].value.unit,
        coverage_bps=int(pipeline.coverage.value),
        horizon_days=DECIDED_DAYS,
        check_at=session.ctx.known_until + timedelta(days=DECIDED_DAYS),
    )
    codes = tuple(lead.lead for lead in leads)
    draft = Draft(
        action=LeadFollowUp(leads=codes, within_days=FOLLOW_UP_WITHIN_DAYS, currency=pipeline.currency),
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset(codes),
    )
    row = store_proposal(session, env, "propose_lead_follow_up", args, draft)
    return ToolAnswer(
        ProposedFollowUp(
            proposal=str(row.id),
            leads=list(codes),
            expected=cells.money(prediction.value, pipeline.currency),
            check_at=prediction.check_at.isoformat(),
        )
    )


def _lead(analysis: Receipt, pipeline: Pipeline, code: str) -> LeadView:
    lead = next((lead for lead in pipeline.leads if lead.lead == code), None)
    if lead is None:
        raise Retry(f"{analysis.id} says nothing of lead {code}.")
    if lead.decision != "follow_up" or not (lead.gain and lead.gain_low and lead.gain_high):
        raise GaveUp(
            f"The analysis does not advise to get back to {code}.",
            remedy="Report it as a finding instead.",
            reasons=lead.reasons,
        )
    return lead
