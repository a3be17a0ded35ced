"""Every table of the store, by operating system."""

from typing import Any

from sqlalchemy import column

from store.tables.actions import ActionItem, Approval, Effect, OutcomeRow
from store.tables.audit import AuditEntry, AuditHead, OutboxEvent
from store.tables.base import BrandOwned, Fact
from store.tables.brand import AIConfig, Brand, BrandRules
from store.tables.catalog import Channel, Location, Product, ProductCost, Supplier
from store.tables.finance import Expense, Invoice, MoneyLedgerEntry, Payment
from store.tables.identity import LoginSession, Membership, User
from store.tables.inventory import InventoryMovement, PurchaseOrder, StockItem
from store.tables.messages import Message
from store.tables.pricing import CompetitorPrice, Price, PriceHistory
from store.tables.runs import FigureRow, FindingRow, ProposalRow, Receipt, Run
from store.tables.sales import Customer, Order, OrderLine, SalesFact
from store.tables.work import ImportBatch, Job, Task

__all__ = [
    "AIConfig", "ActionItem", "Approval", "AuditEntry", "AuditHead", "Brand", "BrandOwned", "BrandRules", "Channel",
    "CompetitorPrice", "Customer", "Effect", "Expense", "Fact", "FigureRow", "FindingRow", "ImportBatch",
    "InventoryMovement", "Invoice", "Job", "Location", "LoginSession", "Membership", "Message", "MoneyLedgerEntry",
    "Order", "OrderLine", "OutboxEvent", "OutcomeRow", "Payment", "Price", "PriceHistory", "Product", "ProductCost",
    "ProposalRow", "PurchaseOrder", "Receipt", "Run", "SalesFact", "StockItem", "Supplier", "Task", "User",
]  # fmt: skip

# SQLModel takes a mixin's attributes away, but the session's loader criteria are written against the mixins.
# They are put back here, after the last table: a table class made later would lose its key columns.
_mixins: tuple[tuple[Any, str], ...] = ((BrandOwned, "brand_id"), (Fact, "known_at"))
for _mixin, _name in _mixins:
    setattr(_mixin, _name, column(_name))
