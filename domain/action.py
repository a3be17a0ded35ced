"""Actions as typed commands, and the life of an action item."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import Conflict
from domain.pricing import PriceUpdate

Action = PriceUpdate
"""Every action kind's parameters; becomes a union discriminated by `kind` as kinds are added."""


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
    approval_valid_for: timedelta = timedelta(days=3)
    measured_after: timedelta = Field(default=timedelta(weeks=9), description="where no prediction says when")


PRICE_UPDATE = ActionKind(
    name="price.update",
    title="Change a list price",
    reversibility=Reversibility.REVERSIBLE,
    owns_columns=frozenset({"price.amount_minor", "price_history.amount_minor"}),
)

ACTION_KINDS: Mapping[str, ActionKind] = {kind.name: kind for kind in (PRICE_UPDATE,)}


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
