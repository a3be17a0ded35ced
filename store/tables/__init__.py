"""The tables by name: the file of a noun is imported when one of its tables is first asked for, as making all their
classes takes longer than most verbs. A new table is listed here and in `every.py`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.tables.actions import ActionItem as ActionItem, Approval as Approval, Effect as Effect, ItemNote as ItemNote, OutcomeRow as OutcomeRow
    from store.tables.audit import AuditEntry as AuditEntry, AuditHead as AuditHead, OutboxEvent as OutboxEvent
    from store.tables.automation import AutomationDefinition as AutomationDefinition, AutomationExecutionLog as AutomationExecutionLog, AutomationRun as AutomationRun, Delivery as Delivery, DeliveryAttempt as DeliveryAttempt, Endpoint as Endpoint, EventCursor as EventCursor, Notification as Notification, NotificationRead as NotificationRead, WatchedFact as WatchedFact
    from store.tables.base import BrandOwned as BrandOwned, Fact as Fact
    from store.tables.brand import AIConfig as AIConfig, Brand as Brand, BrandRules as BrandRules
    from store.tables.catalog import Channel as Channel, Location as Location, Product as Product, ProductCost as ProductCost, Supplier as Supplier
    from store.tables.customers import Customer as Customer, Lead as Lead, Message as Message, MessageSend as MessageSend
    from store.tables.finance import BankBalance as BankBalance, ExpectedExpense as ExpectedExpense, Expense as Expense, FlaggedExpense as FlaggedExpense, Invoice as Invoice, InvoiceReminder as InvoiceReminder, MoneyLedgerEntry as MoneyLedgerEntry, Payment as Payment
    from store.tables.identity import LoginSession as LoginSession, Membership as Membership, RefreshToken as RefreshToken, User as User
    from store.tables.knowledge import KnowledgeDocument as KnowledgeDocument, KnowledgePassage as KnowledgePassage, KnowledgeVector as KnowledgeVector
    from store.tables.marketing import CampaignBudget as CampaignBudget
    from store.tables.models import ModelExchange as ModelExchange, ModelSpend as ModelSpend
    from store.tables.office import ChallengeRow as ChallengeRow, MeetingDefinitionRow as MeetingDefinitionRow, TurnRow as TurnRow
    from store.tables.pricing import CompetitorPrice as CompetitorPrice, Price as Price, PriceDraft as PriceDraft, PriceHistory as PriceHistory, Promotion as Promotion
    from store.tables.requests import IdempotentRequest as IdempotentRequest
    from store.tables.runs import FigureRow as FigureRow, FindingRow as FindingRow, ProposalRow as ProposalRow, Receipt as Receipt, Run as Run, RunEvent as RunEvent
    from store.tables.sales import Order as Order, OrderLine as OrderLine, SalesFact as SalesFact
    from store.tables.stands import StandBonusRow as StandBonusRow, StandRefillOrder as StandRefillOrder, StandVisitRow as StandVisitRow
    from store.tables.stock import InventoryMovement as InventoryMovement, PurchaseOrder as PurchaseOrder, StockItem as StockItem, SupplierOffer as SupplierOffer
    from store.tables.work import ImportBatch as ImportBatch, Job as Job, Task as Task
    from store.tables.every import ABOVE_BRANDS as ABOVE_BRANDS, TABLES as TABLES

_NOUNS = {
    "actions": ("ActionItem", "Approval", "Effect", "ItemNote", "OutcomeRow"),
    "audit": ("AuditEntry", "AuditHead", "OutboxEvent"),
    "automation": ("AutomationDefinition", "AutomationExecutionLog", "AutomationRun", "Delivery", "DeliveryAttempt", "Endpoint", "EventCursor", "Notification", "NotificationRead", "WatchedFact"),
    "base": ("BrandOwned", "Fact"),
    "brand": ("AIConfig", "Brand", "BrandRules"),
    "catalog": ("Channel", "Location", "Product", "ProductCost", "Supplier"),
    "customers": ("Customer", "Lead", "Message", "MessageSend"),
    "finance": ("BankBalance", "ExpectedExpense", "Expense", "FlaggedExpense", "Invoice", "InvoiceReminder", "MoneyLedgerEntry", "Payment"),
    "identity": ("LoginSession", "Membership", "RefreshToken", "User"),
    "knowledge": ("KnowledgeDocument", "KnowledgePassage", "KnowledgeVector"),
    "marketing": ("CampaignBudget",),
    "models": ("ModelExchange", "ModelSpend"),
    "office": ("ChallengeRow", "MeetingDefinitionRow", "TurnRow"),
    "pricing": ("CompetitorPrice", "Price", "PriceDraft", "PriceHistory", "Promotion"),
    "requests": ("IdempotentRequest",),
    "runs": ("FigureRow", "FindingRow", "ProposalRow", "Receipt", "Run", "RunEvent"),
    "sales": ("Order", "OrderLine", "SalesFact"),
    "stands": ("StandBonusRow", "StandRefillOrder", "StandVisitRow"),
    "stock": ("InventoryMovement", "PurchaseOrder", "StockItem", "SupplierOffer"),
    "work": ("ImportBatch", "Job", "Task"),
    "every": ("ABOVE_BRANDS", "TABLES"),
}
_NOUN_OF = {name: noun for noun, names in _NOUNS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _NOUN_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_NOUN_OF[name]}"), name)
