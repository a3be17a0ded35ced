"""The tables by name: the file of a noun is imported when one of its tables is first asked for.

Making the classes of all takes longer than most verbs. A new table is listed here and in the register of all,
`every.py`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.tables.base import BrandOwned as BrandOwned
    from store.tables.base import Fact as Fact
    from store.tables.every import *  # noqa: F403

NOUNS = {
    "actions": ("ActionItem", "Approval", "Effect", "ItemNote", "OutcomeRow"),
    "audit": ("AuditEntry", "AuditHead", "OutboxEvent"),
    "automation": (
        "AutomationDefinition",
        "AutomationExecutionLog",
        "AutomationRun",
        "Delivery",
        "DeliveryAttempt",
        "Endpoint",
        "EventCursor",
        "Notification",
        "NotificationRead",
        "WatchedFact",
    ),
    "base": ("BrandOwned", "Fact"),
    "brand": ("AIConfig", "Brand", "BrandRules"),
    "catalog": ("Channel", "Location", "Product", "ProductCost", "Supplier"),
    "customers": ("Customer", "Lead", "Message", "MessageSend"),
    "finance": (
        "BankBalance",
        "ExpectedExpense",
        "Expense",
        "FlaggedExpense",
        "Invoice",
        "InvoiceReminder",
        "MoneyLedgerEntry",
        "Payment",
    ),
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
}
_FILE_OF = {name: noun for noun, names in NOUNS.items() for name in names}


def __getattr__(name: str) -> Any:
    """A table, or another name of `every.py`. Raises AttributeError."""
    if name.startswith("_"):
        raise AttributeError(f"{__name__} has no {name}")
    return getattr(import_module(f"{__name__}.{_FILE_OF.get(name, 'every')}"), name)
