"""UserDirectory and the brands they belong to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.actor import Role
from domain.clock import Clock
from domain.errors import Conflict, InvalidInput, NotFound
from domain.ids import BrandId, Ids, UserId
from identity.logins import BY_PASSWORD, Logins, hasher
from store.database import Database
from store.tables import Brand, Membership, User

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1_024


@dataclass(frozen=True)
class OwnBrand:
    """A brand that a person belongs to, and their roles in it."""

    id: BrandId
    slug: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class UserDirectory:
    """Users and their memberships. Passwords are kept as argon2id hashes only."""

    database: Database
    clock: Clock
    ids: Ids

    def add(self, login: str, password: str, *, super_admin: bool = False) -> UserId:
        """Make a user. Raises Conflict where the login is taken, InvalidInput for a short password."""
        if not login.strip() or len(login) > 128:
            raise InvalidInput("A login has between one and 128 characters.")
        user = User(
            id=self.ids.new(),
            login=login,
            password_hash=_hashed(password),
            is_super_admin=super_admin,
            created_at=self.clock.now(),
        )
        try:
            with self.database.platform() as session:
                session.add(user)
        except IntegrityError as error:
            raise Conflict(f"The login {login} is taken.") from error
        return UserId(user.id)

    def set_password(self, user_id: UserId, password: str) -> None:
        """Replace a password, and end the logins that were made with the old one. Raises InvalidInput."""
        hashed = _hashed(password)
        with self.database.platform() as session:
            session.get_one(User, user_id).password_hash = hashed
        Logins(self.database, self.clock, self.ids).revoke_all(user_id, BY_PASSWORD)

    def find(self, login: str) -> UserId | None:
        with self.database.platform() as session:
            user_id = session.scalar(select(col(User.id)).where(col(User.login) == login))
        return None if user_id is None else UserId(user_id)

    def login_of(self, user_id: UserId) -> str | None:
        """The login of a user; None for one who is disabled or unknown."""
        with self.database.platform() as session:
            user = session.get(User, user_id)
        return None if user is None or user.disabled else user.login

    def disable(self, user_id: UserId) -> None:
        """Lock someone out; their tokens stop working at once."""
        with self.database.platform() as session:
            user = session.get(User, user_id)
            if user is None:
                raise NotFound("No such user.")
            user.disabled = True

    def join(self, user_id: UserId, brand_id: BrandId, roles: Iterable[Role], by: UserId) -> None:
        """Give roles in a brand, in the name of one who may (`by`); PostgreSQL checks that, too."""
        with self.database.platform(str(by)) as session:
            membership = session.get(Membership, (user_id, brand_id))
            if membership is None:
                membership = Membership(user_id=user_id, brand_id=brand_id, roles=[], created_at=self.clock.now())
                session.add(membership)
            membership.roles = sorted({*membership.roles, *(role.value for role in roles)})

    def brands_of(self, user_id: UserId) -> Sequence[OwnBrand]:
        """The brands of a person by slug; every brand for a SuperAdmin."""
        with self.database.platform(str(user_id)) as session:
            user = session.get_one(User, user_id)
            roles_by_brand = {
                row.brand_id: frozenset(Role(role) for role in row.roles)
                for row in session.scalars(select(Membership).where(col(Membership.user_id) == user_id))
            }
            brands = session.scalars(select(Brand).order_by(col(Brand.slug))).all()
        admin = frozenset({Role.SUPER_ADMIN}) if user.is_super_admin else frozenset[Role]()
        return [
            OwnBrand(BrandId(brand.id), brand.slug, roles_by_brand.get(brand.id, frozenset()) | admin)
            for brand in brands
            if brand.id in roles_by_brand or admin
        ]


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return hasher().hash(password)
