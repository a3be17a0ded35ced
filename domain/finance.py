"""Finance's actions: reminders to debtors, budgets moved between campaigns, expenses that a person should look at."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.money import LARGEST_MINOR, Currency

Number = Annotated[str, Field(min_length=1, max_length=128)]
LAST_LEVEL = 3
"""The third reminder is the last: what comes after it is for people."""
BUDGET_WEEKS = 8
"""Over so many weeks a moved budget is judged."""
FLAG_WEEKS = 4
"""Over so many weeks it is looked at what a flagged expense cost on."""


class InvoiceRemind(BaseModel):
    """`invoice.remind`: remind one debtor of its overdue invoices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["invoice.remind"] = "invoice.remind"
    debtor: Number
    invoices: tuple[Number, ...] = Field(min_length=1, max_length=100)
    currency: Currency

    @field_validator("invoices")
    @classmethod
    def _each_once(cls, invoices: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(invoices)) < len(invoices):
            raise ValueError("an invoice is named twice")
        return invoices

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return f"reminder @ {self.debtor}"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources, in minor units by name: nothing."""
        return {}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({"money", f"customer {self.debtor}"})


class CampaignWeekly(BaseModel):
    """What a campaign may spend a week."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    campaign: Number
    weekly_minor: int = Field(ge=0, le=LARGEST_MINOR)


class BudgetReallocate(BaseModel):
    """`budget.reallocate`: move weekly money between advertising campaigns; these are the new budgets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["budget.reallocate"] = "budget.reallocate"
    budgets: tuple[CampaignWeekly, ...] = Field(min_length=2, max_length=100)
    currency: Currency

    @field_validator("budgets")
    @classmethod
    def _each_once(cls, budgets: tuple[CampaignWeekly, ...]) -> tuple[CampaignWeekly, ...]:
        if len({one.campaign for one in budgets}) < len(budgets):
            raise ValueError("a campaign is named twice")
        return budgets

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return "advertising budgets"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources: nothing, as the total may not grow."""
        return {}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({"advertising"})


FlagReason = Literal["far_above", "far_below", "never_changed_before", "commission_above_sales"]


class ExpenseFlag(BaseModel):
    """`expense.flag`: let a person look at expenses of one category that do not fit its pattern."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["expense.flag"] = "expense.flag"
    category: Number
    expenses: tuple[Number, ...] = Field(min_length=1, max_length=100)
    reason: FlagReason
    currency: Currency

    @field_validator("expenses")
    @classmethod
    def _each_once(cls, expenses: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(expenses)) < len(expenses):
            raise ValueError("an expense is named twice")
        return expenses

    @property
    def subject(self) -> str:
        """What it is about: two with the same subject compete."""
        return f"expense {self.category}"

    @property
    def uses(self) -> Mapping[str, int]:
        """What it needs of the brand's resources, in minor units by name: nothing."""
        return {}

    @property
    def touches(self) -> frozenset[str]:
        """What other proposals might be about too: those that touch the same are put to each other."""
        return frozenset({f"expense {self.category}"})
