"""Making a brand: the brand, its first member, its first rules."""

import re
from collections.abc import Iterable, Mapping
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

_NOBODY: Mapping[UserId, Iterable[Role]] = {}
_SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")


@dataclass(frozen=True)
class NewBrand:
    """What a brand is made of."""

    slug: str
    name: str
    currency: str
    zone: str = "UTC"


def create_brand(
    database: Database,
    clock: Clock,
    ids: Ids,
    founder: UserId,
    new: NewBrand,
    others: Mapping[UserId, Iterable[Role]] = _NOBODY,
) -> BrandId:
    """Make a brand with its founder as owner, the others' roles and its first rules, in one transaction.

    Raises InvalidInput for a bad slug, Conflict where it is taken.
    """
    if not _SLUG.match(new.slug):
        raise InvalidInput(f"{new.slug!r} is no brand's name.", remedy="Small letters, digits and - only.")
    brand_id = BrandId(ids.new())
    roles = frozenset({Role.BRAND_OWNER})
    now = clock.now()
    actor = Actor(kind=ActorKind.PERSON, id=founder, name="founder", roles=roles, permissions=permissions_of(roles))
    ctx = Context(brand_id=brand_id, brand=new.slug, actor=actor, clock=clock, ids=ids)
    try:
        with database.founding(ctx, str(founder)) as (people, brand):
            people.add(Brand(id=brand_id, created_at=now, **vars(new)))
            people.flush()
            for member, held in {founder: roles, **others}.items():
                people.add(Membership(user_id=member, brand_id=brand_id, roles=sorted(held), created_at=now))
                people.flush()
            brand.add(BrandRules(version=1, author=actor.label, reason="defaults", created_at=now))
            append_audit(brand, "brand.created", str(brand_id), {"slug": new.slug})
    except IntegrityError as error:
        raise Conflict(f"The brand name {new.slug} is taken.", remedy="Choose another --brand.") from error
    return brand_id
