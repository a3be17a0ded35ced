"""Reads for finance: invoices and payments, reminders, expenses, cash receipts, bills, sales and campaign budgets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from store.session import BrandSession
from store.snapshot import read_once
from store.tables import (
    CampaignBudget,
    Customer,
    Expense,
    FlaggedExpense,
    Invoice,
    InvoiceReminder,
    Payment,
    Product,
    ProductCost,
    PurchaseOrder,
    SalesFact,
    Supplier,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class InvoiceState:
    """An invoice with the amount paid so far; a credit note has a negative amount."""

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


@read_once
def invoices(session: BrandSession, currency: str, debtor: str | None = None) -> Sequence[InvoiceState]:
    """Every invoice issued by now, oldest first, of everybody or one debtor."""
    now = session.ctx.known_until
    of_invoice = (col(Payment.invoice_id) == col(Invoice.id)) & (col(Payment.brand_id) == col(Invoice.brand_id))
    of_customer = (col(Customer.id) == col(Invoice.customer_id)) & (col(Customer.brand_id) == col(Invoice.brand_id))
    columns = (
        col(Invoice.id), col(Invoice.number), col(Invoice.customer_id), col(Customer.code), col(Invoice.amount_minor),
        col(Invoice.issued_at), col(Invoice.due_at),
    )  # fmt: skip
    statement = (
        select(*columns, func.coalesce(func.sum(col(Payment.amount_minor)), 0), func.max(col(Payment.paid_at)))
        .outerjoin(Payment, of_invoice & (col(Payment.paid_at) <= now))
        .outerjoin(Customer, of_customer)
        .where(col(Invoice.issued_at) <= now, col(Invoice.currency) == currency)
        .group_by(*columns)
        .order_by(col(Invoice.issued_at), col(Invoice.number))
    )
    if debtor is not None:
        statement = statement.where(col(Customer.code) == debtor)
    return [
        InvoiceState(row, number, customer, code or "", amount, issued, due, int(paid), last)
        for row, number, customer, code, amount, issued, due, paid, last in session.execute(statement).all()
    ]


@dataclass(frozen=True)
class ReminderHistory:
    """Number of reminders of an invoice, with the first and the last moment."""

    level: int
    first_at: datetime
    last_at: datetime


@read_once
def reminders(session: BrandSession) -> Mapping[UUID, ReminderHistory]:
    """Reminder history by invoice."""
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
    return {invoice: ReminderHistory(int(level), first, last) for invoice, level, first, last in rows}


def reminders_of(session: BrandSession, source: str) -> Sequence[InvoiceReminder]:
    """Reminders sent by one action item."""
    return session.scalars(
        select(InvoiceReminder).where(col(InvoiceReminder.source) == source).order_by(col(InvoiceReminder.id))
    ).all()


@dataclass(frozen=True)
class ExpenseRecord:
    """One expense."""

    id: UUID
    number: str
    category: str
    amount_minor: int
    spent_at: datetime


@read_once
def expenses(session: BrandSession, currency: str, since: datetime) -> Sequence[ExpenseRecord]:
    """Expenses after `since`, oldest first."""
    rows = session.execute(
        select(
            col(Expense.id), col(Expense.external_id), col(Expense.category), col(Expense.amount_minor),
            col(Expense.spent_at),
        )
        .where(col(Expense.spent_at) > since, col(Expense.spent_at) <= session.ctx.known_until)
        .where(col(Expense.currency) == currency)
        .order_by(col(Expense.spent_at), col(Expense.external_id))
    ).all()  # fmt: skip
    return [ExpenseRecord(*row) for row in rows]


def expenses_by_number(session: BrandSession, numbers: Sequence[str]) -> Sequence[Expense]:
    return session.scalars(
        select(Expense).where(col(Expense.external_id).in_(numbers)).order_by(col(Expense.external_id))
    ).all()


@read_once
def flags(session: BrandSession) -> Sequence[FlaggedExpense]:
    """Expense flags that have not been withdrawn."""
    return session.scalars(
        select(FlaggedExpense).where(col(FlaggedExpense.withdrawn_at).is_(None)).order_by(col(FlaggedExpense.id))
    ).all()


@read_once
def cash_receipts(session: BrandSession, currency: str, since: datetime) -> Sequence[tuple[int, int, int]]:
    """Cash receipts by day after `since` (0 is the first): (day, for invoices, other), in minor units."""
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


@dataclass(frozen=True)
class SupplierBill:
    """Amount owed to a supplier for one order line, with its order, arrival and due dates."""

    amount_minor: int
    ordered_at: datetime
    received_at: datetime | None
    due_at: datetime | None


@read_once
def bills(session: BrandSession, currency: str, since: datetime) -> Sequence[SupplierBill]:
    """Bills of orders placed after `since` and not cancelled; due from delivery, or from its expected date."""
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


def _bill(order: PurchaseOrder, payment_days: int | None, now: datetime) -> SupplierBill:
    arrived = order.received_at if order.received_at is not None and order.received_at <= now else None
    arrival = arrived or (max(order.expected_at, now) if order.expected_at else None)
    due = None if arrival is None else arrival + (payment_days or 0) * _DAY
    return SupplierBill(order.quantity * order.unit_cost_minor, order.ordered_at, arrived, due)


@dataclass(frozen=True)
class ChannelProductSales:
    """A product's sales in a channel over some weeks; revenue as charged, cost where sales or the cost list know it.

    What came back is beside what was sold, not taken off it.
    """

    product_id: UUID
    channel_id: UUID
    units: int
    charged_minor: int
    cost_minor: int
    costed_units: int
    returned_units: int = 0
    returned_minor: int = 0


@read_once
def sold(session: BrandSession, currency: str, since: datetime, until: datetime) -> Sequence[ChannelProductSales]:
    """Reported sales of periods that ended after `since` and by `until`, by product and channel."""
    end = col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days))
    return sold_where(session, currency, until, end > since, end <= until)


def sold_where(
    session: BrandSession, currency: str, until: datetime, *conditions: Any
) -> Sequence[ChannelProductSales]:
    """Reported sales of the periods that fit these conditions, by product and channel; unit costs as listed at `until`
    where sales have none."""
    units, cost = col(SalesFact.units), col(SalesFact.unit_cost_minor)
    charged = units * col(SalesFact.unit_price_minor)
    rows = session.execute(
        select(
            col(SalesFact.product_id),
            col(SalesFact.channel_id),
            *(
                func.coalesce(func.sum(amount).filter(which), 0)
                for amount, which in (
                    (units, units > 0),
                    (charged, units > 0),
                    (units * cost, units > 0),
                    (units, cost.is_not(None) & (units > 0)),
                    (-units, units < 0),
                    (-charged, units < 0),
                )
            ),
        )
        .where(*conditions, units != 0)
        .where(col(SalesFact.currency) == currency)
        .group_by(col(SalesFact.product_id), col(SalesFact.channel_id))
        .order_by(col(SalesFact.product_id), col(SalesFact.channel_id))
    ).all()
    sales = [
        ChannelProductSales(product, channel, *(int(number) for number in numbers))
        for product, channel, *numbers in rows
    ]
    listed = _listed_costs_minor(session, {line.product_id for line in sales if not line.costed_units}, until)
    return [
        line if line.costed_units or line.product_id not in listed
        else replace(line, cost_minor=line.units * listed[line.product_id], costed_units=line.units)
        for line in sales
    ]  # fmt: skip


def _listed_costs_minor(session: BrandSession, products: Collection[UUID], at: datetime) -> dict[UUID, int]:
    """Unit costs by the brand's cost list at a moment, in minor units, by product."""
    rows = session.execute(
        select(col(ProductCost.product_id), col(ProductCost.unit_cost_minor))
        .where(col(ProductCost.product_id).in_(products), col(ProductCost.valid_from) <= at)
        .ext(distinct_on(col(ProductCost.product_id)))
        .order_by(col(ProductCost.product_id), col(ProductCost.valid_from).desc())
    ).all()
    return {product: cost for product, cost in rows}  # noqa: C416 - a row is no pair


@dataclass(frozen=True)
class ChargedWeek:
    """A channel's revenue as charged and cost of goods in one week (from 0), in minor units, of products of one VAT."""

    week: int
    channel_id: UUID
    vat_bps: int
    charged_minor: int
    cost_minor: int


@read_once
def charged_by_week(session: BrandSession, currency: str, since: datetime) -> Sequence[ChargedWeek]:
    """Revenue and cost by week after `since`, of what the brand's products sold."""
    start, units = col(SalesFact.period_start), col(SalesFact.units)
    week = func.floor(func.extract("epoch", start - since) / (7 * 86_400))
    charged = func.sum(units * col(SalesFact.unit_price_minor))
    cost = func.coalesce(func.sum(units * col(SalesFact.unit_cost_minor)), 0)
    groups = (week, col(SalesFact.channel_id), col(Product.vat_bps))
    rows = session.execute(
        select(*groups, charged, cost)
        .join(Product, (col(Product.id) == col(SalesFact.product_id)) & (col(Product.brand_id) == SalesFact.brand_id))
        .where(start >= since, start <= session.ctx.known_until, col(SalesFact.currency) == currency)
        .group_by(*groups)
        .order_by(*groups)
    ).all()
    return [ChargedWeek(int(at), channel, vat, int(amount), int(costs)) for at, channel, vat, amount, costs in rows]


@read_once
def budgets(session: BrandSession, currency: str, before: datetime | None = None) -> Mapping[str, CampaignBudget]:
    """Weekly budget of each campaign now, or before a moment: the newest that is valid."""
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
