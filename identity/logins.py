"""Logins: by password, then by token; only a token's hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.clock import Clock
from domain.errors import NotSignedIn
from domain.ids import Ids, UserId
from store.database import Database
from store.tables import LoginSession, User

if TYPE_CHECKING:
    from pwdlib import PasswordHash

BY_PASSWORD = "password"
_REMEDY = "Log in again, or choose another profile with --as."


@cache
def hasher() -> "PasswordHash":
    """Hashes passwords, and checks them."""
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


@dataclass(frozen=True)
class SignedIn:
    """The person of a valid token."""

    user_id: UserId
    login: str
    session_id: UUID


@dataclass(frozen=True)
class Logins:
    """Issues, checks and revokes tokens."""

    database: Database
    clock: Clock
    ids: Ids

    def by_password(self, login: str, password: str, valid_for: timedelta) -> str:
        """A token for someone who knows the password. Raises NotSignedIn, in the same words and after the same work
        whether the login, the password or the account is at fault."""
        with self.database.platform() as session:
            user = session.scalars(select(User).where(col(User.login) == login)).first()
        known = user.password_hash if user is not None else _decoy()
        if not hasher().verify(password, known) or user is None or user.disabled:
            raise NotSignedIn("The login or the password is wrong.", remedy="Try again.")
        return self.issue(UserId(user.id), BY_PASSWORD, valid_for)

    def issue(self, user_id: UserId, label: str, valid_for: timedelta) -> str:
        """A new token of 256 random bits. It is shown once: the store keeps its SHA-256."""
        token = new_token()
        now = self.clock.now()
        with self.database.platform() as session:
            session.add(
                LoginSession(
                    id=self.ids.new(),
                    user_id=user_id,
                    token_hash=token_hash(token),
                    label=label,
                    created_at=now,
                    expires_at=now + valid_for,
                )
            )
        return token

    def by_token(self, token: str) -> SignedIn:
        """Raises NotSignedIn for a token that is unknown, expired or revoked, or whose user is disabled."""
        with self.database.platform() as session:
            row = session.execute(
                select(LoginSession, User)
                .join(User, col(User.id) == col(LoginSession.user_id))
                .where(col(LoginSession.token_hash) == token_hash(token))
            ).first()
        if row is None:
            raise NotSignedIn("This login is not known here.", remedy=_REMEDY)
        login, user = row
        if login.revoked_at is not None or login.expires_at <= self.clock.now() or user.disabled:
            raise NotSignedIn("This login is no longer valid.", remedy=_REMEDY)
        return SignedIn(UserId(user.id), user.login, login.id)

    def revoke(self, session_id: UUID) -> None:
        """End a login."""
        with self.database.platform() as session:
            session.get_one(LoginSession, session_id).revoked_at = self.clock.now()

    def revoke_all(self, user_id: UserId, label: str) -> None:
        """End every login of a person that was made this way."""
        with self.database.platform() as session:
            theirs = col(LoginSession.user_id) == user_id, col(LoginSession.label) == label
            open_ones = select(LoginSession).where(*theirs, col(LoginSession.revoked_at).is_(None))
            for login in session.scalars(open_ones):
                login.revoked_at = self.clock.now()


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256 of a token, which the store keeps in its place."""
    return hashlib.sha256(token.encode()).hexdigest()


def _decoy() -> str:
    """A hash that nothing verifies against, so that an unknown login costs as much as a wrong password."""
    return hasher().hash(secrets.token_urlsafe(16))
