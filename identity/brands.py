"""Making a brand: the brand, its first member, its first rules."""

import re
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from domain.actor import Actor, ActorKind, Role
from domain.clock import Clock
from domain.context import Context
from domain.errors import Conflict, InvalidInput
from domain.ids import BrandId, Ids, UserId
from identity.roles import permissions_of
from store.audit import append_audit
from store.database import Database
from store.tables import Brand, BrandRules, Membership

_SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")


@dataclass(frozen=True)
class NewBrand:
    """What a brand is made of."""

    slug: str
    name: str
    currency: str
    zone: str = "UTC"


def create_brand(database: Database, clock: Clock, ids: Ids, founder: UserId, new: NewBrand) -> BrandId:
    """Make a brand with its founder as owner. Raises InvalidInput for a bad slug, Conflict where it is taken."""
    if not _SLUG.match(new.slug):
        raise InvalidInput(f"{new.slug!r} is no brand's name.", remedy="Small letters, digits and - only.")
    brand_id = BrandId(ids.new())
    roles = frozenset({Role.BRAND_OWNER})
    now = clock.now()
    try:
        with database.platform(str(founder)) as session:
            session.add(Brand(id=brand_id, created_at=now, **vars(new)))
            session.flush()
            session.add(Membership(user_id=founder, brand_id=brand_id, roles=sorted(roles), created_at=now))
    except IntegrityError as error:
        raise Conflict(f"The brand name {new.slug} is taken.", remedy="Choose another --brand.") from error
    actor = Actor(kind=ActorKind.PERSON, id=founder, name="founder", roles=roles, permissions=permissions_of(roles))
    ctx = Context(brand_id=brand_id, brand=new.slug, actor=actor, clock=clock, ids=ids)
    with database.begin(ctx) as session:
        session.add(BrandRules(version=1, author=actor.label, reason="defaults", created_at=now))
        append_audit(session, "brand.created", str(brand_id), {"slug": new.slug})
    return brand_id
