"""A scratch database is whole, apart, and gone afterwards."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import select

from domain.context import Context
from domain.errors import NotFound, Unavailable
from store.database import Database
from store.embedded import ServerAddress
from store.migrate import HEAD, current_revision
from store.scratch import scratch_database
from store.tables import Product


def names(server: ServerAddress) -> set[str]:
    with psycopg.connect(server.dsn(server.owner_role, "postgres")) as connection:
        return {name for (name,) in connection.execute("select datname from pg_database").fetchall()}


def brands(database: Database) -> list[str]:
    with psycopg.connect(
        database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        return [slug for (slug,) in connection.execute("select slug from brand order by 1").fetchall()]


def test_a_scratch_database_is_migrated_and_empty(database: Database, new_brand: Callable[..., Context]) -> None:
    new_brand("mine")
    with scratch_database(database) as scratch:
        assert str(scratch.owner_url.database).startswith("mhos_scratch_")
        assert (current_revision(scratch), brands(scratch)) == (HEAD, [])
        assert scratch.is_embedded == database.is_embedded


def test_what_is_written_there_stays_there(database: Database, new_brand: Callable[..., Context]) -> None:
    ctx = new_brand("mine")
    with scratch_database(database) as scratch:
        with scratch.begin(ctx) as session:
            session.add(Product(sku="S", title="s"))
        with scratch.read(ctx) as session:
            assert [row.sku for row in session.scalars(select(Product))] == ["S"]
    with database.read(ctx) as session:
        assert list(session.scalars(select(Product))) == []


def test_it_is_gone_afterwards_even_after_an_error(database: Database, server: ServerAddress) -> None:
    made: list[str] = []
    with pytest.raises(ZeroDivisionError), scratch_database(database) as scratch:
        made.append(str(scratch.owner_url.database))
        assert set(made) <= names(server)
        with scratch.engine.connect():
            raise ZeroDivisionError
    assert made and not set(made) & names(server)


def test_it_is_gone_even_where_somebody_is_still_connected(database: Database, server: ServerAddress) -> None:
    with scratch_database(database) as scratch:
        name = str(scratch.owner_url.database)
        left_open = psycopg.connect(scratch.dsn())
    assert name not in names(server)
    left_open.close()


def test_a_clone_has_the_rows_of_its_template(database: Database, new_brand: Callable[..., Context]) -> None:
    ctx = new_brand("mine")
    with scratch_database(database) as filled:
        with filled.begin(ctx) as session:
            session.add(Product(sku="S", title="s"))
        filled.close()
        for _ in range(2):
            with scratch_database(database, filled.owner_url.database) as clone, clone.begin(ctx) as session:
                assert [row.sku for row in session.scalars(select(Product))] == ["S"]
                session.add(Product(sku="T", title="t"))


def test_a_template_in_use_and_one_that_is_not_there_are_told(database: Database) -> None:
    with (
        scratch_database(database) as filled,
        filled.engine.connect(),
        pytest.raises(Unavailable, match="connected to it"),
        scratch_database(database, filled.owner_url.database),
    ):
        raise AssertionError("it was cloned")
    with pytest.raises(NotFound), scratch_database(database, "mhos_scratch_of_nobody"):
        raise AssertionError("it was cloned")


def test_who_may_not_make_databases_is_told_so(server: ServerAddress) -> None:
    name = f"weak_{random.SystemRandom().getrandbits(32):x}"
    with psycopg.connect(server.dsn(server.owner_role, "postgres"), autocommit=True) as admin:
        admin.execute(f"create role {name}")  # type: ignore[arg-type]
        weak = Database(f"{server.url(server.owner_role, 'postgres')}&options=-c%20role%3D{name}")
        before = names(server)
        try:
            with pytest.raises(Unavailable) as caught, scratch_database(weak):
                raise AssertionError("it was made")
        finally:
            weak.close()
            admin.execute(f"drop role {name}")  # type: ignore[arg-type]
    assert "CREATEDB" in caught.value.remedy
    assert {made for made in names(server) - before if made.startswith("mhos_scratch")} == set()


def test_several_are_made_at_once(database: Database) -> None:
    """Roles are a server's, not a database's: migrations of two databases must not collide over one."""

    def make(_: int) -> str:
        with scratch_database(database) as scratch:
            return str(scratch.owner_url.database)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(make, range(4)))) == 4


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(
    database: Database, server: ServerAddress
) -> None:
    left = "mhos_scratch_1_left_by_killed"
    with psycopg.connect(server.dsn(server.owner_role, "postgres"), autocommit=True) as connection:
        connection.execute(f"create database {left}")
    with scratch_database(database) as first, scratch_database(database) as second:
        there = names(server)
        assert left not in there
        assert {str(first.owner_url.database), str(second.owner_url.database)} <= there
