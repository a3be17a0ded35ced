"""The protocol of action kinds: look, apply, measure; undo where an action is not final."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.action import Preview
from domain.kind import ActionKind
from domain.letter import Letter
from domain.prediction import Outcome, Prediction
from store.session import BrandSession


class ShownFact(BaseModel):
    """A fact as a person saw it, and how far it may move before they are asked again."""

    model_config = ConfigDict(frozen=True)

    value: int
    tolerance: int = 0
    unit: str = ""
    promised: bool = False
    """Whether a prediction rests on it: where it moves, what was promised no longer holds."""

    def still_holds(self, now: "ShownFact") -> bool:
        return abs(now.value - self.value) <= self.tolerance


@dataclass(frozen=True)
class Look:
    """The situation an action would meet right now: its preview, the facts shown, and those the guardrails read."""

    subject: str
    preview: Preview
    shown: Mapping[str, ShownFact]
    guard_facts: BaseModel
    risk: str


@dataclass(frozen=True)
class RowChange:
    """A row before and after, for the effect ledger."""

    table: str
    id: UUID
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        before = None if self.before is None else dict(self.before)
        return {"table": self.table, "id": str(self.id), "before": before, "after": dict(self.after)}


A = TypeVar("A", contravariant=True)


class Handler(Protocol[A]):
    """One action kind at work, on its own type of action `A`. All of it happens inside the caller's transaction."""

    kind: ActionKind

    def lock(self, session: BrandSession, action: A) -> None:
        """Lock the rows that the action changes, so that what is looked at cannot move before it is applied."""
        ...

    def look(self, session: BrandSession, action: A, prediction: Prediction | None) -> Look:
        """The present state and the change to it, as a Look. Raises NotFound or InvalidInput; writes nothing."""
        ...

    def apply(self, session: BrandSession, action: A, source: str) -> Sequence[RowChange]:
        """Change the rows."""
        ...

    def measure(self, session: BrandSession, action: A, source: str, since: datetime, until: datetime) -> Outcome:
        """The effect between two moments against the counterfactual; or the reasons why it is not measurable."""
        ...


@runtime_checkable
class Undoes(Protocol):
    """A handler of a kind that is not final."""

    def undo(self, session: BrandSession, changes: Sequence[Mapping[str, Any]], source: str) -> Sequence[RowChange]:
        """Restore what `apply` changed. Raises Conflict when someone has changed it since."""
        ...


@runtime_checkable
class Writes(Protocol):
    """A handler of a kind that has words or a file of its own for whoever is outside."""

    def letters(self, session: BrandSession, action: Any, source: str | None) -> Sequence[Letter]:
        """All that goes out, once it is applied; before that (`source` None) one of them, to be shown."""
        ...


@runtime_checkable
class NotesLeaving(Protocol):
    """A handler of a kind that keeps rows of what left the house."""

    def has_left(
        self, session: BrandSession, action: Any, source: str, recipients: Sequence[str], at: datetime
    ) -> None:
        """These letters left at this moment; in the transaction that notes so."""
        ...

    def never_left(self, session: BrandSession, action: Any, source: str) -> None:
        """All that has not left by now never will: let go of what was held for it."""
        ...


@runtime_checkable
class ReadsBack(Protocol):
    """A handler of a kind whose effect outside shows in the brand's own data."""

    def is_seen(self, session: BrandSession, action: Any, source: str, since: datetime) -> bool:
        """Whether the data that came in since shows that it had its effect outside."""
        ...


@runtime_checkable
class Recalls(Protocol):
    """A handler of a kind that can be taken back outside only by another letter."""

    def recall(self, session: BrandSession, action: Any, source: str) -> Letter:
        """The letter that takes it back."""
        ...


@runtime_checkable
class Completes(Protocol):
    """A handler of a kind of which a person may leave out what the brand's own rows say (`ActionKind.filled_in`)."""

    def complete(self, session: BrandSession, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with what was left out, as far as it is known. Raises NotFound for what they name."""
        ...
