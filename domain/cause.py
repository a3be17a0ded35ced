"""Why something happens by itself: the event that woke it, and every rule and workflow on the way there."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

DEEPEST = 8
"""So many rules and workflows may wake each other in a row; what would come after is refused."""


class Cause(BaseModel):
    """The chain of what led here, oldest first, e.g. `rule:tell-prices workflow:launch`; empty where a person acted."""

    model_config = ConfigDict(frozen=True)

    event: UUID | None = None
    chain: tuple[str, ...] = ()

    def then(self, event: UUID, name: str) -> "Cause":
        """The cause of what `name` does now that this event has woken it."""
        return Cause(event=event, chain=(*self.chain, name))

    def longer_of(self, other: "Cause") -> "Cause":
        """The one that says more: what was caused stays caused, also where a person carries it on."""
        return other if len(other.chain) > len(self.chain) else self


NO_CAUSE = Cause()
