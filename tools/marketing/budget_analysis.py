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
    found = _responses(session, book)
    sources = (
        selected(session, "expense", category=[f"{ADVERTISING}{name}" for name in found.spent]),
        *rows_of(session, env, "sales_fact", "campaign_budget"),
    )
    if not found.spent or not budgets:
        reason = "no_advertising" if not found.spent else "no_budgets"
        return ToolAnswer(_blank(book, found, budgets, reason), sources)
    return ToolAnswer(_advised(book, found, budgets), sources)


def _responses(session: BrandSession, book: MoneyBook) -> Responses:
    weeks = campaign_weeks(session, book.currency, book.midnight)
    recent = {name: float(np.mean(spent[-_RECENT_WEEKS:])) for name, spent in sorted(weeks.spend.items()) if spent}
    found = fit_campaigns(weeks.spend, weeks.kept, weeks.margin_bps) if recent else ()
    return Responses(found, recent, weeks.margin_bps)


def _advised(book: MoneyBook, found: Responses, budgets: dict[str, int]) -> BudgetView:
    step = book.rules.max_budget_change_bps / BPS
    split = split_budget(found.campaigns, most_change=step, coverage=COVERAGE)
    after = _moved(budgets, split, book.rules.max_budget_change_bps)
    gain = _gain(found, budgets, after) if after != budgets else None
    reason = split.reason
    if split.status == "move" and (gain is None or gain.low <= 0):
        reason = "already_best" if gain is None else "loss_not_ruled_out"
    if reason != "gain_is_likely" or gain is None:
        return _blank(book, found, budgets, reason, "keep")
    view = _blank(book, found, budgets, reason, "move")
    moved = sum(max(after[name] - budgets[name], 0) for name in budgets)
    return view.model_copy(
        update={
            "campaigns": [
                one.model_copy(update={"advised": cells.money(after[one.campaign], book.currency)})
                if after.get(one.campaign) != budgets.get(one.campaign)
                else one
                for one in view.campaigns
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


def _gain(found: Responses, before: dict[str, int], after: dict[str, int]) -> Interval:
    known = {one.name for one in found.campaigns}
    was, now = ({name: amount for name, amount in one.items() if name in known} for one in (before, after))
    return gain_of_move(found.campaigns, was, now, COVERAGE)


def _blank(
    book: MoneyBook, found: Responses, budgets: dict[str, int], reason: str, status: str = "abstained"
) -> BudgetView:
    return BudgetView.model_validate(
        {
            "currency": book.currency,
            "status": status,
            "reasons": reason_keys("finance", [reason]),
            "campaigns": [_campaign_view(book, one, found.spent[one.name], budgets) for one in found.campaigns],
            "total": cells.money(sum(budgets.values()), book.currency),
            "margin": cells.rate(found.margin_bps),
        }
    )


def _campaign_view(book: MoneyBook, one: Campaign, spent: float, budgets: dict[str, int]) -> CampaignView:
    response: AdResponse = one.response
    view = CampaignView(
        campaign=one.name,
        status="measurable" if response.measurable else "not_measurable",
        reasons=reason_keys("finance", response.reasons),
        budget=cells.money(budgets[one.name], book.currency) if one.name in budgets else None,
        spent=cells.money(spent, book.currency),
        weeks=cells.weeks(response.weeks),
    )
    if not response.measurable:
        return view
    share = one.margin_bps / BPS
    low, high = response.marginal_interval(response.spend_now, COVERAGE)
    middle = response.marginal(response.spend_now)
    return view.model_copy(
        update={
            "marginal": cells.ratio(middle * share),
            "marginal_low": cells.ratio(min(low, middle) * share),
            "marginal_high": cells.ratio(max(high, middle) * share),
        }
    )
