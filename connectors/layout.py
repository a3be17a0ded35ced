"""The documented CSV layout: one model per file, whose fields are the file's columns."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


def _moment(value: Any) -> Any:
    """A date, or a date and time; without a zone it counts as UTC."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)
    elif isinstance(value, str):
        moment = _written(value)
    else:
        return value
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _written(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("write a date as 2026-03-31 or a time as 2026-03-31T14:00:00+02:00") from None


def _sane(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("the date lies before 1900 or after 2199")
    return moment


def _yes_or_no(value: Any) -> Any:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("the text has a NUL character")
    return text


Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_no_nul)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), AfterValidator(_no_nul)]
Text = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_no_nul)]
Prose = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(_no_nul)]
MaybeCode = Annotated[Code | None, BeforeValidator(_blank_is_none)]
MaybeKey = Annotated[Key | None, BeforeValidator(_blank_is_none)]
Moment = Annotated[datetime, BeforeValidator(_moment), AfterValidator(_sane)]
MaybeMoment = Annotated[Moment | None, BeforeValidator(_blank_is_none)]
Amount = Annotated[Decimal, Field(ge=0, le=Decimal(10) ** 12, allow_inf_nan=False)]
SignedAmount = Annotated[Decimal, Field(ge=-(Decimal(10) ** 12), le=Decimal(10) ** 12, allow_inf_nan=False)]
MaybeAmount = Annotated[Amount | None, BeforeValidator(_blank_is_none)]
Price = Annotated[Decimal, Field(gt=0, le=Decimal(10) ** 9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**12)]
SignedCount = Annotated[int, Field(ge=-(10**12), le=10**12)]
MaybeCount = Annotated[Count | None, BeforeValidator(_blank_is_none)]
MaybeDays = Annotated[Annotated[int, Field(ge=0, le=3_650)] | None, BeforeValidator(_blank_is_none)]
MaybeStars = Annotated[Annotated[int, Field(ge=1, le=5)] | None, BeforeValidator(_blank_is_none)]
Percent = Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)]
Share = Annotated[Decimal, Field(ge=0, le=1, allow_inf_nan=False)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]


class Row(BaseModel):
    """A line of a file. Columns that are empty take their default where they have one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


LARGEST_TURNOVER = Decimal(10) ** 13
"""Of a row of sales: what the store adds up stays far within 64 bits, whatever the currency."""


class KnownRow(Row):
    """A line that may say since when it was known; the business date counts otherwise."""

    known_at: MaybeMoment = None


class ProductRow(KnownRow):
    sku: Code
    title: Text
    category: Text = ""
    pack: Text = ""
    vat_percent: Percent = Decimal(0)
    shelf_life_days: MaybeDays = None


class ProductCostRow(KnownRow):
    sku: Code
    unit_cost: Amount
    valid_from: Moment


class ChannelRow(KnownRow):
    code: Code
    title: Text
    fee_percent: Percent = Decimal(0)
    prices_include_vat: Flag = True


class LocationRow(KnownRow):
    code: Code
    title: Text = ""
    kind: Text = "store"
    zone: Text = ""
    visit_every_days: MaybeDays = None
    transfer_cost: MaybeAmount = None
    contact: Text = ""


class SupplierRow(KnownRow):
    code: Code
    title: Text = ""
    lead_time_days: MaybeDays = None
    payment_days: MaybeDays = None


class SupplierOfferRow(KnownRow):
    supplier: Code
    sku: Code
    from_quantity: Annotated[int, Field(ge=1, le=10**9)] = 1
    unit_cost: Amount
    valid_from: Moment


class PriceRow(KnownRow):
    sku: Code
    channel: Code
    zone: Annotated[str, StringConstraints(max_length=64)] = ""
    price: Price
    valid_from: Moment


class CompetitorPriceRow(KnownRow):
    sku: Code
    competitor: Key
    price: Price
    observed_at: Moment


class PromotionRow(KnownRow):
    id: Key
    sku: Code
    channel: Code
    first_day: Moment
    last_day: Moment
    off_percent: Annotated[Decimal, Field(gt=0, lt=100, allow_inf_nan=False)]
    cancelled_at: MaybeMoment = None


class CustomerRow(KnownRow):
    code: Key
    name: Text = ""
    email: Text = ""
    cohort: Text = ""


class SalesRow(KnownRow):
    period_start: Moment
    period_days: Annotated[int, Field(ge=1, le=366)] = 7
    channel: Code
    location: MaybeCode = None
    sku: Code
    units: Count
    unit_price: Amount
    unit_cost: MaybeAmount = None
    deal: Share = Decimal(0)
    feature: Share = Decimal(0)

    @model_validator(mode="after")
    def _can_be_booked(self) -> "SalesRow":
        if self.units * max(self.unit_price, self.unit_cost or Decimal(0)) > LARGEST_TURNOVER:
            raise ValueError("so many units at that price or cost come to more than can be booked")
        return self


class OrderRow(KnownRow):
    number: Key
    customer: MaybeKey = None
    channel: MaybeCode = None
    total: SignedAmount
    ordered_at: Moment


class OrderLineRow(KnownRow):
    order: Key
    line: Annotated[int, Field(ge=1, le=100_000)]
    sku: MaybeCode = None
    quantity: SignedCount
    amount: SignedAmount


class StockRow(KnownRow):
    """A count of what was there; the movements since are added to it."""

    location: Code
    sku: Code
    on_hand: Count
    counted_at: Moment


class InventoryMovementRow(KnownRow):
    id: Key
    location: Code
    sku: Code
    kind: Annotated[str, StringConstraints(pattern=r"^(receipt|sale|transfer|return|correction)$")]
    quantity: SignedCount
    moved_at: Moment


class PurchaseOrderRow(KnownRow):
    number: Key
    supplier: Code
    sku: Code
    quantity: Count
    unit_cost: Amount
    ordered_at: Moment
    expected_at: MaybeMoment = None
    received_at: MaybeMoment = None
    cancelled_at: MaybeMoment = None


class StandRefillOrderRow(KnownRow):
    """One product for one stand on one trip."""

    number: Key
    location: Code
    sku: Code
    quantity: Count
    ordered_at: Moment
    planned_at: Moment
    delivered_quantity: MaybeCount = None
    delivered_at: MaybeMoment = None
    cancelled_at: MaybeMoment = None


class InvoiceRow(KnownRow):
    number: Key
    customer: MaybeKey = None
    amount: SignedAmount
    issued_at: Moment
    due_at: Moment


class PaymentRow(KnownRow):
    id: Key
    invoice: MaybeKey = None
    amount: SignedAmount
    paid_at: Moment


class ExpenseRow(KnownRow):
    id: Key
    category: Key
    amount: SignedAmount
    spent_at: Moment


class BudgetRow(KnownRow):
    """What an advertising campaign may spend a week from a moment on."""

    campaign: Key
    weekly: Amount
    valid_from: Moment


class BankBalanceRow(KnownRow):
    account: Key
    amount: SignedAmount
    balance_at: Moment


class MessageRow(KnownRow):
    """What an outsider wrote: untrusted text."""

    id: Key
    source: Literal["review", "email", "chat", "mention"]
    customer: MaybeKey = None
    sku: MaybeCode = None
    rating: MaybeStars = None
    text: Prose
    received_at: Moment


class LeadRow(KnownRow):
    """Somebody who may become a customer."""

    code: Key
    company: Text = ""
    contact: Text = ""
    stage: Literal["new", "contacted", "offered", "won", "lost"] = "new"
    value: Amount = Decimal(0)
    source: Text = ""
    opened_at: Moment
    last_contact_at: MaybeMoment = None
    won_at: MaybeMoment = None
    lost_at: MaybeMoment = None


LAYOUT: Mapping[str, type[Row]] = {
    "products": ProductRow,
    "product_costs": ProductCostRow,
    "channels": ChannelRow,
    "locations": LocationRow,
    "suppliers": SupplierRow,
    "supplier_offers": SupplierOfferRow,
    "prices": PriceRow,
    "competitor_prices": CompetitorPriceRow,
    "promotions": PromotionRow,
    "customers": CustomerRow,
    "sales": SalesRow,
    "orders": OrderRow,
    "order_lines": OrderLineRow,
    "stock": StockRow,
    "inventory_movements": InventoryMovementRow,
    "purchase_orders": PurchaseOrderRow,
    "stand_refill_orders": StandRefillOrderRow,
    "invoices": InvoiceRow,
    "payments": PaymentRow,
    "expenses": ExpenseRow,
    "budgets": BudgetRow,
    "bank_balances": BankBalanceRow,
    "messages": MessageRow,
    "leads": LeadRow,
}
"""Every file by name, in the order in which they are loaded: what others refer to comes first."""
