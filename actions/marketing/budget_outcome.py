"""Outcome of moved budgets: the campaigns' response fitted again with the weeks since."""

from datetime import datetime, timedelta

from analytics.marketing.budget import fit_campaigns, gain_of_move
from analytics.statistics.errors import InvalidNumbers
from domain.marketing import BudgetReallocate
from domain.message import Message, message, verbatim
from domain.prediction import Outcome, OutcomeStatus
from store.reads.finance import books as reads
from store.reads.marketing import campaign_weeks
from store.session import BrandSession

_METHOD = "response to spend fitted again with the weeks since, at the budgets after and before"
_WEEK = timedelta(weeks=1)


def measure_budgets(session: BrandSession, action: BudgetReallocate, since: datetime, until: datetime) -> Outcome:
    """Contribution by the moved money over the weeks since, by a response that has seen those weeks, too.

    Sales of one run of weeks are seen under one split only: what they would have been under the other is what the
    response says, with its interval. Not measurable where that of a moved campaign cannot be told.
    """
    unit = f"{action.currency}.minor"
    weeks = campaign_weeks(session, action.currency, until)
    before = reads.budgets(session, action.currency, before=since)
    after = {budget.campaign: budget.weekly_minor for budget in action.budgets}
    if missing := sorted(set(after) - set(before)):
        return _not_measurable(unit, message("finance.outcome.no_budget_before", campaigns=", ".join(missing)))
    try:
        campaigns = fit_campaigns(weeks.spend, weeks.kept, weeks.margin_bps)
        was = {name: before[name].weekly_minor for name in after}
        if unspent := sorted(set(after) - {campaign.name for campaign in campaigns}):
            return _not_measurable(unit, message("finance.outcome.no_spend", campaigns=", ".join(unspent)))
        gain = gain_of_move(campaigns, was, after)
    except InvalidNumbers as error:
        return _not_measurable(unit, verbatim(str(error)))
    effect = gain.times(max((until - since) / _WEEK, 0.0))
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=round(effect.value),
        low=round(effect.low),
        high=round(effect.high),
        method=_METHOD,
    )


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)
