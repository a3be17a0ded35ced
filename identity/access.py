"""Logins of the API: a short access token, and a refresh token that is good for one use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import jwt
from sqlalchemy import select
from sqlmodel import col

from domain.errors import NotSignedIn
from domain.ids import UserId
from identity.logins import Logins, SignedIn, new_token, token_hash
from store.session import PlatformSession
from store.tables import LoginSession, RefreshToken, User

ACCESS_FOR = timedelta(minutes=15)
LOGIN_FOR = timedelta(days=30)
_ALGORITHM, _ISSUER = "HS256", "mhos"
_REMEDY = "Log in again."


@dataclass(frozen=True)
class IssuedTokens:
    """Tokens that a client holds. The refresh token is shown once: the store keeps its SHA-256."""

    access: str
    refresh: str
    expires_in: int


@dataclass(frozen=True)
class Claims:
    """The person and the login that an access token of ours names; whether the login is still valid the store tells."""

    user_id: UserId
    session_id: UUID


@dataclass(frozen=True)
class ApiLogins:
    """Gives, renews, checks and ends logins of the API."""

    logins: Logins
    key: str

    def log_in(self, login: str, password: str) -> IssuedTokens:
        """Tokens of a new login. Raises NotSignedIn in the same words whatever is wrong."""
        token = self.logins.by_password(login, password, LOGIN_FOR)  # of 256 bits that nobody is told: the row counts
        person = self.logins.by_token(token)
        with self.logins.database.platform() as session:
            return self._tokens(session, person.user_id, person.session_id, self._now() + LOGIN_FOR)

    def refresh(self, token: str) -> IssuedTokens:
        """New tokens for an unused refresh token. One that was used before ends the login: somebody has a copy.

        Raises NotSignedIn.
        """
        tokens: IssuedTokens | None = None
        with self.logins.database.platform() as session:
            locked = self._locked(session, token)
            if locked is not None:
                stored, login, user = locked
                if stored.used_at is not None:
                    login.revoked_at = login.revoked_at or self._now()
                elif not _is_over(login, user, self._now()) and stored.expires_at > self._now():
                    stored.used_at = self._now()
                    tokens = self._tokens(session, user.id, login.id, login.expires_at)
        if tokens is None:
            raise no_longer_valid()
        return tokens

    def signed_in(self, token: str) -> SignedIn:
        """The person of an access token, as long as the login is valid. Raises NotSignedIn."""
        claims = self.claims_of(token)
        with self.logins.database.platform() as session:
            row = session.execute(
                select(LoginSession, User)
                .join(User, col(User.id) == col(LoginSession.user_id))
                .where(col(LoginSession.id) == claims.session_id, col(User.id) == claims.user_id)
            ).first()
        if row is None or _is_over(row[0], row[1], self._now()):
            raise no_longer_valid()
        return SignedIn(UserId(row[1].id), row[1].login, row[0].id)

    def _tokens(self, session: PlatformSession, user_id: UUID, session_id: UUID, until: datetime) -> IssuedTokens:
        now, refresh = self._now(), new_token()
        session.add(
            RefreshToken(
                id=self.logins.ids.new(),
                session_id=session_id,
                token_hash=token_hash(refresh),
                created_at=now,
                expires_at=until,
            )
        )
        claims = {"iss": _ISSUER, "sub": str(user_id), "sid": str(session_id), "iat": now, "exp": now + ACCESS_FOR}
        return IssuedTokens(jwt.encode(claims, self.key, _ALGORITHM), refresh, int(ACCESS_FOR.total_seconds()))

    def claims_of(self, token: str) -> Claims:
        """The claims of an access token of ours that has not expired; the store is not asked. Raises NotSignedIn."""
        options = {"require": ["exp", "sub", "sid"], "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self.key, [_ALGORITHM], options=options, issuer=_ISSUER)  # type: ignore[arg-type]
            # Time is the logins' clock's, so that the token's own is checked here.
            if float(claims["exp"]) <= self._now().timestamp():
                raise NotSignedIn("The access token has expired.", remedy="Renew it: POST /api/v1/auth/refresh.")
            return Claims(UserId(UUID(claims["sub"])), UUID(claims["sid"]))
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise NotSignedIn("This is no access token of ours.", remedy=_REMEDY) from error

    def _locked(self, session: PlatformSession, token: str) -> tuple[RefreshToken, LoginSession, User] | None:
        """The token's rows, locked: two requests with the same token run one after the other."""
        stored = session.scalars(
            select(RefreshToken).where(col(RefreshToken.token_hash) == token_hash(token)).with_for_update()
        ).first()
        if stored is None:
            return None
        login = session.get_one(LoginSession, stored.session_id)
        return stored, login, session.get_one(User, login.user_id)

    def _now(self) -> datetime:
        return self.logins.clock.now()


def no_longer_valid() -> NotSignedIn:
    """The error for a login that ended, in the same words for whatever ended it."""
    return NotSignedIn("This login is no longer valid.", remedy=_REMEDY)


def _is_over(login: LoginSession, user: User, now: datetime) -> bool:
    return login.revoked_at is not None or login.expires_at <= now or user.disabled
