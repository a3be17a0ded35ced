"""Every table of the store, for what goes through all of them: a new one is imported and listed here."""

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
from store.tables.base import BrandOwned
from store.tables.brand import AIConfig, Brand, BrandRules
from store.tables.catalog import Channel, Location, Product, ProductCost, Supplier
from store.tables.customers import Customer, Lead, Message, MessageDraw, MessageSend
from store.tables.finance import (
    BankBalance,
    ExpectedExpense,
    Expense,
    FlaggedExpense,
    Invoice,
    InvoiceReminder,
    MoneyLedgerEntry,
    Payment,
)
from store.tables.identity import LoginSession, Membership, RefreshToken, User
from store.tables.knowledge import KnowledgeDocument, KnowledgePassage, KnowledgeVector
from store.tables.marketing import CampaignBudget
from store.tables.models import ModelExchange, ModelSpend
from store.tables.office import ChallengeRow, MeetingDefinitionRow, TurnRow
from store.tables.pricing import CompetitorPrice, Price, PriceDraft, PriceHistory, Promotion
from store.tables.requests import IdempotentRequest
from store.tables.runs import FigureRow, FindingRow, ProposalRow, Receipt, Run, RunEvent
from store.tables.sales import Order, OrderLine, SalesFact
from store.tables.stands import StandBonusRow, StandRefillOrder, StandVisitRow
from store.tables.stock import InventoryMovement, PurchaseOrder, StockItem, SupplierOffer
from store.tables.work import ImportBatch, Job, Task

ABOVE_BRANDS = (Brand, User, Membership, LoginSession, RefreshToken, AuditHead)
"""What no brand owns."""

TABLES: tuple[type[BrandOwned], ...] = (
    Product, ProductCost, Channel, Location, Supplier, SupplierOffer, Price, PriceHistory, CompetitorPrice, Promotion,
    PriceDraft, Customer, SalesFact, Order, OrderLine, StockItem, InventoryMovement, PurchaseOrder, StandRefillOrder,
    StandBonusRow, StandVisitRow, Invoice, Payment, Expense, CampaignBudget, BankBalance, MoneyLedgerEntry,
    InvoiceReminder, ExpectedExpense, Message, MessageSend, MessageDraw, Lead, Task, FlaggedExpense, BrandRules,
    AIConfig, ImportBatch, Job, Run, RunEvent, Receipt, FigureRow, FindingRow, ProposalRow, ChallengeRow, TurnRow,
    MeetingDefinitionRow, ActionItem, ItemNote, Approval, Effect, OutcomeRow, KnowledgeDocument, KnowledgePassage,
    KnowledgeVector, ModelExchange, ModelSpend, OutboxEvent, AuditEntry, AutomationDefinition, EventCursor,
    AutomationRun, AutomationExecutionLog, Notification, NotificationRead, Endpoint, Delivery, DeliveryAttempt,
    WatchedFact, IdempotentRequest,
)  # fmt: skip
"""Every table of a brand. What others refer to comes first: an import loads their files in this order."""
