"""Marketing: the action that moves weekly money between advertising campaigns."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.kind import ActionKind, Facts, Int64, LeavesHouse, Leaving, LongName, Parameters, Reversibility, Way, Words
from domain.money import LARGEST_MINOR, Currency

BUDGET_WEEKS = 8
"""Over so many weeks a moved budget is judged."""


class CampaignWeekly(BaseModel):
    """A campaign's budget a week, in minor units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    campaign: LongName
    weekly_minor: int = Field(ge=0, le=LARGEST_MINOR)


class BudgetReallocate(Parameters):
    """`budget.reallocate`: move weekly money between advertising campaigns; these are the new budgets."""

    kind: Literal["budget.reallocate"] = "budget.reallocate"
    budgets: tuple[CampaignWeekly, ...] = Field(min_length=2, max_length=100)
    currency: Currency

    @field_validator("budgets")
    @classmethod
    def _each_once(cls, budgets: tuple[CampaignWeekly, ...]) -> tuple[CampaignWeekly, ...]:
        if len({budget.campaign for budget in budgets}) < len(budgets):
            raise ValueError("a campaign is named twice")
        return budgets

    @property
    def weekly_minor(self) -> int:
        """The campaigns' budget a week together, in minor units."""
        return sum(budget.weekly_minor for budget in self.budgets)

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return "advertising budgets"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({"advertising"})


class BudgetReallocateFacts(Facts):
    """Facts of budgets that would be moved between campaigns."""

    amount_minor: Int64 = Field(description="money moved over the weeks that it is judged by")
    total_minor: Int64 = Field(description="what these campaigns would spend a week")
    total_before_minor: Int64
    largest_change_bps: Int64 = Field(description="of a campaign's budget, either way, rounded up")
    max_budget_change_bps: Int64
    owner_gate_minor: Int64
    prediction_low_minor: Int64


BUDGET_REALLOCATE = ActionKind(
    name="budget.reallocate",
    title="Move advertising money between campaigns",
    parameters=BudgetReallocate,
    facts=BudgetReallocateFacts,
    list_title=Words(
        "Move money between {budgets:campaign|campaigns}", "Geld zwischen {budgets:Kampagne|Kampagnen} umverteilen"
    ),
    text_title=Words(
        "Share {weekly_minor} a week between {budgets:campaign|campaigns} anew",
        "{weekly_minor} je Woche auf {budgets:Kampagne|Kampagnen} neu verteilen",
    ),
    told_titles=(
        Words("Move {moved} a week from {giver} to {taker}", "{moved} je Woche von {giver} zu {taker} verschieben"),
        Words(
            "Move {moved} a week between {budgets:campaign|campaigns}",
            "{moved} je Woche zwischen {budgets:Kampagne|Kampagnen} verschieben",
        ),
    ),
    reversibility=Reversibility.REVERSIBLE,
    leaves_house=LeavesHouse(
        content=Leaving.BUDGET,
        way=Way.ADVERTISING_ACCOUNT,
        today=Words(
            "The budgets change here only. Set them in the advertising accounts yourself.",
            "Die Budgets ändern sich nur hier. Bitte in den Werbekonten selbst einstellen.",
        ),
    ),
    names=("budgets[].campaign",),
    editable=("budgets[].weekly_minor",),
    owns_columns=frozenset({"campaign_budget.weekly_minor"}),
)
