"""The list of action kinds that can be carried out: which file of this room has the handler, loaded when asked for."""

from collections.abc import Mapping
from functools import cache
from pkgutil import resolve_name
from typing import Any

from actions.handler import Handler
from domain.action import kind_of

HANDLERS: Mapping[str, str] = {
    "price.update": "pricing.price_update:PriceUpdateHandler",
    "purchase_order.create": "stock.purchase_order_create:PurchaseOrderHandler",
    "stand.refill": "stands.stand_refill:StandRefillHandler",
    "stand.bonus": "stands.stand_bonus:StandBonusHandler",
    "stand.visit": "stands.stand_visit:StandVisitHandler",
    "segment.message": "customers.segment_message:SegmentMessageHandler",
    "lead.follow_up": "customers.lead_follow_up:LeadFollowUpHandler",
    "invoice.remind": "finance.invoice_remind:InvoiceRemindHandler",
    "budget.reallocate": "marketing.budget_reallocate:BudgetReallocateHandler",
    "expense.flag": "finance.expense_flag:ExpenseFlagHandler",
    "price.draft": "pricing.price_draft:PriceDraftHandler",
    "promo.schedule": "pricing.promo_schedule:PromoScheduleHandler",
    "stock.transfer": "stock.stock_transfer:StockTransferHandler",
}


def handler_of(kind: str) -> Handler[Any]:
    """Raises InvalidInput for a kind that nobody can carry out."""
    return _handler(kind_of(kind).name)


@cache
def _handler(kind: str) -> Handler[Any]:
    return resolve_name(f"actions.{HANDLERS[kind]}")()
