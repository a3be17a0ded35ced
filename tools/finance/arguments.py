"""The arguments of the finance tools."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from domain.finance import MOST_REMINDED
from domain.report import Claim
from tools.base import ToolArguments

Code = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00]+$")]


class DebtorsArguments(ToolArguments):
    debtors: tuple[Code, ...] = Field(
        default=(), max_length=MOST_REMINDED, description="customers' codes; everybody who may be reminded, by default"
    )
    invoices: tuple[Code, ...] = Field(
        default=(), max_length=MOST_REMINDED, description="only of these invoices; of all that are overdue, by default"
    )


class ReminderArguments(ToolArguments):
    """Debtors, invoices, amount and what reminding should bring are taken from the analysis, never from here."""

    analysis_receipt: UUID = Field(description="the receipt of reminder_advice in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")


class BudgetArguments(ToolArguments):
    """Campaigns, amounts and the gain are taken from the analysis, never from here."""

    analysis_receipt: UUID = Field(description="the receipt of budget_response in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")


class FlagArguments(ToolArguments):
    """Expenses, reason and what they cost are taken from the analysis, never from here."""

    category: Code = Field(description="a category that expense_review marked")
    analysis_receipt: UUID = Field(description="the receipt of expense_review in this run")
    rationale: Claim = Field(description="why, for the person who decides; numbers as {key} with a figure for each")
