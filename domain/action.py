"""Every kind of action, and the life of an action item."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.customers import LEAD_FOLLOW_UP, SEGMENT_MESSAGE, LeadFollowUp, SegmentMessage
from domain.errors import Conflict, InvalidInput
from domain.figure import Cell
from domain.finance import EXPENSE_FLAG, INVOICE_REMIND, ExpenseFlag, InvoiceRemind
from domain.kind import ActionKind
from domain.marketing import BUDGET_REALLOCATE, BudgetReallocate
from domain.message import Message, message
from domain.pricing import PRICE_DRAFT, PRICE_UPDATE, PROMO_SCHEDULE, PriceDraft, PriceUpdate, PromoSchedule
from domain.stands import STAND_BONUS, STAND_REFILL, STAND_VISIT, StandBonus, StandRefill, StandVisit
from domain.stock import PURCHASE_ORDER_CREATE, STOCK_TRANSFER, PurchaseOrderCreate, StockTransfer

Action = (
    PriceUpdate | PriceDraft | PromoSchedule | PurchaseOrderCreate | StockTransfer | StandRefill | StandBonus
    | StandVisit | SegmentMessage | LeadFollowUp | InvoiceRemind | BudgetReallocate | ExpenseFlag
)  # fmt: skip
"""Every action kind's parameters."""

_KINDS = (
    PRICE_UPDATE, PRICE_DRAFT, PROMO_SCHEDULE, PURCHASE_ORDER_CREATE, STOCK_TRANSFER, STAND_REFILL, STAND_BONUS,
    STAND_VISIT, SEGMENT_MESSAGE, LEAD_FOLLOW_UP, INVOICE_REMIND, BUDGET_REALLOCATE, EXPENSE_FLAG,
)  # fmt: skip
"""Every action kind's definition; a kind stands in both of these lists."""
ACTION_KINDS: Mapping[str, ActionKind] = {kind.name: kind for kind in _KINDS}

AnyAction = Annotated[Action, Field(discriminator="kind")]
_ACTIONS: TypeAdapter[Action] = TypeAdapter(AnyAction)


def kind_of(name: str) -> ActionKind:
    """Raises InvalidInput for a kind that there is not."""
    if name not in ACTION_KINDS:
        raise InvalidInput(f"There is no action kind {name}.", remedy=f"One of: {', '.join(ACTION_KINDS)}.")
    return ACTION_KINDS[name]


def parse_action(stored: Mapping[str, Any]) -> Action:
    """The typed action of what `model_dump(mode="json")` gave. Raises pydantic's ValidationError."""
    return _ACTIONS.validate_python(stored)


def resources_used(action: Action) -> Mapping[str, int]:
    """Amounts that an action needs of the brand's resources, by name; money in minor units."""
    return {resource: getattr(action, amount) for resource, amount in ACTION_KINDS[action.kind].uses.items()}


class ItemStatus(StrEnum):
    """Where an action item stands."""

    PROPOSED = "proposed"
    DENIED = "denied"
    APPROVED = "approved"
    REJECTED = "rejected"
    SNOOZED = "snoozed"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    MEASURED = "measured"


S = ItemStatus
NEXT: Mapping[ItemStatus, frozenset[ItemStatus]] = {
    S.PROPOSED: frozenset({S.DENIED, S.APPROVED, S.REJECTED, S.SNOOZED, S.EXPIRED, S.SUPERSEDED}),
    S.SNOOZED: frozenset({S.PROPOSED, S.APPROVED, S.REJECTED, S.EXPIRED, S.SUPERSEDED}),
    S.APPROVED: frozenset({S.RUNNING, S.DONE, S.PROPOSED, S.DENIED, S.REJECTED, S.EXPIRED, S.FAILED, S.SUPERSEDED}),
    S.RUNNING: frozenset({S.DONE, S.FAILED, S.UNKNOWN, S.PROPOSED, S.DENIED}),
    S.UNKNOWN: frozenset({S.DONE, S.FAILED}),
    S.DONE: frozenset({S.UNDONE, S.MEASURED}),
    S.MEASURED: frozenset({S.UNDONE}),
}


def check_transition(current: ItemStatus, new: ItemStatus) -> None:
    """Raises Conflict when an item cannot go from `current` to `new`."""
    if new not in NEXT.get(current, frozenset()):
        raise Conflict(
            f"This action item is {current.value}; it cannot become {new.value}.",
            remedy="Look at it again with `mhos show ID`.",
            said=message(
                "item.error.no_way",
                now=Message(key=f"item.status.{current.value}"),
                wanted=Message(key=f"item.status.{new.value}"),
            ),
            advice=Message(key="item.advice.look_again"),
        )


class PreviewLine(BaseModel):
    """One line of a preview by keys: what changes, what stands now and what would stand."""

    model_config = ConfigDict(frozen=True)

    field: Message
    before: Message
    after: Message


class Told(BaseModel):
    """The names, numbers and days that a handler looked up for the titles of an action; names go before parameters."""

    model_config = ConfigDict(frozen=True)

    names: Mapping[str, str] = Field(default_factory=dict)
    numbers: Mapping[str, Cell] = Field(default_factory=dict)
    days: Mapping[str, date] = Field(default_factory=dict)


class Preview(BaseModel):
    """The change an action would make, by keys and numbers that a person can check in either language.

    `title` is English, for events, errors and the audit; people read the kind's titles filled with `told`.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    changes: tuple[PreviewLine, ...]
    amount_minor: int = Field(description="money at stake over the horizon, absolute")
    currency: str
    blast_radius: Message
    undo: Message
    told: Told = Told()
    puts_in: Message | None = None
    """What the brand puts in: money, goods, people's time."""
    if_no: Message | None = None
    """What a no leads to, as things stand."""
