"""The Finance Analyst's tools, and what the chair asks of finance."""

from tools.base import Access, NoArguments, Tool
from tools.finance.arguments import BudgetArguments, DebtorsArguments, FlagArguments, ReminderArguments
from tools.finance.cash_analysis import cash_runway
from tools.finance.decided_cash import DecidedArguments, DecidedCash, cash_after_decisions
from tools.finance.expense_analysis import expense_review
from tools.finance.margin_analysis import contribution_margins
from tools.finance.proposals import propose_budget_reallocate, propose_expense_flag, propose_invoice_remind
from tools.finance.receivables_analysis import receivables, reminder_advice
from tools.finance.results import (
    BudgetView,
    ExpenseReviewView,
    MarginView,
    ProposedBudgets,
    ProposedFlag,
    ProposedReminder,
    ReceivablesView,
    ReminderView,
    RunwayView,
)
from tools.marketing.budget_analysis import budget_response

FINANCE_TOOLS: tuple[Tool, ...] = (
    Tool("contribution_margins", Access.ANALYSE, NoArguments, MarginView, contribution_margins),
    Tool("cash_runway", Access.ANALYSE, NoArguments, RunwayView, cash_runway),
    Tool("cash_after_decisions", Access.ANALYSE, DecidedArguments, DecidedCash, cash_after_decisions),
    Tool("receivables", Access.READ, NoArguments, ReceivablesView, receivables),
    Tool("reminder_advice", Access.ANALYSE, DebtorsArguments, ReminderView, reminder_advice),
    Tool("expense_review", Access.ANALYSE, NoArguments, ExpenseReviewView, expense_review),
    Tool("budget_response", Access.ANALYSE, NoArguments, BudgetView, budget_response),
    Tool("propose_invoice_remind", Access.PROPOSE, ReminderArguments, ProposedReminder, propose_invoice_remind),
    Tool("propose_budget_reallocate", Access.PROPOSE, BudgetArguments, ProposedBudgets, propose_budget_reallocate),
    Tool("propose_expense_flag", Access.PROPOSE, FlagArguments, ProposedFlag, propose_expense_flag),
)
