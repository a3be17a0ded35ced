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
    """Propose that a person gets back to a lead which lead_pipeline found worth it in this run: name its receipt and
    say why. What it should bring and when that is checked are taken from the receipt. Refused where the analysis did
    not advise it."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "lead_pipeline")
    pipeline = Pipeline.model_validate(analysis.result)
    lead = _lead(analysis, pipeline, args)
    assert lead.gain and lead.gain_low and lead.gain_high
    prediction = Prediction(
        value=int(lead.gain.value),
        low=int(lead.gain_low.value),
        high=int(lead.gain_high.value),
        unit=lead.gain.unit,
        coverage_bps=int(pipeline.coverage.value),
        horizon_days=DECIDED_DAYS,
        check_at=session.ctx.known_until + timedelta(days=DECIDED_DAYS),
    )
    draft = Draft(
        action=LeadFollowUp(lead=lead.lead, within_days=FOLLOW_UP_WITHIN_DAYS, currency=pipeline.currency),
        prediction=prediction,
        expected_minor=prediction.value,
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset({lead.lead}),
    )
    row = store_proposal(session, env, "propose_lead_follow_up", args, draft)
    return ToolAnswer(
        ProposedFollowUp(
            proposal=str(row.id),
            lead=lead.lead,
            expected=cells.money(prediction.value, pipeline.currency),
            check_at=prediction.check_at.isoformat(),
        )
    )


def _lead(analysis: Receipt, pipeline: Pipeline, args: FollowUpArguments) -> LeadView:
    lead = next((lead for lead in pipeline.leads if lead.lead == args.lead), None)
    if lead is None:
        raise Retry(f"{analysis.id} says nothing of lead {args.lead}.")
    if lead.decision != "follow_up":
        raise GaveUp(
            f"The analysis does not advise to get back to {args.lead}.",
            remedy="Report it as a finding instead.",
            reasons=lead.reasons,
        )
    return lead
