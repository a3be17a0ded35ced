"""Proposes finance's actions: what they do and promise comes from the run's own analysis, never from who asks."""

from datetime import timedelta

from domain.figure import Cell
from domain.finance import FLAG_WEEKS, ExpenseFlag, InvoiceRemind, ReminderLine
from domain.marketing import BUDGET_WEEKS, BudgetReallocate, CampaignWeekly
from domain.prediction import Prediction
from store.session import BrandSession
from tools import cells
from tools.base import GaveUp, ToolAnswer, ToolEnv
from tools.finance.arguments import BudgetArguments, FlagArguments, ReminderArguments
from tools.finance.results import (
    BudgetView,
    ExpenseReviewView,
    OddExpense,
    ProposedBudgets,
    ProposedFlag,
    ProposedReminder,
    ReminderView,
)
from tools.proposals import Draft, receipt_of_tool, store_proposal

_TIME_TO_SEE = timedelta(days=1)
_REPORTING = timedelta(weeks=1)


def propose_invoice_remind(session: BrandSession, env: ToolEnv, args: ReminderArguments) -> ToolAnswer:
    """Propose to remind whom reminder_advice advised to in this run, all in one item whose lines a person can leave
    out: name its receipt and say why. Debtors, invoices and what reminding should bring are taken from the receipt.
    Refused where it advised none."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "reminder_advice")
    view = ReminderView.model_validate(analysis.result)
    if view.status != "remind":
        raise GaveUp("The analysis does not advise a reminder.", remedy="Report it only.", reasons=view.reasons)
    lines = tuple(ReminderLine(debtor=line.debtor, invoice=number) for line in view.lines for number in line.invoices)
    action = InvoiceRemind(lines=lines, currency=view.currency)
    prediction = reminder_prediction(session, view)
    names = frozenset({*action.debtors, *action.invoices})
    draft = Draft(action, prediction, prediction.value, args.rationale, [analysis.id], names)
    row = store_proposal(session, env, "propose_invoice_remind", args, draft)
    cell = Cell(value=prediction.value, unit=prediction.unit)
    expectation = {"expected": cell, "check_at": prediction.check_at.isoformat()}
    return ToolAnswer(ProposedReminder(proposal=str(row.id), debtors=list(action.debtors), **expectation))


def reminder_prediction(session: BrandSession, view: ReminderView) -> Prediction:
    """What reminding should bring, in money."""
    assert view.gain is not None and view.gain_low is not None and view.gain_high is not None
    assert view.horizon is not None and view.coverage is not None
    days = timedelta(days=int(view.horizon.value))
    value, least, most = (round(float(cell.value)) for cell in (view.gain, view.gain_low, view.gain_high))
    return Prediction(
        value=value,
        low=min(least, value),
        high=max(most, value),
        unit=view.gain.unit,
        coverage_bps=int(view.coverage.value),
        horizon_days=days.days,
        check_at=session.ctx.known_until + days + _TIME_TO_SEE,
    )


def propose_budget_reallocate(session: BrandSession, env: ToolEnv, args: BudgetArguments) -> ToolAnswer:
    """Propose to move weekly money between campaigns as budget_response advised in this run: name its receipt and say
    why. Refused where the gain's interval does not lie above nothing."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "budget_response")
    view = BudgetView.model_validate(analysis.result)
    if view.status != "move" or view.gain is None or view.gain_low is None or view.gain_high is None:
        raise GaveUp("The analysis does not advise to move budgets.", remedy="Report it only.", reasons=view.reasons)
    changed = [campaign for campaign in view.campaigns if campaign.advised is not None]
    budgets = tuple(
        CampaignWeekly(campaign=campaign.campaign, weekly_minor=int(campaign.advised.value))
        for campaign in changed
        if campaign.advised
    )
    days = timedelta(weeks=BUDGET_WEEKS)
    prediction = Prediction(
        value=int(view.gain.value),
        low=int(view.gain_low.value),
        high=int(view.gain_high.value),
        unit=view.gain.unit,
        horizon_days=days.days,
        check_at=session.ctx.known_until + days + _REPORTING,
    )
    action = BudgetReallocate(budgets=budgets, currency=view.currency)
    names = frozenset(campaign.campaign for campaign in changed)
    draft = Draft(action, prediction, prediction.value, args.rationale, [analysis.id], names)
    row = store_proposal(session, env, "propose_budget_reallocate", args, draft)
    expected = cells.money(prediction.value, view.currency)
    return ToolAnswer(
        ProposedBudgets(proposal=str(row.id), expected=expected, check_at=prediction.check_at.isoformat())
    )


def propose_expense_flag(session: BrandSession, env: ToolEnv, args: FlagArguments) -> ToolAnswer:
    """Propose that a person looks at the expenses of a category that expense_review marked in this run: name its
    receipt and say why. Refused for a category that it did not mark."""
    analysis = receipt_of_tool(session, env, args.analysis_receipt, "expense_review")
    view = ExpenseReviewView.model_validate(analysis.result)
    odd = next((odd for odd in view.odd if odd.category == args.category), None)
    if odd is None:
        raise GaveUp(f"The review marked nothing of {args.category}.", remedy="Report it only.")
    action = ExpenseFlag.model_validate(
        {"category": odd.category, "expenses": odd.expenses, "reason": odd.reason, "currency": view.currency}
    )
    prediction = _flag_prediction(session, odd)
    expected = prediction.value if odd.gain else 0
    draft = Draft(action, prediction, expected, args.rationale, [analysis.id], frozenset({odd.category}))
    row = store_proposal(session, env, "propose_expense_flag", args, draft)
    return ToolAnswer(
        ProposedFlag(proposal=str(row.id), category=odd.category, check_at=prediction.check_at.isoformat())
    )


def _flag_prediction(session: BrandSession, odd: OddExpense) -> Prediction:
    """The cost that goes on, of commissions; a count of 1 for a single expense: more would be invented."""
    days = timedelta(weeks=FLAG_WEEKS)
    value, high, unit = 1, 1, "count"
    if odd.gain and odd.gain_high:
        value, high, unit = int(odd.gain.value), int(odd.gain_high.value), odd.gain.unit
    return Prediction(
        value=value,
        low=0,
        high=high,
        unit=unit,
        horizon_days=days.days,
        check_at=session.ctx.known_until + days + _REPORTING,
    )
