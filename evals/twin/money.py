"""Passes on to the world what the product decided about money: reminders, checks of affiliates, campaign budgets."""

from datetime import UTC, datetime, time

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from evals.twin.office import BRAND, TwinOffice
from simulation.catalog import CAMPAIGNS
from simulation.draws import Floats
from simulation.practice import STANDING_BUDGETS, standing_budgets
from simulation.world import WEEK, World
from store.reads.finance import books as reads
from store.session import BrandSession
from store.tables import Expense, FlaggedExpense, Invoice, InvoiceReminder

_AFFILIATE = "affiliate:"


def pass_on(twin: TwinOffice, world: World) -> None:
    """Pass on today's reminders, flags and budgets to dealers, people and the agency."""
    today = datetime.combine(twin.clock.now().date(), time(), UTC)
    with twin.database.read(twin.owner) as session:
        reminded, asked_about = _reminded(session, today), _asked_about(session, today)
        budgets = {name: row.weekly_minor for name, row in reads.budgets(session, BRAND.currency).items()}
    if reminded:
        world.remind(reminded)
    if asked_about:
        world.check(asked_about)
    world.budgets = as_spent(world, budgets)


def as_spent(world: World, budgets: dict[str, int]) -> Floats | None:
    """(K,) what the agency spends of the budgets this week: as near to them as it has always kept to the standing ones.

    None where they are the standing ones.
    """
    wanted = np.array([budgets.get(name, 0) / 100 for name in CAMPAIGNS])
    if np.allclose(wanted, STANDING_BUDGETS):
        return None
    return standing_budgets(world.draws, world.day // WEEK) * wanted / STANDING_BUDGETS


def _reminded(session: BrandSession, today: datetime) -> list[str]:
    of_invoice = (col(Invoice.id) == col(InvoiceReminder.invoice_id)) & (
        col(Invoice.brand_id) == col(InvoiceReminder.brand_id)
    )
    sent = select(col(Invoice.number)).join(InvoiceReminder, of_invoice).where(col(InvoiceReminder.sent_at) >= today)
    return sorted(session.scalars(sent))


def _asked_about(session: BrandSession, today: datetime) -> list[str]:
    """The affiliates whose commissions a person was asked to look at."""
    of_expense = (col(Expense.id) == col(FlaggedExpense.expense_id)) & (
        col(Expense.brand_id) == col(FlaggedExpense.brand_id)
    )
    flagged = select(col(Expense.category)).join(FlaggedExpense, of_expense)
    marked = flagged.where(col(FlaggedExpense.flagged_at) >= today, col(FlaggedExpense.withdrawn_at).is_(None))
    categories = session.scalars(marked.where(col(Expense.category).startswith(_AFFILIATE)))
    return sorted({category.removeprefix(_AFFILIATE) for category in categories})
