"""The list of action kinds that can be carried out."""

from collections.abc import Mapping
from typing import Any

from actions.customers.lead_follow_up import LeadFollowUpHandler
from actions.customers.segment_message import SegmentMessageHandler
from actions.finance.expense_flag import ExpenseFlagHandler
from actions.finance.invoice_remind import InvoiceRemindHandler
from actions.handler import Handler
from actions.marketing.budget_reallocate import BudgetReallocateHandler
from actions.pricing.price_draft import PriceDraftHandler
from actions.pricing.price_update import PriceUpdateHandler
from actions.pricing.promo_schedule import PromoScheduleHandler
from actions.stands.stand_bonus import StandBonusHandler
from actions.stands.stand_refill import StandRefillHandler
from actions.stands.stand_visit import StandVisitHandler
from actions.stock.purchase_order_create import PurchaseOrderHandler
from actions.stock.stock_transfer import StockTransferHandler
from domain.action import kind_of

_ALL: tuple[Handler[Any], ...] = (
    PriceUpdateHandler(),
    PurchaseOrderHandler(),
    StandRefillHandler(),
    StandBonusHandler(),
    StandVisitHandler(),
    SegmentMessageHandler(),
    LeadFollowUpHandler(),
    InvoiceRemindHandler(),
    BudgetReallocateHandler(),
    ExpenseFlagHandler(),
    PriceDraftHandler(),
    PromoScheduleHandler(),
    StockTransferHandler(),
)
HANDLERS: Mapping[str, Handler[Any]] = {handler.kind.name: handler for handler in _ALL}


def handler_of(kind: str) -> Handler[Any]:
    """Raises InvalidInput for a kind that nobody can carry out."""
    return HANDLERS[kind_of(kind).name]
