"""Who asks by an access token, and in which of their own brands: told by one statement, anew for each request."""

from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlmodel import col

from domain.actor import Role
from domain.clock import SystemClock
from domain.context import Context
from domain.errors import InvalidInput, NotFound
from domain.ids import BrandId, TimeOrderedIds
from identity.access import Claims, no_longer_valid
from identity.logins import SignedIn
from identity.open_context import actor_of
from identity.people import OwnBrand
from store.session import PlatformSession
from store.tables import Brand, LoginSession, Membership, User

_OWN = or_(col(Membership.user_id).is_not(None), col(User.is_super_admin))
_NAMED = or_(bindparam("slug") == "", col(Brand.slug) == bindparam("slug"))
_ENTRY = (
    select(
        col(User.login),
        col(User.is_super_admin),
        col(User.disabled),
        col(LoginSession.revoked_at),
        col(LoginSession.expires_at),
        col(Brand.id),
        col(Brand.slug),
        col(Membership.roles),
    )
    .join(LoginSession, col(LoginSession.user_id) == col(User.id))
    .outerjoin(Brand, _NAMED)
    .outerjoin(Membership, and_(col(Membership.brand_id) == col(Brand.id), col(Membership.user_id) == col(User.id)))
    .where(col(LoginSession.id) == bindparam("session_id"), col(User.id) == bindparam("user_id"))
    .order_by(_OWN.desc())
    .limit(2)
)
"""The person's login with one of their own brands, or two of them; with a brand that is not theirs where none is."""


def entered(people: PlatformSession, claims: Claims, slug: str, now: datetime) -> tuple[SignedIn, Context]:
    """The person of an access token, and a Context of the present in their brand of this name; in their only one where
    none is named.

    Raises NotSignedIn where the login is not valid any more, InvalidInput where it is not clear which brand, or
    NotFound in the same words for anybody's brand and nobody's.
    """
    asked = {"session_id": claims.session_id, "user_id": claims.user_id, "slug": slug}
    rows = people.execute(_ENTRY, asked).all()
    if not rows or rows[0].disabled or rows[0].revoked_at is not None or rows[0].expires_at <= now:
        raise no_longer_valid()
    person = SignedIn(claims.user_id, rows[0].login, claims.session_id)
    admin = frozenset({Role.SUPER_ADMIN}) if rows[0].is_super_admin else frozenset[Role]()
    own = [
        OwnBrand(BrandId(row.id), row.slug, frozenset(Role(role) for role in row.roles or ()) | admin)
        for row in rows
        if row.id is not None and (admin or row.roles is not None)
    ]
    if not slug and len(own) != 1:
        raise InvalidInput("Which brand?", remedy="Name one of your own in the header X-Brand: see /api/v1/auth/me.")
    if not own:
        raise NotFound("You have no brand of this name.", remedy="Your own are listed at /api/v1/auth/me.")
    clock = SystemClock()
    brand = own[0]
    ctx = Context(
        brand_id=brand.id, brand=brand.slug, actor=actor_of(person, brand), clock=clock, ids=TimeOrderedIds(clock)
    )
    return person, ctx
