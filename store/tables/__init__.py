"""Every table of the store, by operating system."""

from typing import Any

from sqlalchemy import column

from store.tables.actions import ActionItem, Approval, Effect, ItemNote, OutcomeRow
from store.tables.audit import AuditEntry, AuditHead, OutboxEvent
from store.tables.automation import (
    AutomationDefinition,
    AutomationExecutionLog,
    AutomationRun,
    Delivery,
    DeliveryAttempt,
    Endpoint,
    EventCursor,
    Notification,
    NotificationRead,
    WatchedFact,
)
from store.tables.base import BrandOwned, Fact
from store.tables.brand import AIConfig, Brand, BrandRules
from store.tables.catalog import Channel, Location, Product, ProductCost, Supplier
from store.tables.customers import Lead, MessageSend
from store.tables.definitions import MeetingDefinitionRow
from store.tables.finance import (
    BankBalance,
    CampaignBudget,
    Expense,
    FlaggedExpense,
    Invoice,
    InvoiceReminder,
    MoneyLedgerEntry,
    Payment,
)
from store.tables.identity import LoginSession, Membership, RefreshToken, User
from store.tables.knowledge import KnowledgeDocument, KnowledgePassage, KnowledgeVector
from store.tables.messages import Message
from store.tables.models import ModelExchange, ModelSpend
from store.tables.office import ChallengeRow, TurnRow
from store.tables.pricing import CompetitorPrice, Price, PriceHistory
from store.tables.promotions import PriceDraft, Promotion
from store.tables.requests import IdempotentRequest
from store.tables.runs import FigureRow, FindingRow, ProposalRow, Receipt, Run, RunEvent
from store.tables.sales import Customer, Order, OrderLine, SalesFact
from store.tables.stands import ExpectedExpense, StandBonusRow, StandRefillOrder, StandVisitRow
from store.tables.stock import InventoryMovement, PurchaseOrder, StockItem, SupplierOffer
from store.tables.work import ImportBatch, Job, Task

__all__ = [
    "AIConfig", "ActionItem", "Approval", "AuditEntry", "AuditHead", "AutomationDefinition",
    "AutomationExecutionLog", "AutomationRun", "BankBalance", "Brand", "BrandOwned", "BrandRules",
    "CampaignBudget", "ChallengeRow", "Channel", "CompetitorPrice", "Customer", "Delivery",
    "DeliveryAttempt", "Effect",
    "Endpoint", "EventCursor", "ExpectedExpense", "Expense", "Fact", "FigureRow", "FindingRow",
    "FlaggedExpense", "IdempotentRequest", "ImportBatch", "InventoryMovement", "Invoice", "InvoiceReminder",
    "ItemNote", "Job", "KnowledgeDocument", "KnowledgePassage", "KnowledgeVector", "Lead", "Location",
    "LoginSession", "MeetingDefinitionRow", "Membership", "Message", "MessageSend", "ModelExchange",
    "ModelSpend", "MoneyLedgerEntry", "Notification", "NotificationRead", "Order", "OrderLine", "OutboxEvent",
    "OutcomeRow", "Payment", "Price", "PriceDraft", "PriceHistory", "Product", "ProductCost", "Promotion",
    "ProposalRow", "PurchaseOrder", "Receipt", "RefreshToken", "Run", "RunEvent", "SalesFact", "StandBonusRow",
    "StandRefillOrder", "StandVisitRow", "StockItem", "Supplier", "SupplierOffer", "Task", "TurnRow", "User",
    "WatchedFact",
]  # fmt: skip

# SQLModel takes a mixin's attributes away, but the session's loader criteria are written against the mixins.
# They are put back here, after the last table: a table class made later would lose its key columns.
_mixins: tuple[tuple[Any, str], ...] = ((BrandOwned, "brand_id"), (Fact, "known_at"))
for _mixin, _name in _mixins:
    setattr(_mixin, _name, column(_name))
