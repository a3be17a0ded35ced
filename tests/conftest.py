"""A real PostgreSQL for every test: one embedded server, a fresh database each, cloned from a migrated template."""

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

import hypothesis
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from domain.actor import Actor, ActorKind, Permission, Role
from domain.clock import FixedClock
from domain.context import Context
from domain.ids import BrandId, TimeOrderedIds
from language.speech import be_strict
from store.database import Database
from store.embedded import ServerAddress, ensure_running
from store.migrate import upgrade
from store.tables import Brand, BrandRules
from tests.databases import admin, cloned, opened
from tests.examples import FEW

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `mhos` does: read when numpy is first imported
gc.disable()  # until all tests are collected: what imports make stays, and looking for it again and again takes seconds


def pytest_collection_finish() -> None:
    """From here on garbage is what tests make."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # as `mhos` does: to look through all objects at every 700th takes a tenth
    gc.enable()


for _folder in ("tests.unit", "tests.integration", "tests.e2e"):  # what helpers assert says what it compared, too
    pytest.register_assert_rewrite(_folder)

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TEMPLATE = "mhos_template"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_TAKEN: WeakKeyDictionary[Database, Counter[str]] = WeakKeyDictionary()

# On a busy machine every example is slow. `all` is chosen by --hypothesis-profile; see tests/examples.py.
UNTIMED = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("few", UNTIMED, max_examples=FEW)
hypothesis.settings.register_profile("all", UNTIMED)
hypothesis.settings.load_profile("few")
be_strict()  # a key without a sentence is an error here


def _weak() -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


PasswordHash.recommended = _weak  # type: ignore[method-assign]  # some hundred logins at the real cost are a minute


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> ServerAddress:
    """One embedded server for all test processes; its keeper stops it when the last has gone."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if base.name.startswith("popen-") else base) / "postgres-home"
    home.mkdir(exist_ok=True)
    address = ensure_running(home, idle_seconds=20, durable=False)
    with admin(address) as connection:
        connection.execute("select pg_advisory_lock(7)")
        if connection.execute("select 1 from pg_database where datname = %s", [TEMPLATE]).fetchone() is None:
            connection.execute(f"create database {TEMPLATE}_new")
            _migrate(address, f"{TEMPLATE}_new")
            connection.execute(f"alter database {TEMPLATE}_new rename to {TEMPLATE}")
    return address


def _migrate(address: ServerAddress, name: str) -> None:
    with closing(opened(address, name)) as database:
        upgrade(database)


@pytest.fixture(scope="session")
def shared_database(server: ServerAddress) -> Iterator[Database]:
    """A migrated database of this test process: each test has brands of its own in it, walled off from all others."""
    with cloned(server, TEMPLATE) as database:
        yield database


@pytest.fixture
def database(request: pytest.FixtureRequest, server: ServerAddress) -> Iterator[Database]:
    """The process's shared database; a migrated, empty one of the test's own where it is marked `own_database`."""
    if request.node.get_closest_marker("own_database") is None:
        yield request.getfixturevalue("shared_database")
    else:
        with cloned(server, TEMPLATE) as own:
            yield own


@pytest.fixture
def new_brand(database: Database) -> Callable[..., Context]:
    """Make a brand and open it as a person with every right: `ctx = new_brand("acme", currency="USD")`.

    The database may hold brands of other tests, so that the slug gets a number where it is taken: `ctx.brand` has it.
    """

    def make(slug: str = "acme", *, currency: str = "EUR", at: datetime = NOW) -> Context:
        clock = FixedClock(at)
        ids = TimeOrderedIds(clock)
        brand_id = BrandId(ids.new())
        owner = Actor(
            kind=ActorKind.PERSON,
            id=ids.new(),
            name="owner",
            roles=frozenset({Role.BRAND_OWNER}),
            permissions=frozenset(Permission),
        )
        own_slug = _free_slug(database, slug)
        ctx = Context(brand_id=brand_id, brand=own_slug, actor=owner, clock=clock, ids=ids)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("select set_config('mhos.user_id', %s, true)", (str(owner.id),))
            connection.execute(
                Brand.__table__.insert(),  # type: ignore[attr-defined]
                {
                    "id": brand_id,
                    "slug": own_slug,
                    "name": slug.title(),
                    "currency": currency,
                    "zone": "UTC",
                    "created_at": at,
                },
            )
        with database.begin(ctx) as session:
            session.add(BrandRules(version=1, author="test", reason="defaults", created_at=at))
        return ctx

    return make


def _free_slug(database: Database, slug: str) -> str:
    taken = _TAKEN.setdefault(database, Counter())
    taken[slug] += 1
    return slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"


@pytest.fixture
def oj() -> Path:
    """The orange-juice data of the shared folder."""
    folder = SHARED_DATA / "oj"
    if not folder.is_dir():
        pytest.skip("no shared/data/oj beside this checkout; examples/ covers the same paths")
    return folder


@pytest.fixture
def cdnow() -> Path:
    """The CDNOW purchases of the shared folder."""
    folder = SHARED_DATA / "cdnow"
    if not folder.is_dir():
        pytest.skip("no shared/data/cdnow beside this checkout; examples/ covers the same paths")
    return folder
