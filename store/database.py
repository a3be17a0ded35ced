"""The database: the embedded server or yours by URL, entered as a role that owns nothing."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from sqlalchemy.engine import URL, make_url

from domain.actor import Permission
from domain.context import Context
from domain.errors import Forbidden, Unavailable
from store.engine import Revive, does_not_let_us_in, open_engine
from store.group_commit import GroupCommits, Work
from store.session import BrandSession, PlatformSession, raw_connection
from store.snapshot import Snapshot
from store.tables import BrandOwned
from store.transaction import broken_off, is_lost, transaction
from store.woken import Bell, is_woken

T = TypeVar("T")
APP_ROLE = "mhos_app"
_SNAPSHOT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def app_password(owner_url: URL) -> str:
    """The application role's password, derived so that every host that has the owner's URL can log in.

    Roles are a server's, not a database's: brands in two databases of one server share this one.
    """
    secret = (owner_url.password or "mhos").encode()
    return hmac.new(secret, APP_ROLE.encode(), hashlib.sha256).hexdigest()


@contextmanager
def _shared(session: BrandSession, snapshot: Snapshot | None) -> Iterator[None]:
    """Let a session read through a snapshot, whose rows a rollback of this session would expire for all others."""
    session.snapshot = snapshot
    try:
        yield
    except BaseException:
        if snapshot is not None:
            session.expunge_all()
        raise


def _as_psycopg(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


class Database:
    """Where a process's sessions come from. `owner_url` migrates; everything else connects as the application role.

    With `revive` a server that does not answer is brought back, by whoever needs a connection next.
    """

    def __init__(self, owner_url: str, app_url: str | None = None, revive: Revive | None = None) -> None:
        self.owner_url = _as_psycopg(owner_url)
        derived = self.owner_url.set(username=APP_ROLE, password=app_password(self.owner_url))
        self.app_url = _as_psycopg(app_url) if app_url else derived
        self.revive = revive
        self.engine = open_engine(self.app_url, revive)
        self._snapshots = self.engine.execution_options(**_SNAPSHOT)
        self._embedded = revive is not None
        self._together = GroupCommits(self.engine)
        self.bell: Bell | None = None
        """Rung after a transaction that leaves work behind."""
        self.mail_from: str | None = None
        """The sender of mail; None where no mail server is set. What a yes would do depends on it."""

    @property
    def is_embedded(self) -> bool:
        """Whether this is the server in the data folder, which nobody else can reach."""
        return self._embedded

    @classmethod
    def embedded(cls, home: Path) -> "Database":
        """The server that ships with the product, started when it does not run yet."""
        from store.embedded import EmbeddedPostgresError, Reviver, ensure_running

        try:
            address = ensure_running(home)
        except EmbeddedPostgresError as error:
            raise Unavailable(error.message, remedy=error.remedy) from error
        owner = address.url(address.owner_role, address.database)
        return cls(owner, address.url(address.app_role, address.database), Reviver(home))

    @contextmanager
    def begin(self, ctx: Context, snapshot: Snapshot | None = None) -> Iterator[BrandSession]:
        """One transaction in one brand: committed at the end, or undone as a whole. Raises as `transaction` does.

        Facts that `snapshot` has are not read again; not for what changes facts.
        """
        with transaction(self._entered(BrandSession(self.engine, ctx))) as session, _shared(session, snapshot):
            yield session
        if self.bell is not None and is_woken(session):
            self.bell(ctx.brand)

    @contextmanager
    def read(
        self, ctx: Context, snapshot: Snapshot | None = None, *, within: PlatformSession | None = None
    ) -> Iterator[BrandSession]:
        """One consistent view of one brand, which cannot write; that of `within` where people were read first.

        Facts that `snapshot` has are not read again, and what is read is added to it. Raises Forbidden for who may not
        read the brand.
        """
        ctx.require(Permission.DATA_READ)
        with self._read_only(ctx, within) as session, _shared(session, snapshot):
            yield session

    @contextmanager
    def read_table(
        self, ctx: Context, table: type[BrandOwned], within: PlatformSession | None = None
    ) -> Iterator[BrandSession]:
        """A view for rows of one table that is served. Raises Forbidden for who is none of its readers."""
        if table.SERVED is None or not table.SERVED.is_open_to(ctx.actor.roles):
            name = table.SERVED.path if table.SERVED else table.__tablename__
            raise Forbidden(
                f"{ctx.actor.label} may not read {name} in brand {ctx.brand}.",
                remedy="Ask the brand's owner for a role that may.",
            )
        with self._read_only(ctx, within) as session:
            yield session

    def _entered(self, session: BrandSession) -> BrandSession:
        session.mail_from = self.mail_from
        return session

    @contextmanager
    def _read_only(self, ctx: Context, within: PlatformSession | None) -> Iterator[BrandSession]:
        if within is None:
            with transaction(self._entered(BrandSession(self._snapshots, ctx)), read_only=True) as session:
                yield session
        else:
            with self._entered(BrandSession(raw_connection(within), ctx, joined=True)) as session:
                yield session  # and nothing to commit or to undo: `within` ends the transaction

    @contextmanager
    def entering(self, user_id: str) -> Iterator[PlatformSession]:
        """One consistent view over a person and their memberships, `within` which one of their brands is read."""
        with transaction(PlatformSession(self._snapshots, user_id), read_only=True) as session:
            yield session

    def together(self, ctx: Context, work: Work[T]) -> T:
        """Append rows in one transaction with what other threads append for this brand; returns once committed."""
        return self._together.of(ctx.brand_id).commit(ctx, work)

    def soon(self, ctx: Context, work: Work[Any]) -> None:
        """Append rows with the next `together` of this brand; its actor must call that, or `flush`, before it ends.

        Only for what may be lost with the process: what can be told anew, or counts as worse than it was until then.
        """
        self._together.of(ctx.brand_id).soon(ctx, work)

    def flush(self, ctx: Context) -> None:
        """Return once all that was to be appended soon is committed. Raises what failed of this actor's."""
        self._together.of(ctx.brand_id).flush(ctx)

    @contextmanager
    def platform(self, user_id: str = "") -> Iterator[PlatformSession]:
        """One transaction over people and memberships."""
        with transaction(PlatformSession(self.engine, user_id)) as session:
            yield session

    @contextmanager
    def founding(self, ctx: Context, user_id: str) -> Iterator[tuple[PlatformSession, BrandSession]]:
        """One transaction over people and the brand that is being made: all of it is there, or nothing."""
        with self.platform(user_id) as people, BrandSession(raw_connection(people), ctx) as brand, brand.begin():
            yield people, brand

    def dsn(self) -> str:
        """The application role's connection string as libpq takes it."""
        return self.app_url.set(drivername="postgresql").render_as_string(hide_password=False)

    @asynccontextmanager
    async def connected(self, **options: Any) -> AsyncIterator[AsyncConnection[Any]]:
        """A connection of one's own as the application role, by psycopg's `options`. Raises StoreUnavailable where it
        cannot be had, or is lost meanwhile."""
        async with await self._connect(options) as connection:
            try:
                yield connection
            except OperationalError as error:
                if connection.closed and is_lost(error):
                    raise broken_off() from error
                raise

    async def _connect(self, options: dict[str, Any]) -> AsyncConnection[Any]:
        try:
            return await AsyncConnection.connect(self.dsn(), **options)
        except OperationalError as error:
            if self.revive is None:
                raise does_not_let_us_in(error, own=False) from error
        await asyncio.to_thread(self.revive)
        return await AsyncConnection.connect(self.dsn(), **options)

    def close(self) -> None:
        self.engine.dispose()
