"""The canary's brand and one's own, with all that a brand comes to have, and what is secret of the canary's."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from actions.approvals import approve
from bootstrap.office import Office
from connectors.documents import read_document
from domain.clock import FixedClock, SystemClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from domain.letter import Left
from identity.brands import NewBrand, create_brand
from identity.local import create_local_brand
from identity.logins import Logins
from identity.open_context import open_context
from identity.people import UserDirectory
from identity.profiles import Profile, save_profile
from memory.knowledge import KnowledgeBase
from memory.library import Filing
from settings import Settings
from store.database import Database
from store.session import BrandSession
from store.tables import (
    ActionItem,
    Channel,
    Delivery,
    FigureRow,
    Job,
    Location,
    Notification,
    Product,
    Receipt,
    Run,
    Supplier,
    SupplierOffer,
)
from tests.e2e.canary_automation import automate
from tests.e2e.canary_customers import befriend
from tests.e2e.canary_tries import CHANNEL, SKU, SUPPLIER, TITLE, ZONE
from tests.e2e.canary_verbs import DOCUMENT
from tests.integration.priced_brand import Planted, plant
from tests.integration.table_rows import fill_tables, newest_ids

PRICE, COST = 7_654_321, 3_210_987
SLUG = "canarybrand"
PASSWORD = "correct horse battery"


@dataclass
class Two:
    """One's own brand, and the canary's, with everything that a brand comes to have."""

    database: Database
    home: Path
    mine: Context
    theirs: Context
    ids: Mapping[str, str]
    rows: Mapping[str, str]
    """By the path of each served table, the id of a row of the canary's."""
    secrets: frozenset[str]
    hashes: Mapping[str, str]

    def walled(self, wall: str, patch: pytest.MonkeyPatch) -> Database:
        """The same database with all walls but this one taken down."""
        if wall == "session filter":
            owner = self.database.owner_url.render_as_string(hide_password=False)
            return Database(owner, owner)
        if wall == "row-level security":
            patch.setattr(BrandSession, "brand_filter", False)
        return self.database

    def leaks(self, said: str, given: str) -> list[str]:
        """The secrets in an answer that were not in the question."""
        return sorted(secret for secret in self.secrets if secret in said and secret not in given)


def settle(database: Database, home: Path) -> Two:
    create_local_brand(database, home, "owner", NewBrand("mine", "Mine", "EUR"))
    clock = SystemClock()
    ids = TimeOrderedIds(clock)
    stranger = UserDirectory(database, clock, ids).add("stranger", PASSWORD)
    token = Logins(database, clock, ids).issue(stranger, "test", timedelta(days=9))
    save_profile(home, Profile(name="stranger", login="stranger", token=token))
    create_brand(database, clock, ids, stranger, NewBrand(SLUG, "The Canary", "EUR"))
    mine = open_context(database, home, "owner", brand="mine")
    theirs = open_context(database, home, "stranger", brand=SLUG)
    plant(database, mine, [Planted("OWN-SKU", 1000, 400, -1.3)], max_price_change_bps_per_day=800)
    planted = Planted(SKU, PRICE, COST, -1.3, title=TITLE, weekly_units=98_765.0)
    plant(database, theirs, [planted], max_price_change_bps_per_day=777, corridor_high_bps=13_777)
    _rename(database, theirs)
    _supply(database, mine, "OWN-S", 111)
    _supply(database, theirs, SUPPLIER, COST)
    befriend(database, theirs)
    _shelve(database, mine, "own.md", "The minimum order value of OWN-S is EUR 12.00.", Filing("own-shelf", ("OWN-S",)))
    clause = f"The minimum order value of {SUPPLIER} is EUR 76,543.00, says canary-clause-41c7."
    _shelve(database, theirs, DOCUMENT, clause, Filing("canary-shelf", (SUPPLIER,)))
    automate(database, mine, "own")
    automate(database, theirs, "canary")
    office = Office(Settings(home=home), database)
    office.meetings.meet(mine, "Prices")
    office.run_due(mine)
    _live(office, theirs, database)
    fill_tables(database, theirs, "canary")
    rows_mine, rows_theirs = rows_of(database, mine), rows_of(database, theirs)
    own = "\n".join(rows_mine.values())
    own += "\n".join(Left)  # where a letter stands is a word of the product
    secrets = frozenset(text for text in _distinctive(rows_theirs.values()) if text not in own)
    assert {TITLE, str(PRICE), str(COST), str(theirs.brand_id)} <= secrets
    ids, rows = _ids(database, theirs), newest_ids(database, theirs)
    return Two(database, home, mine, theirs, ids, rows, secrets, hashes(database, theirs))


def _supply(database: Database, ctx: Context, code: str, cost_minor: int) -> None:
    """A warehouse, and a supplier that offers what the brand sells."""
    since = ctx.now() - timedelta(days=99)
    with database.begin(ctx) as session:
        product = session.scalars(select(Product)).one()
        supplier = Supplier(code=code, title=f"{code} works", lead_time_days=77, known_at=since)
        places = [Location(code=f"{code}-WH", kind="warehouse", known_at=since),
                  Location(code=f"{code}-ST", title=f"{code} stand", kind="stand", known_at=since)]  # fmt: skip
        session.add_all([supplier, *places])
        session.flush()
        asked = {"unit_cost_minor": cost_minor, "currency": "EUR", "valid_from": since, "known_at": since}
        session.add(SupplierOffer(supplier_id=supplier.id, product_id=product.id, from_quantity=432, **asked))


def _shelve(database: Database, ctx: Context, name: str, text: str, shelf: Filing) -> None:
    KnowledgeBase().add(database, ctx, read_document(name, text.encode()), shelf)


def _rename(database: Database, theirs: Context) -> None:
    with database.begin(theirs) as session:
        channel = session.scalars(select(Channel)).one()
        channel.code, channel.title = CHANNEL, "canary-channel-title"
        for place in session.scalars(select(Location)):
            place.zone = ZONE


def _live(office: Office, theirs: Context, database: Database) -> None:
    """Meet, approve one item, and leave the next open."""
    office.meetings.meet(theirs, "canary-agenda-55aa")
    with database.read(theirs) as session:
        item = session.scalars(select(ActionItem)).one()
    approve(database, theirs, office.engine, str(item.id), timedelta(0))
    office.run_due(theirs)
    clock = FixedClock(theirs.now() + timedelta(weeks=12))  # the first price is measured by then
    office.meetings.meet(replace(theirs, clock=clock, ids=TimeOrderedIds(clock)), "canary-agenda-66bb")


def _ids(database: Database, theirs: Context) -> Mapping[str, str]:
    with database.read(theirs) as session:
        open_item = session.scalars(select(ActionItem).where(ActionItem.status == "proposed")).one()  # type: ignore[arg-type]
        done_item = session.scalars(select(ActionItem).where(ActionItem.status == "done")).one()  # type: ignore[arg-type]
        best = session.scalars(select(Receipt).where(Receipt.tool == "best_price")).first()  # type: ignore[arg-type]
        assert best is not None
        return {
            "open": str(open_item.id),
            "done": str(done_item.id),
            "run": str(session.scalars(select(Run)).all()[0].id),
            "figure": session.scalars(select(FigureRow)).all()[0].code,
            "receipt": str(best.id),
            "proposal": str(open_item.proposal_id),
            "product": str(session.scalars(select(Product)).one().id),
            "notification": str(session.scalars(select(Notification)).all()[0].id),
            "delivery": str(session.scalars(select(Delivery).where(Delivery.channel != "person")).one().id),  # type: ignore[arg-type]
            "job": str(session.scalars(select(Job).where(Job.status == "dead")).one().id),  # type: ignore[arg-type]
        }


def owner_connection(database: Database) -> "psycopg.Connection[tuple[Any, ...]]":
    url = database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(url, autocommit=True)


def _brand_tables(connection: "psycopg.Connection[tuple[Any, ...]]") -> list[tuple[str, str]]:
    """Every table with a brand in it, and the condition that picks one brand's rows."""
    columns = connection.execute(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'public' and column_name in ('brand_id', 'thread_id') order by 1"
    ).fetchall()
    where = {"brand_id": "brand_id = %s::uuid", "thread_id": "thread_id like %s || ':%%'"}
    return [(table, where[column]) for table, column in columns]


def rows_of(database: Database, ctx: Context) -> dict[str, str]:
    with owner_connection(database) as connection:
        return {
            table: "\n".join(
                text
                for (text,) in connection.execute(
                    f"select to_jsonb(t)::text from {table} t where {where} order by 1",  # type: ignore[arg-type]
                    [str(ctx.brand_id)],
                )
            )
            for table, where in _brand_tables(connection)
        }


def hashes(database: Database, ctx: Context) -> dict[str, str]:
    return {table: str(hash(text)) for table, text in rows_of(database, ctx).items()}


def _distinctive(tables: Any) -> Iterator[str]:
    for table in tables:
        for line in table.splitlines():
            yield from _leaves(json.loads(line))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    elif isinstance(value, str) and (len(value) >= 8 or "canary" in value.lower()):
        yield value
    elif isinstance(value, int) and abs(value) >= 100_000:
        yield str(value)
        yield f"{abs(value) / 100:,.2f}"
