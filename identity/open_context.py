"""From a login to a Context: person, brand, rights."""

from datetime import UTC, datetime
from pathlib import Path

from domain.actor import Actor, ActorKind
from domain.clock import Clock, SystemClock
from domain.context import Context
from domain.errors import Forbidden, InvalidInput, NotFound
from domain.ids import TimeOrderedIds, UserId
from identity.logins import Logins, SignedIn
from identity.people import OwnBrand, UserDirectory
from identity.profiles import load_profile
from identity.roles import permissions_of
from store.audit import append_audit
from store.database import Database

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Identifiers hold the milliseconds since then."""


def open_context(
    database: Database, home: Path, profile: str | None, *, brand: str | None = None, as_of: datetime | None = None
) -> Context:
    """Open a Context in one of the profile's own brands; every use is audited in that brand.

    Raises InvalidInput for a moment that is not past, NotSignedIn, or NotFound for a brand that is not this person's
    own: in the same words whether it is somebody else's or nobody's.
    """
    clock: Clock = SystemClock()
    _check_moment(as_of, clock)
    ids = TimeOrderedIds(clock)
    stored = load_profile(home, profile)
    person = Logins(database, clock, ids).by_token(stored.token)
    own = UserDirectory(database, clock, ids).brands_of(person.user_id)
    chosen = _choose(list(own), brand or stored.default_brand, person)
    ctx = Context(brand_id=chosen.id, brand=chosen.slug, actor=actor_of(person, chosen), clock=clock, ids=ids)
    with database.begin(ctx) as session:
        detail = {"profile": stored.name, "as_of": as_of.isoformat() if as_of else None}
        append_audit(session, "login.used", str(person.session_id), detail)
    return ctx if as_of is None else ctx.at(as_of)


def contexts_of(database: Database, person: SignedIn) -> list[Context]:
    """A Context of the present in each of a person's brands."""
    clock = SystemClock()
    ids = TimeOrderedIds(clock)
    own = UserDirectory(database, clock, ids).brands_of(person.user_id)
    return [
        Context(brand_id=brand.id, brand=brand.slug, actor=actor_of(person, brand), clock=clock, ids=ids)
        for brand in own
    ]


def person_in(database: Database, ctx: Context, user_id: UserId) -> Context:
    """The same world through a person, with the rights that they have in its brand by now. Raises Forbidden."""
    people = UserDirectory(database, ctx.clock, ctx.ids)
    brand = next((own_brand for own_brand in people.brands_of(user_id) if own_brand.id == ctx.brand_id), None)
    login = people.login_of(user_id)
    if brand is None or login is None:
        raise Forbidden("Whoever asked for this may no longer act here.", remedy="Ask for it again yourself.")
    roles = brand.roles
    kind = ActorKind.PERSON
    actor = Actor(kind=kind, id=user_id, name=login, roles=roles, permissions=permissions_of(roles))
    return ctx.acting_as(actor)


def audit_use(database: Database, ctx: Context, person: SignedIn, how: str) -> None:
    """Note in the brand that a login is used there."""
    with database.begin(ctx) as session:
        append_audit(session, "login.used", str(person.session_id), {"via": how})


def own_contexts(database: Database, home: Path, profile: str | None) -> list[Context]:
    """A Context in each of the profile's brands, for who works in all of them; audited in each. Raises NotSignedIn."""
    clock: Clock = SystemClock()
    ids = TimeOrderedIds(clock)
    person = Logins(database, clock, ids).by_token(load_profile(home, profile).token)
    own = UserDirectory(database, clock, ids).brands_of(person.user_id)
    return [open_context(database, home, profile, brand=brand.slug) for brand in own]


def _check_moment(as_of: datetime | None, clock: Clock) -> None:
    if as_of is not None and not EARLIEST <= as_of <= clock.now():
        raise InvalidInput(
            f"{as_of:%Y-%m-%d %H:%M} is not a moment of the past that can be read.",
            remedy=f"Choose one between {EARLIEST:%Y-%m-%d} and now.",
        )


def actor_of(person: SignedIn, brand: OwnBrand) -> Actor:
    """A person at work in one of their own brands."""
    return Actor(
        kind=ActorKind.PERSON,
        id=person.user_id,
        name=person.login,
        roles=brand.roles,
        permissions=permissions_of(brand.roles),
    )


def _choose(own: list[OwnBrand], slug: str, person: SignedIn) -> OwnBrand:
    names = ", ".join(brand.slug for brand in own) or "none yet: `mhos import FOLDER --brand NAME` makes one"
    if not slug and len(own) == 1:
        return own[0]
    if not slug:
        raise InvalidInput("Which brand?", remedy=f"Choose with --brand: {names}.")
    for brand in own:
        if brand.slug == slug:
            return brand
    raise NotFound(f"{person.login} has no brand {slug}.", remedy=f"Brands of {person.login}: {names}.")
