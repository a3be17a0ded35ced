"""The state of a serving process: the office, its logins, limits, counters, and the work in the background."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from fastapi import Request

from api.limits import Buckets, Rate
from api.rendered import Rendered
from api.shapes.items import ItemSummary
from api.telemetry import Telemetry
from bootstrap import Office
from bootstrap.background import Background
from domain.clock import SystemClock
from domain.context import Context
from domain.errors import NotSignedIn
from domain.ids import TimeOrderedIds
from identity.access import ApiLogins
from identity.entry import entered
from identity.logins import Logins, SignedIn
from identity.open_context import audit_use
from identity.signing import signing_key
from store.session import PlatformSession
from store.tables import ActionItem

BRAND_HEADER = "X-Brand"


_ASKED, _ONE, _ALL = Rate(burst=240, a_minute=600), Rate(burst=10, a_minute=2), Rate(burst=60, a_minute=30)


@dataclass(frozen=True)
class Manners:
    """How the API behaves: what one person may ask of a brand, and how long a stream is held open."""

    requests: Rate = _ASKED
    logins_of_one: Rate = _ONE
    logins_of_all: Rate = _ALL
    stream_seconds: float = 120.0
    origins: Sequence[str] = ()
    largest_body: int = 1_000_000
    background: bool = True


@dataclass(frozen=True)
class StillItem:
    """An action item as its row stands, with the part of its view that follows from that alone."""

    item: ActionItem
    tag: str
    view: Mapping[str, Any]


@dataclass
class House:
    """One for a process."""

    office: Office
    manners: Manners = field(default_factory=Manners)

    def __post_init__(self) -> None:
        self.telemetry = Telemetry()
        clock = SystemClock()
        self.requests = Buckets(clock, self.manners.requests)
        self.logins_of_one = Buckets(clock, self.manners.logins_of_one)
        self.logins_of_all = Buckets(clock, self.manners.logins_of_all)
        self.background = Background(self.office, observe=self.telemetry.jobs)
        self.lines = Rendered[ItemSummary](most=10_000)
        self.views = Rendered[StillItem](most=1_000)
        self._used: set[tuple[UUID, UUID]] = set()
        self._guard = threading.Lock()

    @cached_property
    def access(self) -> ApiLogins:
        """Made when it is first needed: asking for health needs no key."""
        clock = SystemClock()
        settings = self.office.settings
        given = settings.token_secret.get_secret_value() if settings.token_secret else None
        key = signing_key(settings.home, given)
        return ApiLogins(Logins(self.office.database, clock, TimeOrderedIds(clock)), key)

    def person(self, request: Request) -> SignedIn:
        """Who asks, by the access token. Raises NotSignedIn."""
        return self.access.signed_in(_token_of(request))

    def context(self, request: Request) -> Context:
        """The Context of who asks, in the brand that they name; nothing in a body has a say in it.

        Raises NotSignedIn, NotFound or InvalidInput for the brand, TooMany.
        """
        with self.entered(request) as (_, ctx):
            return ctx

    @contextmanager
    def entered(self, request: Request) -> Iterator[tuple[PlatformSession, Context]]:
        """The snapshot in which it was read who asks, and their Context in the brand that they name. What is read
        within it costs no other transaction. The first use of a login in a brand is audited there before this ends.

        Raises NotSignedIn, NotFound or InvalidInput for the brand, TooMany.
        """
        request.state.settled = True
        claims = self.access.claims_of(_token_of(request))
        now, slug = self.access.logins.clock.now(), request.headers.get(BRAND_HEADER, "")
        with ExitStack() as at_the_end, self.office.database.entering(str(claims.user_id)) as people:
            person, ctx = entered(people, claims, slug, now)
            self.requests.take((person.user_id, ctx.brand_id))
            self.background.know(ctx)
            if self._is_first(person.session_id, ctx):
                at_the_end.callback(audit_use, self.office.database, ctx, person, "api")
            yield people, ctx

    def _is_first(self, session_id: UUID, ctx: Context) -> bool:
        """Whether a login is used in a brand for the first time here."""
        with self._guard:
            is_first = (session_id, ctx.brand_id) not in self._used
            self._used.add((session_id, ctx.brand_id))
        return is_first


def _token_of(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("Not signed in.", remedy="POST /api/v1/auth/login, then send: Authorization: Bearer …")
    return token.strip()
