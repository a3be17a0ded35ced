"""The people of a local installation: owner, operator and SuperAdmin, each with a profile on this machine."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.actor import Role
from domain.clock import SystemClock
from domain.context import Context
from domain.errors import Conflict, NotSignedIn
from domain.ids import BrandId, TimeOrderedIds, UserId
from identity.brands import NewBrand, found_brand, founding_context
from identity.logins import Logins
from identity.people import UserDirectory
from identity.profiles import Profile, load_profile, profile_names, save_profile
from store.database import Database
from store.session import BrandSession

VALID_FOR = timedelta(days=3_650)
_DEFAULTS: Mapping[str, Any] = {}
OPERATOR, SUPER_ADMIN = "operator", "superadmin"
LOCAL_PEOPLE: Mapping[str, bool] = {"owner": False, OPERATOR: False, SUPER_ADMIN: True}


def ensure_local_profiles(database: Database, home: Path) -> None:
    """Make the three people and their profiles where this data folder lacks them; again changes nothing.

    In a database of many machines only where there is none at all: whoever was given one profile needs no other.
    """
    existing = profile_names(home)
    missing = set(LOCAL_PEOPLE) - set(existing) if database.is_embedded or not existing else set[str]()
    if not missing:
        return
    clock = SystemClock()
    ids = TimeOrderedIds(clock)
    people, logins = UserDirectory(database, clock, ids), Logins(database, clock, ids)
    for login, super_admin in LOCAL_PEOPLE.items():
        if login not in missing:
            continue
        user_id = _person(people, login, super_admin, may_adopt=database.is_embedded)
        token = logins.issue(user_id, f"profile {login}", VALID_FOR)
        save_profile(home, Profile(name=login, login=login, token=token))


def _person(people: UserDirectory, login: str, super_admin: bool, *, may_adopt: bool) -> UserId:
    """In the embedded database a half-made person is adopted: whoever can open the folder owns all of it anyway."""
    known = people.find(login)
    if known is None:
        return people.add(login, secrets.token_urlsafe(24), super_admin=super_admin)
    if not may_adopt:
        raise Conflict(
            f"The login {login} exists in this database, but this machine has no profile for it.",
            remedy=f"Copy the profile from the machine that made it, or use a MHOS_HOME of your own for {login}.",
        )
    return known


def create_local_brand(database: Database, home: Path, profile: str | None, new: NewBrand) -> BrandId:
    """Make a brand that the profile's person owns and the local operator works in. Raises Conflict if it is taken."""
    founding = founding_local_brand(database, home, profile, new)
    with founding.brand():
        return founding.ctx.brand_id


@dataclass(frozen=True)
class Founding:
    """A brand about to be made: its owner's Context, and the transaction that makes it."""

    ctx: Context
    brand: Callable[[], AbstractContextManager[BrandSession]]


def founding_local_brand(
    database: Database, home: Path, profile: str | None, new: NewBrand, rules: Mapping[str, Any] = _DEFAULTS
) -> Founding:
    """Prepare a brand that the profile's person is to own and the local operator to work in."""
    ensure_local_profiles(database, home)
    clock = SystemClock()
    ids = TimeOrderedIds(clock)
    logins = Logins(database, clock, ids)
    founder = logins.by_token(load_profile(home, profile).token)
    operator = _user_of(logins, home, OPERATOR) if OPERATOR in profile_names(home) else None
    others = {operator: [Role.OPERATOR]} if operator is not None and operator != founder.user_id else {}
    ctx = founding_context(clock, ids, founder.user_id, founder.login, new)
    return Founding(ctx, lambda: found_brand(database, ctx, new, others, rules))


def _user_of(logins: Logins, home: Path, profile: str) -> UserId | None:
    try:
        return logins.by_token(load_profile(home, profile).token).user_id
    except NotSignedIn:
        return None
