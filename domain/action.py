"""Actions as typed commands, and the life of an action item."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.errors import Conflict
from domain.finance import BudgetReallocate, ExpenseFlag, InvoiceRemind
from domain.leads import LeadFollowUp
from domain.messaging import SegmentMessage
from domain.pricing import PriceDraft, PriceUpdate
from domain.promotions import PromoSchedule
from domain.purchasing import PurchaseOrderCreate
from domain.stands import StandBonus, StandRefill, StandVisit
from domain.transfers import StockTransfer

Action = (
    PriceUpdate | PriceDraft | PromoSchedule | PurchaseOrderCreate | StockTransfer | StandRefill | StandBonus
    | StandVisit | SegmentMessage | LeadFollowUp | InvoiceRemind | BudgetReallocate | ExpenseFlag
)  # fmt: skip
"""Every action kind's parameters."""

_ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="kind")])


def parse_action(stored: Mapping[str, Any]) -> Action:
    """The typed action of what `model_dump(mode="json")` gave. Raises pydantic's ValidationError."""
    return _ACTIONS.validate_python(stored)


class Reversibility(StrEnum):
    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    FINAL = "final"


class ActionKind(BaseModel):
    """What is fixed about a kind of action, whoever proposes it."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    reversibility: Reversibility
    owns_columns: frozenset[str] = frozenset()
    editable: tuple[str, ...] = Field(
        default=(),
        description="the amounts, dates and texts that a person may change; `lines[].quantity`: of each line",
    )
    approval_valid_for: timedelta = timedelta(days=3)
    measured_after: timedelta = Field(default=timedelta(weeks=9), description="where no prediction says when")
    quiet_after_no: timedelta = Field(default=timedelta(weeks=4), description="how long a refused subject rests")


PRICE_UPDATE = ActionKind(
    name="price.update",
    title="Change a list price",
    reversibility=Reversibility.REVERSIBLE,
    editable=("price_minor",),
    owns_columns=frozenset({"price.amount_minor", "price_history.amount_minor"}),
)

PURCHASE_ORDER_CREATE = ActionKind(
    name="purchase_order.create",
    title="Order from a supplier",
    reversibility=Reversibility.COMPENSABLE,
    editable=("lines[].quantity",),
    quiet_after_no=timedelta(days=6),  # stock goes on selling: the next weekly meeting looks at it afresh
)

STAND_REFILL = ActionKind(
    name="stand.refill",
    title="Refill stands",
    reversibility=Reversibility.COMPENSABLE,
    editable=("planned_day", "lines[].quantity"),
    quiet_after_no=timedelta(days=6),  # stands go on selling: the next weekly meeting looks at them afresh
)

STAND_BONUS = ActionKind(
    name="stand.bonus",
    title="Promise a stand's partner a bonus",
    reversibility=Reversibility.COMPENSABLE,
    editable=("share_bps", "weeks", "cap_minor"),
    measured_after=timedelta(weeks=10),
)

STAND_VISIT = ActionKind(
    name="stand.visit",
    title="Visit a stand's partner",
    reversibility=Reversibility.COMPENSABLE,
    editable=("planned_day",),
    measured_after=timedelta(weeks=10),
)

SEGMENT_MESSAGE = ActionKind(
    name="segment.message",
    title="Write to a segment",
    reversibility=Reversibility.FINAL,
    editable=("template", "audience", "holdout_bps"),
    quiet_after_no=timedelta(days=20),
)

LEAD_FOLLOW_UP = ActionKind(
    name="lead.follow_up",
    title="Get back to a lead",
    reversibility=Reversibility.REVERSIBLE,
    editable=("within_days",),
    quiet_after_no=timedelta(days=13),
)

INVOICE_REMIND = ActionKind(
    name="invoice.remind",
    title="Remind a debtor",
    reversibility=Reversibility.FINAL,
    quiet_after_no=timedelta(weeks=2),
)

BUDGET_REALLOCATE = ActionKind(
    name="budget.reallocate",
    title="Move advertising money between campaigns",
    reversibility=Reversibility.REVERSIBLE,
    editable=("budgets[].weekly_minor",),
    owns_columns=frozenset({"campaign_budget.weekly_minor"}),
)

EXPENSE_FLAG = ActionKind(
    name="expense.flag",
    title="Let a person look at an expense",
    reversibility=Reversibility.REVERSIBLE,
)

PRICE_DRAFT = ActionKind(
    name="price.draft",
    title="Draft a price",
    reversibility=Reversibility.REVERSIBLE,
    editable=("price_minor",),
)

PROMO_SCHEDULE = ActionKind(
    name="promo.schedule",
    title="Schedule a promotion",
    reversibility=Reversibility.COMPENSABLE,
    editable=("first_day", "last_day", "off_bps"),
    measured_after=timedelta(weeks=13),
)

STOCK_TRANSFER = ActionKind(
    name="stock.transfer",
    title="Move stock",
    reversibility=Reversibility.COMPENSABLE,
    editable=("quantity",),
    quiet_after_no=timedelta(weeks=2),
)

_KINDS = (
    PRICE_UPDATE, PRICE_DRAFT, PROMO_SCHEDULE, PURCHASE_ORDER_CREATE, STOCK_TRANSFER, STAND_REFILL, STAND_BONUS,
    STAND_VISIT, SEGMENT_MESSAGE, LEAD_FOLLOW_UP, INVOICE_REMIND, BUDGET_REALLOCATE, EXPENSE_FLAG,
)  # fmt: skip
ACTION_KINDS: Mapping[str, ActionKind] = {kind.name: kind for kind in _KINDS}


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
        )


class FieldChange(BaseModel):
    """One line of a preview: what stands now and what would stand."""

    model_config = ConfigDict(frozen=True)

    field: str
    before: str
    after: str


class Preview(BaseModel):
    """What an action would change, in words and numbers a person can check."""

    model_config = ConfigDict(frozen=True)

    title: str
    changes: tuple[FieldChange, ...]
    amount_minor: int = Field(description="money at stake over the horizon, absolute")
    currency: str
    blast_radius: str
    undo: str
