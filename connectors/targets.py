"""Where each file of the layout goes: its table, its natural key, and how a row becomes the table's values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from connectors import layout as rows
from connectors.layout import EARLIEST, KnownRow
from connectors.references import References
from domain.money import to_minor
from store import tables
from store.bulk_statements import Target

Values = Callable[[Any, References], tuple[Any, ...]]
ManyValues = Callable[[Any, References], Sequence[tuple[Any, ...]]]
First = tuple[Target, Values, str]


@dataclass(frozen=True)
class FileTarget:
    """A file's table. `first` makes what a row hangs on, `also` what it entails."""

    target: Target
    values: Values
    first: First | None = None
    also: tuple[Target, ManyValues] | None = None


def _known(row: KnownRow, business_date: datetime = EARLIEST) -> datetime:
    return row.known_at or business_date


# The same few prices and shares come again and again, and decimals are slow.
_minor = lru_cache(maxsize=65_536)(to_minor)


@lru_cache(maxsize=4_096)
def _bps(share: Decimal, whole: int) -> int:
    return round(share * 10_000 / whole)


def _product(row: rows.ProductRow, refs: References) -> tuple[Any, ...]:
    return row.sku, row.title, row.category, row.pack, _bps(row.vat_percent, 100), row.shelf_life_days, _known(row)


def _product_cost(row: rows.ProductCostRow, refs: References) -> tuple[Any, ...]:
    cost = _minor(row.unit_cost, refs.currency)
    return refs.find("product", row.sku), row.valid_from, cost, refs.currency, _known(row, row.valid_from)


def _channel(row: rows.ChannelRow, refs: References) -> tuple[Any, ...]:
    return row.code, row.title, _bps(row.fee_percent, 100), row.prices_include_vat, _known(row)


def _location(row: rows.LocationRow, refs: References) -> tuple[Any, ...]:
    cost = None if row.transfer_cost is None else _minor(row.transfer_cost, refs.currency)
    return row.code, row.title, row.kind, row.zone, row.visit_every_days, cost, row.contact, _known(row)


def _supplier(row: rows.SupplierRow, refs: References) -> tuple[Any, ...]:
    return row.code, row.title, row.lead_time_days, row.payment_days, _known(row)


def _supplier_offer(row: rows.SupplierOfferRow, refs: References) -> tuple[Any, ...]:
    supplier, product = refs.find("supplier", row.supplier), refs.find("product", row.sku)
    cost = _minor(row.unit_cost, refs.currency)
    return supplier, product, row.from_quantity, row.valid_from, cost, refs.currency, _known(row, row.valid_from)


def _price_key(row: rows.PriceRow, refs: References) -> tuple[Any, ...]:
    return refs.find("product", row.sku), refs.find("channel", row.channel), row.zone


def _price(row: rows.PriceRow, refs: References) -> tuple[Any, ...]:
    return *_price_key(row, refs), _minor(row.price, refs.currency), refs.currency, row.valid_from


def _price_history(row: rows.PriceRow, refs: References) -> tuple[Any, ...]:
    price = refs.find("price", *_price_key(row, refs))
    amount = _minor(row.price, refs.currency)
    return price, row.valid_from, "import", amount, refs.currency, _known(row, row.valid_from)


def _competitor_price(row: rows.CompetitorPriceRow, refs: References) -> tuple[Any, ...]:
    amount = _minor(row.price, refs.currency)
    product = refs.find("product", row.sku)
    return product, row.competitor, row.observed_at, amount, refs.currency, _known(row, row.observed_at)


def _promotion(row: rows.PromotionRow, refs: References) -> tuple[Any, ...]:
    product, channel = refs.find("product", row.sku), refs.find("channel", row.channel)
    when = (row.first_day, row.last_day, row.cancelled_at)
    planned = row.first_day - timedelta(days=28)
    return row.id, product, channel, _bps(row.off_percent, 100), *when, _known(row, planned)


def _customer(row: rows.CustomerRow, refs: References) -> tuple[Any, ...]:
    return row.code, row.name, row.email, row.cohort, _known(row)


def _sales(row: rows.SalesRow, refs: References) -> tuple[Any, ...]:
    return (
        refs.find("product", row.sku),
        refs.find("channel", row.channel),
        refs.maybe("location", row.location),
        row.period_start,
        row.period_days,
        row.units,
        _minor(row.unit_price, refs.currency),
        None if row.unit_cost is None else _minor(row.unit_cost, refs.currency),
        refs.currency,
        _bps(row.deal, 1),
        _bps(row.feature, 1),
        _known(row, row.period_start + timedelta(days=row.period_days)),
    )


def _order(row: rows.OrderRow, refs: References) -> tuple[Any, ...]:
    customer, channel = refs.maybe("customer", row.customer), refs.maybe("channel", row.channel)
    total = _minor(row.total, refs.currency)
    return row.number, customer, channel, refs.currency, total, row.ordered_at, _known(row, row.ordered_at)


def _order_line(row: rows.OrderLineRow, refs: References) -> tuple[Any, ...]:
    amount = _minor(row.amount, refs.currency)
    product = refs.maybe("product", row.sku)
    return refs.find("order", row.order), row.line, product, row.quantity, amount, _known(row)


def _stock_item(row: rows.StockRow | rows.InventoryMovementRow, refs: References) -> tuple[Any, ...]:
    return refs.find("product", row.sku), refs.find("location", row.location), EARLIEST


def _item_of(row: rows.StockRow | rows.InventoryMovementRow, refs: References) -> Any:
    return refs.find("stock item", refs.find("product", row.sku), refs.find("location", row.location))


def _count(row: rows.StockRow, refs: References) -> tuple[Any, ...]:
    name = f"count {row.location} {row.sku} {row.counted_at.isoformat()}"
    return name, _item_of(row, refs), "count", row.on_hand, row.counted_at, _known(row, row.counted_at)


def _movement(row: rows.InventoryMovementRow, refs: References) -> tuple[Any, ...]:
    return row.id, _item_of(row, refs), row.kind, row.quantity, row.moved_at, _known(row, row.moved_at)


def _purchase_order(row: rows.PurchaseOrderRow, refs: References) -> tuple[Any, ...]:
    cost = _minor(row.unit_cost, refs.currency)
    when = (row.ordered_at, row.expected_at, row.received_at, row.cancelled_at)
    product, supplier = refs.find("product", row.sku), refs.find("supplier", row.supplier)
    return row.number, product, supplier, row.quantity, cost, refs.currency, *when, _known(row, row.ordered_at)


def _stand_refill_order(row: rows.StandRefillOrderRow, refs: References) -> tuple[Any, ...]:
    when = (row.ordered_at, row.planned_at, row.delivered_at, row.cancelled_at)
    stand, product = refs.find("location", row.location), refs.find("product", row.sku)
    units = (row.quantity, row.delivered_quantity)
    return row.number, stand, product, *units, refs.currency, *when, _known(row, row.ordered_at)


def _invoice(row: rows.InvoiceRow, refs: References) -> tuple[Any, ...]:
    customer, amount = refs.maybe("customer", row.customer), _minor(row.amount, refs.currency)
    return row.number, customer, amount, refs.currency, row.issued_at, row.due_at, _known(row, row.issued_at)


def _payment(row: rows.PaymentRow, refs: References) -> tuple[Any, ...]:
    invoice, amount = refs.maybe("invoice", row.invoice), _minor(row.amount, refs.currency)
    return row.id, invoice, amount, refs.currency, row.paid_at, _known(row, row.paid_at)


def _expense(row: rows.ExpenseRow, refs: References) -> tuple[Any, ...]:
    amount = _minor(row.amount, refs.currency)
    return row.id, row.category, amount, refs.currency, row.spent_at, _known(row, row.spent_at)


def _budget(row: rows.BudgetRow, refs: References) -> tuple[Any, ...]:
    weekly = _minor(row.weekly, refs.currency)
    return row.campaign, row.valid_from, "import", weekly, refs.currency, _known(row, row.valid_from)


def _bank_balance(row: rows.BankBalanceRow, refs: References) -> tuple[Any, ...]:
    amount = _minor(row.amount, refs.currency)
    return row.account, row.balance_at, amount, refs.currency, _known(row, row.balance_at)


def _message(row: rows.MessageRow, refs: References) -> tuple[Any, ...]:
    customer, product = refs.maybe("customer", row.customer), refs.maybe("product", row.sku)
    known = _known(row, row.received_at)
    return row.id, row.source, customer, product, row.rating, row.text, row.received_at, known


def _lead(row: rows.LeadRow, refs: References) -> tuple[Any, ...]:
    said = (row.company, row.contact, row.stage, _minor(row.value, refs.currency), refs.currency, row.source)
    when = (row.opened_at, row.last_contact_at, row.won_at, row.lost_at)
    return row.code, *said, *when, _known(row, row.opened_at)


def _booked(name: str, debit: str, credit: str, at: str) -> ManyValues:
    """Two legs that sum to zero: what is owed or held rises on one account and falls on the other."""

    def legs(row: Any, refs: References) -> Sequence[tuple[Any, ...]]:
        amount, when = _minor(row.amount, refs.currency), getattr(row, at)
        booking = f"{name} {getattr(row, 'number', None) or row.id}"
        known = _known(row, when)
        return [
            (booking, 1, debit.format(row=row), amount, refs.currency, when, known),
            (booking, 2, credit, -amount, refs.currency, when, known),
        ]

    return legs


def _target(table: Any, key: str, rest: str) -> Target:
    names = tuple(key.split())
    return Target(table, (*names, *rest.split()), names)


_LEDGER = _target(tables.MoneyLedgerEntry, "booking leg", "account amount_minor currency booked_at known_at")
_STOCK_ITEM = (_target(tables.StockItem, "product_id location_id", "known_at"), _stock_item, "stock item")
_MOVEMENT = _target(tables.InventoryMovement, "external_id", "stock_item_id kind quantity moved_at known_at")
_PRICE_ENTRY = replace(
    _target(tables.Price, "product_id channel_id zone", "amount_minor currency valid_from"), newer_by="valid_from"
)

_NAMES = {
    "sku": "product",
    "channel": "channel",
    "location": "location",
    "supplier": "supplier",
    "customer": "customer",
    "order": "order",
    "invoice": "invoice",
}


def references_of(becomes: str) -> Mapping[str, str]:
    """The columns of a file of the layout that name rows of other files, and what kind of thing they name."""
    named = {column: _NAMES[column] for column in rows.LAYOUT[becomes].model_fields if column in _NAMES}
    return {} if becomes == "products" else named


TARGETS: Mapping[str, FileTarget] = {
    "products": FileTarget(
        _target(tables.Product, "sku", "title category pack vat_bps shelf_life_days known_at"), _product
    ),
    "product_costs": FileTarget(
        _target(tables.ProductCost, "product_id valid_from", "unit_cost_minor currency known_at"), _product_cost
    ),
    "channels": FileTarget(_target(tables.Channel, "code", "title fee_bps prices_include_vat known_at"), _channel),
    "locations": FileTarget(
        _target(tables.Location, "code", "title kind zone visit_every_days transfer_cost_minor contact known_at"),
        _location,
    ),
    "suppliers": FileTarget(_target(tables.Supplier, "code", "title lead_time_days payment_days known_at"), _supplier),
    "supplier_offers": FileTarget(
        _target(
            tables.SupplierOffer,
            "supplier_id product_id from_quantity valid_from",
            "unit_cost_minor currency known_at",
        ),
        _supplier_offer,
    ),
    "prices": FileTarget(
        _target(tables.PriceHistory, "price_id valid_from source", "amount_minor currency known_at"),
        _price_history,
        first=(_PRICE_ENTRY, _price, "price"),
    ),
    "competitor_prices": FileTarget(
        _target(tables.CompetitorPrice, "product_id competitor observed_at", "amount_minor currency known_at"),
        _competitor_price,
    ),
    "promotions": FileTarget(
        _target(tables.Promotion, "number product_id channel_id", "off_bps first_day last_day cancelled_at known_at"),
        _promotion,
    ),
    "customers": FileTarget(_target(tables.Customer, "code", "name email cohort known_at"), _customer),
    "sales": FileTarget(
        _target(
            tables.SalesFact,
            "product_id channel_id location_id period_start period_days",
            "units unit_price_minor unit_cost_minor currency deal_bps feature_bps known_at",
        ),
        _sales,
    ),
    "orders": FileTarget(
        _target(tables.Order, "number", "customer_id channel_id currency total_minor ordered_at known_at"),
        _order,
    ),
    "order_lines": FileTarget(
        _target(tables.OrderLine, "order_id line", "product_id quantity amount_minor known_at"), _order_line
    ),
    "stock": FileTarget(_MOVEMENT, _count, first=_STOCK_ITEM),
    "inventory_movements": FileTarget(_MOVEMENT, _movement, first=_STOCK_ITEM),
    "purchase_orders": FileTarget(
        _target(
            tables.PurchaseOrder,
            "number product_id",
            "supplier_id quantity unit_cost_minor currency ordered_at expected_at received_at cancelled_at known_at",
        ),
        _purchase_order,
    ),
    "stand_refill_orders": FileTarget(
        _target(
            tables.StandRefillOrder,
            "number location_id product_id",
            "quantity delivered_quantity currency ordered_at planned_at delivered_at cancelled_at known_at",
        ),
        _stand_refill_order,
    ),
    "invoices": FileTarget(
        _target(tables.Invoice, "number", "customer_id amount_minor currency issued_at due_at known_at"),
        _invoice,
        also=(_LEDGER, _booked("invoice", "receivables", "revenue", "issued_at")),
    ),
    "payments": FileTarget(
        _target(tables.Payment, "external_id", "invoice_id amount_minor currency paid_at known_at"),
        _payment,
        also=(_LEDGER, _booked("payment", "cash", "receivables", "paid_at")),
    ),
    "expenses": FileTarget(
        _target(tables.Expense, "external_id", "category amount_minor currency spent_at known_at"),
        _expense,
        also=(_LEDGER, _booked("expense", "expense:{row.category}", "cash", "spent_at")),
    ),
    "budgets": FileTarget(
        _target(tables.CampaignBudget, "campaign valid_from source", "weekly_minor currency known_at"), _budget
    ),
    "bank_balances": FileTarget(
        _target(tables.BankBalance, "account balance_at", "amount_minor currency known_at"), _bank_balance
    ),
    "messages": FileTarget(
        _target(tables.Message, "external_id", "source customer_id product_id rating text received_at known_at"),
        _message,
    ),
    "leads": FileTarget(
        _target(
            tables.Lead,
            "code",
            "company contact stage value_minor currency source opened_at last_contact_at won_at lost_at known_at",
        ),
        _lead,
    ),
}
