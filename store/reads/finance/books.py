"""What finance reads: invoices and what came of them, expenses, what came in, what was sold, campaign budgets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from store.session import BrandSession
from store.tables import (
    BankBalance,
    CampaignBudget,
    Customer,
    Expense,
    FlaggedExpense,
    Invoice,
    InvoiceReminder,
    Payment,
    ProductCost,
    PurchaseOrder,
    SalesFact,
    Supplier,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class InvoiceState:
    """An invoice with what has been paid of it; a credit note has a negative amount."""

    id: UUID
    number: str
    customer_id: UUID | None
    debtor: str
    amount_minor: int
    issued_at: datetime
    due_at: datetime
    paid_minor: int
    last_paid_at: datetime | None

    @property
    def lacks_minor(self) -> int:
        return self.amount_minor - self.paid_minor


def invoices(session: BrandSession, currency: str, debtor: str | None = None) -> Sequence[InvoiceState]:
    """Every invoice issued by now, oldest first, of everybody or one debtor."""
    now = session.ctx.known_until
    of_invoice = (col(Payment.invoice_id) == col(Invoice.id)) & (col(Payment.brand_id) == col(Invoice.brand_id))
    of_customer = (col(Customer.id) == col(Invoice.customer_id)) & (col(Customer.brand_id) == col(Invoice.brand_id))
    what = (
        col(Invoice.id), col(Invoice.number), col(Invoice.customer_id), col(Customer.code), col(Invoice.amount_minor),
        col(Invoice.issued_at), col(Invoice.due_at),
    )  # fmt: skip
    wanted = (
        select(*what, func.coalesce(func.sum(col(Payment.amount_minor)), 0), func.max(col(Payment.paid_at)))
        .outerjoin(Payment, of_invoice & (col(Payment.paid_at) <= now))
        .outerjoin(Customer, of_customer)
        .where(col(Invoice.issued_at) <= now, col(Invoice.currency) == currency)
        .group_by(*what)
        .order_by(col(Invoice.issued_at), col(Invoice.number))
    )
    if debtor is not None:
        wanted = wanted.where(col(Customer.code) == debtor)
    return [
        InvoiceState(row, number, customer, code or "", amount, issued, due, int(paid), last)
        for row, number, customer, code, amount, issued, due, paid, last in session.execute(wanted).all()
    ]


@dataclass(frozen=True)
class Reminded:
    """How often a debtor was reminded of an invoice, when first and when last."""

    level: int
    first_at: datetime
    last_at: datetime


def reminders(session: BrandSession) -> Mapping[UUID, Reminded]:
    """By invoice."""
    rows = session.execute(
        select(
            col(InvoiceReminder.invoice_id),
            func.max(col(InvoiceReminder.level)),
            func.min(col(InvoiceReminder.sent_at)),
            func.max(col(InvoiceReminder.sent_at)),
        )
        .where(col(InvoiceReminder.sent_at) <= session.ctx.known_until)
        .group_by(col(InvoiceReminder.invoice_id))
    ).all()
    return {invoice: Reminded(int(level), first, last) for invoice, level, first, last in rows}


def reminders_of(session: BrandSession, source: str) -> Sequence[InvoiceReminder]:
    """What one action item sent."""
    return session.scalars(
        select(InvoiceReminder).where(col(InvoiceReminder.source) == source).order_by(col(InvoiceReminder.id))
    ).all()


@dataclass(frozen=True)
class Spent:
    """One expense."""

    id: UUID
    number: str
    category: str
    amount_minor: int
    spent_at: datetime


def expenses(session: BrandSession, currency: str, since: datetime) -> Sequence[Spent]:
    """What was spent after `since`, oldest first."""
    rows = session.execute(
        select(
            col(Expense.id), col(Expense.external_id), col(Expense.category), col(Expense.amount_minor),
            col(Expense.spent_at),
        )
        .where(col(Expense.spent_at) > since, col(Expense.spent_at) <= session.ctx.known_until)
        .where(col(Expense.currency) == currency)
        .order_by(col(Expense.spent_at), col(Expense.external_id))
    ).all()  # fmt: skip
    return [Spent(*row) for row in rows]


def expenses_by_number(session: BrandSession, numbers: Sequence[str]) -> Sequence[Expense]:
    return session.scalars(
        select(Expense).where(col(Expense.external_id).in_(numbers)).order_by(col(Expense.external_id))
    ).all()


def flags(session: BrandSession) -> Sequence[FlaggedExpense]:
    """What has been flagged and not withdrawn."""
    return session.scalars(
        select(FlaggedExpense).where(col(FlaggedExpense.withdrawn_at).is_(None)).order_by(col(FlaggedExpense.id))
    ).all()


def came_in(session: BrandSession, currency: str, since: datetime) -> Sequence[tuple[int, int, int]]:
    """By day after `since` (0 is the first): money that came for invoices, and other money."""
    day = func.floor(func.extract("epoch", col(Payment.paid_at) - since) / 86_400)
    amount, for_invoice = col(Payment.amount_minor), col(Payment.invoice_id).is_not(None)
    rows = session.execute(
        select(day, func.sum(amount).filter(for_invoice), func.sum(amount).filter(~for_invoice))
        .where(col(Payment.paid_at) > since, col(Payment.paid_at) <= session.ctx.known_until)
        .where(col(Payment.currency) == currency)
        .group_by(day)
        .order_by(day)
    ).all()
    return [(int(at), int(invoiced or 0), int(other or 0)) for at, invoiced, other in rows]


def balance_before(session: BrandSession, currency: str, moment: datetime) -> int | None:
    """What the accounts held by a moment, as their banks had last said then."""
    rows = session.scalars(
        select(BankBalance)
        .where(col(BankBalance.currency) == currency, col(BankBalance.balance_at) <= moment)
        .ext(distinct_on(col(BankBalance.account)))
        .order_by(col(BankBalance.account), col(BankBalance.balance_at).desc())
    ).all()
    return sum(row.amount_minor for row in rows) if rows else None


@dataclass(frozen=True)
class Bill:
    """What a supplier gets for one line of an order: how much, when it was ordered, and when it falls due."""

    amount_minor: int
    ordered_at: datetime
    received_at: datetime | None
    due_at: datetime | None


def bills(session: BrandSession, currency: str, since: datetime) -> Sequence[Bill]:
    """Of orders placed after `since` and not called off; due from delivery, or from when that is expected."""
    now = session.ctx.known_until
    of_supplier = (col(Supplier.id) == col(PurchaseOrder.supplier_id)) & (
        col(Supplier.brand_id) == col(PurchaseOrder.brand_id)
    )
    rows = session.execute(
        select(PurchaseOrder, col(Supplier.payment_days))
        .join(Supplier, of_supplier)
        .where(col(PurchaseOrder.ordered_at) > since, col(PurchaseOrder.ordered_at) <= now)
        .where(col(PurchaseOrder.currency) == currency)
        .where(col(PurchaseOrder.cancelled_at).is_(None) | (col(PurchaseOrder.cancelled_at) > now))
        .order_by(col(PurchaseOrder.ordered_at), col(PurchaseOrder.id))
    ).all()
    return [_bill(order, days, now) for order, days in rows]


def _bill(order: PurchaseOrder, payment_days: int | None, now: datetime) -> Bill:
    here = order.received_at if order.received_at is not None and order.received_at <= now else None
    comes = here or (max(order.expected_at, now) if order.expected_at else None)
    due = None if comes is None else comes + (payment_days or 0) * _DAY
    return Bill(order.quantity * order.unit_cost_minor, order.ordered_at, here, due)


@dataclass(frozen=True)
class Sold:
    """A product's sales in a channel over some weeks; revenue as charged, cost where sales or the cost list know it."""

    product_id: UUID
    channel_id: UUID
    units: int
    charged_minor: int
    cost_minor: int
    costed_units: int


def sold(session: BrandSession, currency: str, since: datetime, until: datetime) -> Sequence[Sold]:
    """What was reported for periods that ended after `since` and by `until`, by product and channel."""
    end = col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days))
    return sold_where(session, currency, until, end > since, end <= until)


def sold_where(session: BrandSession, currency: str, until: datetime, *conditions: Any) -> Sequence[Sold]:
    """What was reported for the periods that fit these conditions, by product and channel; costs as listed at `until`
    where no sale says them."""
    units, cost = col(SalesFact.units), col(SalesFact.unit_cost_minor)
    rows = session.execute(
        select(
            col(SalesFact.product_id),
            col(SalesFact.channel_id),
            func.sum(units),
            func.sum(units * col(SalesFact.unit_price_minor)),
            func.coalesce(func.sum(units * cost), 0),
            func.coalesce(func.sum(units).filter(cost.is_not(None)), 0),
        )
        .where(*conditions, units > 0)
        .where(col(SalesFact.currency) == currency)
        .group_by(col(SalesFact.product_id), col(SalesFact.channel_id))
        .order_by(col(SalesFact.product_id), col(SalesFact.channel_id))
    ).all()
    found = [Sold(product, channel, *(int(number) for number in numbers)) for product, channel, *numbers in rows]
    listed = _listed_costs_minor(session, {one.product_id for one in found if not one.costed_units}, until)
    return [
        one if one.costed_units or one.product_id not in listed
        else replace(one, cost_minor=one.units * listed[one.product_id], costed_units=one.units)
        for one in found
    ]  # fmt: skip


def _listed_costs_minor(session: BrandSession, products: Collection[UUID], at: datetime) -> dict[UUID, int]:
    """What a unit cost by the brand's own list at a moment."""
    rows = session.execute(
        select(col(ProductCost.product_id), col(ProductCost.unit_cost_minor))
        .where(col(ProductCost.product_id).in_(products), col(ProductCost.valid_from) <= at)
        .ext(distinct_on(col(ProductCost.product_id)))
        .order_by(col(ProductCost.product_id), col(ProductCost.valid_from).desc())
    ).all()
    return {product: cost for product, cost in rows}  # noqa: C416 - a row is no pair


def charged_by_week(
    session: BrandSession, currency: str, since: datetime
) -> Sequence[tuple[int, UUID, UUID, int, int]]:
    """By week after `since` (0 is the first), product and channel: what was charged, and what the units had cost."""
    start, units = col(SalesFact.period_start), col(SalesFact.units)
    week = func.floor(func.extract("epoch", start - since) / (7 * 86_400))
    charged = func.sum(units * col(SalesFact.unit_price_minor))
    cost = func.coalesce(func.sum(units * col(SalesFact.unit_cost_minor)), 0)
    rows = session.execute(
        select(week, col(SalesFact.product_id), col(SalesFact.channel_id), charged, cost)
        .where(start >= since, start <= session.ctx.known_until, col(SalesFact.currency) == currency)
        .group_by(week, col(SalesFact.product_id), col(SalesFact.channel_id))
        .order_by(week, col(SalesFact.product_id), col(SalesFact.channel_id))
    ).all()
    return [(int(at), product, channel, int(amount), int(costs)) for at, product, channel, amount, costs in rows]


def budgets(session: BrandSession, currency: str, before: datetime | None = None) -> Mapping[str, CampaignBudget]:
    """What each campaign may spend a week now, or might before a moment: the newest that is valid."""
    valid, now = col(CampaignBudget.valid_from), session.ctx.known_until
    rows = session.scalars(
        select(CampaignBudget)
        .where(col(CampaignBudget.currency) == currency)
        .where(valid <= now if before is None else valid < before)
        .ext(distinct_on(col(CampaignBudget.campaign)))
        .order_by(
            col(CampaignBudget.campaign),
            col(CampaignBudget.valid_from).desc(),
            col(CampaignBudget.recorded_at).desc(),
            col(CampaignBudget.id).desc(),
        )
    ).all()
    return {row.campaign: row for row in rows}


def budgets_of(session: BrandSession, source: str) -> Sequence[CampaignBudget]:
    """The budgets that one action item set."""
    return session.scalars(
        select(CampaignBudget).where(col(CampaignBudget.source) == source).order_by(col(CampaignBudget.campaign))
    ).all()
