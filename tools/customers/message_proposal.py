"""Proposes messages: audience, text and promise come from the run's own analysis, never from who asks."""

from datetime import timedelta

from domain.customers import WINDOW_DAYS, SegmentMessage, template_for
from domain.prediction import Prediction
from store.reads.customers.outreach import best_sellers
from store.session import BrandSession
from store.tables import Receipt
from tools import cells
from tools.base import GaveUp, Retry, ToolAnswer, ToolEnv
from tools.customers.arguments import MessageArguments
from tools.customers.results import MessageAdviceView, MessageLine, ProposedMessage
from tools.proposals import Draft, receipt_of_tool, store_proposal

_TIME_TO_SEE = timedelta(days=WINDOW_DAYS + 5)
"""The days that count, some for the answer of who approves, and one for the reports."""


def propose_segment_message(session: BrandSession, env: ToolEnv, args: MessageArguments) -> ToolAnswer:
    """Propose the message or test that message_advice found worthwhile in this run: name its receipt and say why. The
    audience, who is held out, the text, what it should bring, and when that is checked are for the server. Refused
    where the analysis did not advise to write to that segment."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "message_advice")
    advice = MessageAdviceView.model_validate(analysis.result)
    line = _line(analysis, advice, args)
    assert line.audience and line.holdout and line.recipients
    action = SegmentMessage(
        segment=args.segment,
        template=template_for(args.segment),
        audience=int(line.audience.value),
        holdout_bps=int(line.holdout.value),
        offer=tuple(best_sellers(session)),
        currency=advice.currency,
    )
    prediction = _prediction(session, advice, line)
    draft = Draft(
        action=action,
        prediction=prediction,
        expected_minor=prediction.value + (int(line.learning.value) if line.learning else 0),
        rationale=args.rationale,
        receipts=[analysis.id],
        names=frozenset(),
    )
    row = store_proposal(session, env, "propose_segment_message", args, draft)
    return ToolAnswer(
        ProposedMessage(
            proposal=str(row.id),
            segment=action.segment,
            recipients=line.recipients,
            expected=cells.money(prediction.value, action.currency),
            check_at=prediction.check_at.isoformat(),
        )
    )


def _line(analysis: Receipt, advice: MessageAdviceView, args: MessageArguments) -> MessageLine:
    line = next((line for line in advice.lines if line.segment == args.segment), None)
    if line is None:
        raise Retry(f"{analysis.id} says nothing of {args.segment}.")
    if line.decision not in ("send", "test"):
        raise GaveUp(
            f"The analysis does not advise to write to {args.segment}.",
            remedy="Report it as a finding instead.",
            reasons=line.reasons,
        )
    return line


def _prediction(session: BrandSession, advice: MessageAdviceView, line: MessageLine) -> Prediction:
    assert line.net and line.net_low and line.net_high
    return Prediction(
        value=int(line.net.value),
        low=int(line.net_low.value),
        high=int(line.net_high.value),
        unit=line.net.unit,
        coverage_bps=int(advice.coverage.value),
        horizon_days=WINDOW_DAYS,
        check_at=session.ctx.known_until + _TIME_TO_SEE,
    )
