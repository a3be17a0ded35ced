"""The list of action kinds that can be carried out."""

from collections.abc import Mapping
from typing import Any

from actions.budgets import BudgetReallocateHandler
from actions.expenses import ExpenseFlagHandler
from actions.handler import Handler
from actions.leads import LeadFollowUpHandler
from actions.messaging import SegmentMessageHandler
from actions.price_drafts import PriceDraftHandler
from actions.pricing import PriceUpdateHandler
from actions.promotions import PromoScheduleHandler
from actions.purchasing import PurchaseOrderHandler
from actions.reminders import InvoiceRemindHandler
from actions.stand_partners import StandBonusHandler, StandVisitHandler
from actions.stands import StandRefillHandler
from actions.transfers import StockTransferHandler
from domain.errors import InvalidInput

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
    if kind not in HANDLERS:
        raise InvalidInput(f"There is no action kind {kind}.", remedy=f"One of: {', '.join(HANDLERS)}.")
    return HANDLERS[kind]
