"""The Context: who acts, for which brand, when, and with which source of identifiers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from domain.actor import Actor, Permission
from domain.cause import NO_CAUSE, Cause
from domain.clock import Clock, FixedClock
from domain.errors import Forbidden
from domain.ids import BrandId, Ids, TimeOrderedIds


@dataclass(frozen=True)
class Context:
    """Opened from a login or profile; everything below takes it. Its clock and its as-of move together."""

    brand_id: BrandId
    brand: str
    actor: Actor
    clock: Clock
    ids: Ids
    as_of: datetime | None = None
    cause: Cause = NO_CAUSE

    def now(self) -> datetime:
        """The present moment of this Context's world."""
        return self.clock.now()

    def new_id(self) -> UUID:
        return self.ids.new()

    @property
    def known_until(self) -> datetime:
        """Facts known after this moment are not to be seen."""
        return self.as_of if self.as_of is not None else self.now()

    def at(self, moment: datetime) -> "Context":
        """The same actor and brand at another moment: clock and knowledge both move."""
        clock = FixedClock(moment)
        return replace(self, clock=clock, ids=TimeOrderedIds(clock), as_of=clock.now())

    def acting_as(self, actor: Actor) -> "Context":
        """The same world through another actor (an agent that this person delegates to)."""
        return replace(self, actor=actor)

    def caused_by(self, cause: Cause) -> "Context":
        """The same world, in which all that is done now is done because of this."""
        return replace(self, cause=cause)

    def require(self, permission: Permission) -> None:
        """Raises Forbidden unless the actor holds the permission in this brand."""
        if not self.actor.can(permission):
            raise Forbidden(
                f"{self.actor.label} may not do this in brand {self.brand} (needs {permission.value}).",
                remedy="Act as a profile that holds the right: --as PROFILE.",
                permission=permission.value,
            )


def parse_moment(text: str) -> datetime:
    """Read `1991-06-20` or an ISO 8601 time; a bare date means its start, 00:00 UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
