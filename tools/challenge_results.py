"""The arguments and results of a challenge: a colleague's promise recomputed."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from domain.figure import Cell
from domain.message import Message
from tools.base import ToolArguments, ToolResult

PUT_IN_TURN = (
    "recompute_price_within_stock",
    "recompute_message_within_stock",
    "recompute_refill_within_stock",
    "recompute_order_with_prices",
    "recompute_order_within_cash",
)
"""The challenges in the order in which they are put: prices first, as what they bring decides on orders."""
NEVER_ALONE = frozenset({"recompute_order_with_prices"})
"""Challenges that ask nothing where no other proposal stands beside theirs."""
MATERIAL = 0.05
"""A recomputation within a twentieth of what was promised comes to the same."""


class ChallengeArguments(ToolArguments):
    """A proposal of this run, and others of the run that touch the same product, money, stock, customer or stand."""

    proposal: UUID = Field(description="the id of the proposal to recompute")
    beside: tuple[UUID, ...] = Field(default=(), max_length=60, description="proposals taken as carried out with it")


class ChallengeView(ToolResult):
    """A recomputation. `stands`: it comes to the same; `changed`: to `value` and perhaps another `action`.

    `message` says it; each number that it cites is the cell of that name here or in `cells`.
    `action` is the proposal's with other amounts, whole; None where its amounts stay. `expected` is what the chair
    weighs, where that is not `value`: the proposal may cost or bring something that its own outcome will not show.
    """

    proposal: str
    subject: str
    status: Literal["stands", "changed", "abstained"]
    reasons: list[Message] = Field(default_factory=list)
    promised: Cell
    value: Cell | None = None
    low: Cell | None = None
    high: Cell | None = None
    expected: Cell | None = None
    cells: dict[str, Cell] = Field(default_factory=dict)
    message: Message | None = None
    action: dict[str, Any] | None = None
