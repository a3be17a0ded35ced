"""PostgreSQL itself keeps brands apart and history unchanged, whatever the application does."""

import random
from collections.abc import Callable

import psycopg
import pytest
from sqlmodel import SQLModel

from domain.context import Context
from domain.errors import Unavailable
from store.audit import append_audit, verify_audit
from store.database import APP_ROLE, Database, app_password
from store.declarations import keeps_history
from store.embedded import ServerAddress
from store.migrate import HEAD, alembic_config, current_revision, upgrade
from store.migrations.autogenerate import NOT_OURS, is_ours, missing_walls
from store.tables import ABOVE_BRANDS, TABLES, Product

pytestmark = pytest.mark.own_database

BY_NAME = {str(table.__tablename__): table for table in TABLES}
APPEND_ONLY = sorted(name for name, table in BY_NAME.items() if table.APPEND_ONLY)
THIS_BRAND = (
    "(brand_id = ( SELECT (NULLIF(current_setting('mhos.brand_id'::text, true), ''::text))::uuid AS \"nullif\"))"
)


def owner(database: Database) -> "psycopg.Connection[tuple]":
    return psycopg.connect(database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False))


def application(database: Database) -> "psycopg.Connection[tuple]":
    return psycopg.connect(database.dsn())


def test_the_schema_stands_at_its_head(database: Database) -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD == current_revision(database)


def test_the_models_and_the_migrations_agree(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    engine = create_engine(database.owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        assert missing_walls(connection) == []
    engine.dispose()


def test_every_table_is_in_the_register(database: Database) -> None:
    above = {str(table.__tablename__) for table in ABOVE_BRANDS}
    assert set(SQLModel.metadata.tables) == set(BY_NAME) | above
    assert len(BY_NAME) == len(TABLES)
    with owner(database) as connection:
        there = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    assert {name for (name,) in there} == set(BY_NAME) | above | NOT_OURS


def test_a_brands_tables_are_seen_through_their_policy_alone(database: Database) -> None:
    with owner(database) as connection:
        policies = connection.execute(
            "select tablename, policyname, roles::text, cmd, permissive, qual, with_check from pg_policies"
        ).fetchall()
    of_brands = sorted(policy for policy in policies if policy[0] in BY_NAME)
    only = ("brand_scope", f"{{{APP_ROLE}}}", "ALL", "PERMISSIVE", THIS_BRAND, THIS_BRAND)
    assert of_brands == [(name, *only) for name in sorted(BY_NAME)]


def test_the_triggers_are_those_that_the_tables_declare(database: Database) -> None:
    with owner(database) as connection:
        standing = connection.execute(
            "select c.relname, t.tgname, pg_get_triggerdef(t.oid) from pg_trigger t "
            "join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and t.tgenabled = 'O' order by 1, 2"
        ).fetchall()
    functions = {
        "append_only": "refuse_change()",
        "append_only_truncate": "refuse_change()",
        "keep_history": "keep_history()",
    }
    moments = {
        "append_only": "BEFORE DELETE OR UPDATE", "append_only_truncate": "BEFORE TRUNCATE",
        "keep_history": "AFTER DELETE OR UPDATE",
    }  # fmt: skip
    for _, trigger, definition in standing:
        assert moments[trigger] in definition and definition.endswith(f"EXECUTE FUNCTION {functions[trigger]}")
    appends = {
        (name, trigger) for name in (*APPEND_ONLY, "row_history") for trigger in functions if "append" in trigger
    }
    kept = {(name, "keep_history") for name, table in BY_NAME.items() if keeps_history(table)}
    assert {(table, trigger) for table, trigger, _ in standing} == appends | kept
    assert {"product", "price", "stand_refill_order"} <= {name for name, _ in kept}


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - set(APPEND_ONLY)))
def test_the_application_may_add_rows_to_what_changes_and_never_empties_it(name: str, database: Database) -> None:
    with application(database) as connection:
        rights = connection.execute(
            "select has_table_privilege(%s, 'select'), has_table_privilege(%s, 'insert'), "
            "has_any_column_privilege(%s, 'update'), has_table_privilege(%s, 'truncate')",
            [name] * 4,
        ).fetchone()
    assert rights == (True, True, True, False)


def test_the_application_role_owns_nothing_and_is_bound(database: Database) -> None:
    with application(database) as connection:
        role = connection.execute(
            "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles "
            "where rolname = session_user"
        ).fetchone()
        owned = connection.execute("select count(*) from pg_class where relowner = session_user::regrole").fetchone()
    assert role == (APP_ROLE, False, False, False, False)
    assert owned == (0,)


def test_every_table_of_a_brand_has_row_level_security(database: Database) -> None:
    with owner(database) as connection:
        open_tables = connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
            "and not relrowsecurity"
        ).fetchall()
    assert {name for (name,) in open_tables} == {
        "alembic_version",
        "app_user",
        "checkpoint_migrations",
        "login_session",
        "refresh_token",
    }


def test_without_a_brand_nothing_is_seen(database: Database, new_brand: Callable[..., Context]) -> None:
    ctx = new_brand()
    with database.begin(ctx) as session:
        session.add(Product(sku="S", title="s"))
    with application(database) as connection:
        for name in BY_NAME:
            assert connection.execute(f"select count(*) from {name}").fetchone() == (0,), name  # type: ignore[arg-type]


def test_a_row_for_another_brand_is_refused(database: Database, new_brand: Callable[..., Context]) -> None:
    mine, other = new_brand("mine"), new_brand("other")
    with application(database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select set_config('mhos.brand_id', %s, false)", [str(mine.brand_id)])
        connection.execute(
            "insert into audit_head (brand_id, seq, hash) values (%s, 1, '') on conflict do nothing", [other.brand_id]
        )
        connection.execute(
            "insert into task (brand_id, id, known_at, recorded_at, title, assignee, status) "
            "values (%s, gen_random_uuid(), now(), now(), 't', '', 'open')",
            [other.brand_id],
        )


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_history_cannot_be_changed_even_by_the_owner(table: str, database: Database) -> None:
    for role in (owner, application):
        with role(database) as connection, pytest.raises(psycopg.Error):
            connection.execute(f"truncate {table} cascade")  # type: ignore[arg-type]
    with owner(database) as connection:
        triggers = connection.execute(
            "select count(*) from pg_trigger where tgrelid = %s::regclass and not tgisinternal", [table]
        ).fetchone()
    assert triggers == (2,)
    with application(database) as connection:
        rights = connection.execute(
            "select has_table_privilege(%s, 'update'), has_table_privilege(%s, 'delete'), "
            "has_table_privilege(%s, 'truncate')",
            [table] * 3,
        ).fetchone()
    assert rights == (False, False, False)


def test_an_audit_row_cannot_be_rewritten_and_a_forged_one_is_found(
    database: Database, new_brand: Callable[..., Context]
) -> None:
    ctx = new_brand()
    for number in range(3):
        with database.begin(ctx) as session:
            append_audit(session, "test.done", str(number), {"number": number})
    with database.read(ctx) as session:
        assert verify_audit(session).ok
    with owner(database) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("update audit_entry set actor = 'nobody'")
    with owner(database) as connection:
        connection.execute("alter table audit_entry disable trigger all")
        connection.execute("update audit_entry set actor = 'nobody' where seq = 2")
    with database.read(ctx) as session:
        check = verify_audit(session)
    assert (check.ok, check.broken_at) == (False, 2)


def test_a_changed_row_keeps_its_history(database: Database, new_brand: Callable[..., Context]) -> None:
    ctx = new_brand()
    with database.begin(ctx) as session:
        product = Product(sku="S", title="before")
        session.add(product)
    with database.begin(ctx) as session:
        session.get_one(Product, (ctx.brand_id, product.id)).title = "after"
    with owner(database) as connection:
        kept = connection.execute("select table_name, before ->> 'title' from row_history").fetchall()
    assert kept == [("product", "before")]


def test_an_owner_who_may_not_make_roles_is_told_so_and_no_password_with_it(server: ServerAddress) -> None:
    """A role of somebody else's database: it owns its own, and may not let the application in."""
    name = f"weak_{random.SystemRandom().getrandbits(32):x}"
    with psycopg.connect(server.dsn(server.owner_role, "postgres"), autocommit=True) as admin:
        admin.execute(f"create role {name}")  # type: ignore[arg-type]
        admin.execute(f"create database {name} owner {name}")  # type: ignore[arg-type]
        weak = f"{server.url(server.owner_role, name)}&options=-c%20role%3D{name}"
        database = Database(weak)
        try:
            with pytest.raises(Unavailable) as caught:
                upgrade(database)
        finally:
            database.close()
        assert "may not set up the database" in caught.value.message
        assert app_password(database.owner_url) not in f"{caught.value.message} {caught.value.remedy}"
        admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]
        admin.execute(f"drop role {name}")  # type: ignore[arg-type]
