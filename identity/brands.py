"""Making a brand: the brand, its first member, its first rules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from domain.actor import Actor, ActorKind, Role
from domain.clock import Clock
from domain.context import Context
from domain.errors import Conflict, InvalidInput
from domain.ids import BrandId, Ids, UserId
from identity.roles import permissions_of
from store.audit import append_audit
from store.database import Database
from store.session import BrandSession
from store.tables import Brand, BrandRules, Membership

_NOBODY: Mapping[UserId, Iterable[Role]] = {}
_DEFAULTS: Mapping[str, Any] = {}
_SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")


@dataclass(frozen=True)
class NewBrand:
    """Data for a new brand."""

    slug: str
    name: str
    currency: str
    zone: str = "UTC"


def create_brand(database: Database, clock: Clock, ids: Ids, founder: UserId, new: NewBrand) -> BrandId:
    """Make a brand with its founder as owner. Raises InvalidInput for a bad slug, Conflict where it is taken."""
    ctx = founding_context(clock, ids, founder, "founder", new)
    with found_brand(database, ctx, new):
        return ctx.brand_id


def founding_context(clock: Clock, ids: Ids, founder: UserId, login: str, new: NewBrand) -> Context:
    """The Context of a brand that is still to be made, for its owner to be. Raises InvalidInput for a bad slug."""
    if not _SLUG.match(new.slug):
        raise InvalidInput(f"{new.slug!r} is no brand's name.", remedy="Small letters, digits and - only.")
    roles = frozenset({Role.BRAND_OWNER})
    actor = Actor(kind=ActorKind.PERSON, id=founder, name=login, roles=roles, permissions=permissions_of(roles))
    return Context(brand_id=BrandId(ids.new()), brand=new.slug, actor=actor, clock=clock, ids=ids)


@contextmanager
def found_brand(
    database: Database,
    ctx: Context,
    new: NewBrand,
    others: Mapping[UserId, Iterable[Role]] = _NOBODY,
    rules: Mapping[str, Any] = _DEFAULTS,
) -> Iterator[BrandSession]:
    """Make the brand, its people and its first rules, and whatever is written in this session: all of it or nothing.

    Raises Conflict where the name is taken.
    """
    founder, now = UserId(ctx.actor.id), ctx.now()
    with database.founding(ctx, str(founder)) as (people, brand):
        try:
            people.add(Brand(id=ctx.brand_id, created_at=now, **vars(new)))
            people.flush()
        except IntegrityError as error:
            raise Conflict(f"The brand name {new.slug} is taken.", remedy="Choose another --brand.") from error
        for member, held in {founder: ctx.actor.roles, **others}.items():
            people.add(Membership(user_id=member, brand_id=ctx.brand_id, roles=sorted(held), created_at=now))
            people.flush()
        brand.add(BrandRules(version=1, author=ctx.actor.label, reason="first rules", created_at=now, **rules))
        append_audit(brand, "brand.created", str(ctx.brand_id), {"slug": new.slug})
        yield brand
