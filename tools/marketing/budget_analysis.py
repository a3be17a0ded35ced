"""Whether to move weekly money between advertising campaigns, from what their spend did to sales."""

from dataclasses import dataclass

import numpy as np

from analytics.marketing.ad_response import AdResponse
from analytics.marketing.budget import BudgetSplit, Campaign, fit_campaigns, gain_of_move, split_budget
from analytics.statistics.proportions import Interval
from domain.marketing import BUDGET_WEEKS
from domain.money import BPS
from store.reads.finance import books as reads
from store.reads.marketing import ADVERTISING, campaign_weeks
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolArguments, ToolEnv
from tools.finance.book import MoneyBook, money_book, rows_of
from tools.finance.results import BudgetView, CampaignView
from tools.reasons import reason_keys
from tools.sources import selected

COVERAGE = 0.8
_RECENT_WEEKS = 4


@dataclass(frozen=True)
class Responses:
    """Each campaign's response to its weekly spend, with its spend of the last weeks; in minor units."""

    campaigns: tuple[Campaign, ...]
    spent: dict[str, float]
    margin_bps: int


def budget_response(session: BrandSession, env: ToolEnv, args: ToolArguments) -> ToolAnswer:
    """Estimate what each advertising campaign's weekly spend does to sales, with carry-over and diminishing returns,
    and whether moving money between campaigns is worth it: only where the gain's 80 % interval lies above nothing, no
    campaign changes by more than the brand allows at once, and the total stays."""
    book = money_book(session, env)
    budgets = {name: row.weekly_minor for name, row in reads.budgets(session, book.currency).items()}
    responses = _responses(session, book)
    sources = (
        selected(session, "expense", category=[f"{ADVERTISING}{name}" for name in responses.spent]),
        *rows_of(session, env, "sales_fact", "campaign_budget"),
    )
    if not responses.spent or not budgets:
        reason = "no_advertising" if not responses.spent else "no_budgets"
        return ToolAnswer(_blank(book, responses, budgets, reason), sources)
    return ToolAnswer(_advised(book, responses, budgets), sources)


def _responses(session: BrandSession, book: MoneyBook) -> Responses:
    weeks = campaign_weeks(session, book.currency, book.midnight)
    recent = {name: float(np.mean(spent[-_RECENT_WEEKS:])) for name, spent in sorted(weeks.spend.items()) if spent}
    campaigns = fit_campaigns(weeks.spend, weeks.kept, weeks.margin_bps) if recent else ()
    return Responses(campaigns, recent, weeks.margin_bps)


def _advised(book: MoneyBook, responses: Responses, budgets: dict[str, int]) -> BudgetView:
    step = book.rules.max_budget_change_bps / BPS
    split = split_budget(responses.campaigns, most_change=step, coverage=COVERAGE)
    after = _moved(budgets, split, book.rules.max_budget_change_bps)
    gain = _gain(responses, budgets, after) if after != budgets else None
    reason = split.reason
    if split.status == "move" and (gain is None or gain.low <= 0):
        reason = "already_best" if gain is None else "loss_not_ruled_out"
    if reason != "gain_is_likely" or gain is None:
        return _blank(book, responses, budgets, reason, "keep")
    view = _blank(book, responses, budgets, reason, "move")
    moved = sum(max(after[name] - budgets[name], 0) for name in budgets)
    return view.model_copy(
        update={
            "campaigns": [
                campaign.model_copy(update={"advised": cells.money(after[campaign.campaign], book.currency)})
                if after.get(campaign.campaign) != budgets.get(campaign.campaign)
                else campaign
                for campaign in view.campaigns
            ],
            "moved": cells.money(moved, book.currency),
            "weekly_gain": cells.money(gain.value, book.currency),
            "gain": cells.money(gain.value * BUDGET_WEEKS, book.currency),
            "gain_low": cells.money(gain.low * BUDGET_WEEKS, book.currency),
            "gain_high": cells.money(gain.high * BUDGET_WEEKS, book.currency),
            "coverage": cells.share(COVERAGE),
            "horizon": cells.weeks(BUDGET_WEEKS),
        }
    )


def _moved(budgets: dict[str, int], split: BudgetSplit, step_bps: int) -> dict[str, int]:
    """The budgets with the split's moves, which are of what was spent lately; within the step, and the total as it is.

    Money that no other campaign takes stays where it was.
    """
    wished = {share.name: share.spend_minor - share.spend_now_minor for share in split.shares if share.name in budgets}
    bound = {name: budgets[name] * step_bps // BPS for name in wished}
    wished = {name: max(min(change, bound[name]), -bound[name]) for name, change in wished.items()}
    up, down = (sum(max(sign * change, 0) for change in wished.values()) for sign in (1, -1))
    amount = min(up, down)
    after = dict(budgets)
    for sign, total in ((1, up), (-1, down)):
        left = amount
        for name, change in sorted(wished.items()):
            if sign * change > 0 and total:
                part = min(sign * change * amount // total, left)
                after[name] += sign * part
                left -= part
    rest = sum(after.values()) - sum(budgets.values())
    if rest:  # what rounding down left over goes back to the largest, so that the total stays
        largest = max(wished, key=lambda name: (abs(after[name] - budgets[name]), name))
        after[largest] -= rest
    return after


def _gain(responses: Responses, before: dict[str, int], after: dict[str, int]) -> Interval:
    known = {campaign.name for campaign in responses.campaigns}
    was, now = ({name: amount for name, amount in budgets.items() if name in known} for budgets in (before, after))
    return gain_of_move(responses.campaigns, was, now, COVERAGE)


def _blank(
    book: MoneyBook, responses: Responses, budgets: dict[str, int], reason: str, status: str = "abstained"
) -> BudgetView:
    return BudgetView.model_validate(
        {
            "currency": book.currency,
            "status": status,
            "reasons": reason_keys("finance", [reason]),
            "campaigns": [
                _campaign_view(book, campaign, responses.spent[campaign.name], budgets)
                for campaign in responses.campaigns
            ],
            "total": cells.money(sum(budgets.values()), book.currency),
            "margin": cells.rate(responses.margin_bps),
        }
    )


def _campaign_view(book: MoneyBook, campaign: Campaign, spent: float, budgets: dict[str, int]) -> CampaignView:
    response: AdResponse = campaign.response
    view = CampaignView(
        campaign=campaign.name,
        status="measurable" if response.measurable else "not_measurable",
        reasons=reason_keys("finance", response.reasons),
        budget=cells.money(budgets[campaign.name], book.currency) if campaign.name in budgets else None,
        spent=cells.money(spent, book.currency),
        weeks=cells.weeks(response.weeks),
    )
    if not response.measurable:
        return view
    share = campaign.margin_bps / BPS
    low, high = response.marginal_interval(response.spend_now, COVERAGE)
    middle = response.marginal(response.spend_now)
    return view.model_copy(
        update={
            "marginal": cells.ratio(middle * share),
            "marginal_low": cells.ratio(min(low, middle) * share),
            "marginal_high": cells.ratio(max(high, middle) * share),
        }
    )
