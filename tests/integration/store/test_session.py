"""A brand's session cannot read, write or move anything outside its brand, whatever way is tried."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, literal_column, select, text, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.context import Context
from domain.errors import BrandScopeBroken
from store.database import Database
from store.session import BrandSession
from store.tables import AuditHead, Channel, Membership, Price, Product, Task, User

pytestmark = pytest.mark.own_database

ESCAPES: dict[str, Callable[[BrandSession, Context], Any]] = {
    "text": lambda s, o: s.execute(text("select * from product")),
    "text inside a where": lambda s, o: s.execute(select(Product).where(text("true"))),
    "literal column": lambda s, o: s.execute(select(literal_column("(select title from product limit 1)"))),
    "from_statement": lambda s, o: s.execute(select(Product).from_statement(text("select * from product"))),
    "core table": lambda s, o: s.execute(select(Product.__table__)),  # type: ignore[attr-defined]
    "core table beside an entity": lambda s, o: s.execute(
        select(col(Channel.id), Product.__table__.c.title)  # type: ignore[attr-defined]
    ),
    "core table in a function": lambda s, o: s.execute(
        select(func.max(Product.__table__.c.title), col(Channel.id)).group_by(col(Channel.id))  # type: ignore[attr-defined]
    ),
    "core alias": lambda s, o: s.execute(
        select(col(Channel.id)).select_from(Product.__table__.alias())  # type: ignore[attr-defined]
    ),
    "core table in a subquery": lambda s, o: s.execute(
        select(Channel).where(col(Channel.title).in_(select(Product.__table__.c.title)))  # type: ignore[attr-defined]
    ),
    "core table in a join": lambda s, o: s.execute(
        select(Channel).join(Product.__table__, text("true"))  # type: ignore[attr-defined]
    ),
    "connection": lambda s, o: s.connection(),
    "insert statement": lambda s, o: s.execute(insert(Product).values(sku="x", title="x")),
    "insert list": lambda s, o: s.execute(insert(Product), [{"sku": "x", "title": "x", "brand_id": o.brand_id}]),
    "update by key list": lambda s, o: s.execute(update(Product), [{"brand_id": o.brand_id, "id": o.new_id()}]),
    "move by update": lambda s, o: s.execute(update(Product).values(brand_id=o.brand_id)),
    "bulk save": lambda s, o: s.bulk_save_objects([Product(sku="x", title="x")]),
    "bulk insert": lambda s, o: s.bulk_insert_mappings(Product, [{}]),
    "bulk update": lambda s, o: s.bulk_update_mappings(Product, [{}]),
}


@pytest.fixture
def two_brands(database: Database, new_brand: Callable[..., Context]) -> tuple[Context, Context]:
    mine, other = new_brand("mine"), new_brand("other")
    for ctx in (mine, other):
        with database.begin(ctx) as session:
            session.add(Product(sku="S-1", title=f"of {ctx.brand}"))
            session.add(Channel(code="shop", title=f"of {ctx.brand}"))
    return mine, other


@pytest.mark.parametrize("way", ESCAPES)
def test_every_way_round_the_filter_is_refused(
    way: str, database: Database, two_brands: tuple[Context, Context]
) -> None:
    mine, other = two_brands
    with database.begin(mine) as session, pytest.raises(BrandScopeBroken):
        ESCAPES[way](session, other)


READS: dict[str, Callable[[BrandSession], list[Any]]] = {
    "entity": lambda s: [row.title for row in s.scalars(select(Product))],
    "column": lambda s: list(s.scalars(select(col(Product.title)))),
    "aliased": lambda s: [row.title for row in s.scalars(select(aliased(Product)))],
    "join": lambda s: list(
        s.scalars(select(col(Product.title)).join(Channel, col(Channel.code) != col(Product.sku)).distinct())
    ),
    "subquery": lambda s: list(s.scalars(select(select(col(Product.title)).subquery().c.title))),
    "union": lambda s: list(s.scalars(select(col(Product.title)).union(select(col(Product.title))))),
    "cte": lambda s: list(s.scalars(select(select(col(Product.title)).cte().c.title))),
    "legacy query": lambda s: [row.title for row in s.query(Product)],
}


@pytest.mark.parametrize("wall", ["both", "session filter", "row-level security"])
@pytest.mark.parametrize("way", READS)
def test_reads_see_one_brand_behind_either_wall(
    way: str, wall: str, database: Database, two_brands: tuple[Context, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, _ = two_brands
    walled = _with_wall(database, wall, monkeypatch)
    with walled.read(mine) as session:
        assert READS[way](session) == ["of mine"]
        assert session.scalar(select(func.count()).select_from(Product)) == 1


def _with_wall(database: Database, wall: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The same database with one wall taken down."""
    if wall == "session filter":
        owner = str(database.owner_url.render_as_string(hide_password=False))
        return Database(owner, owner)
    if wall == "row-level security":
        monkeypatch.setattr(BrandSession, "brand_filter", False)
    return database


@pytest.mark.parametrize("wall", ["both", "session filter", "row-level security"])
def test_changes_touch_one_brand_behind_either_wall(
    wall: str, database: Database, two_brands: tuple[Context, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = two_brands
    walled = _with_wall(database, wall, monkeypatch)
    with walled.begin(mine) as session:
        session.execute(update(Product).values(title="changed"))
        session.execute(delete(Channel))
    monkeypatch.undo()
    with database.read(other) as session:
        assert session.scalars(select(col(Product.title))).all() == ["of other"]
        assert len(session.scalars(select(Channel)).all()) == 1


def test_a_row_of_another_brand_is_not_got_by_its_key(database: Database, two_brands: tuple[Context, Context]) -> None:
    mine, other = two_brands
    with database.read(other) as session:
        theirs = session.scalars(select(Product)).one()
    with database.read(mine) as session:
        assert session.get(Product, (other.brand_id, theirs.id)) is None


def test_new_rows_are_stamped_and_rows_of_others_refused(
    database: Database, two_brands: tuple[Context, Context]
) -> None:
    mine, other = two_brands
    with database.begin(mine) as session:
        product = Product(sku="S-2", title="new")
        session.add(product)
        session.flush()
        assert (product.brand_id, product.recorded_at) == (mine.brand_id, mine.now())
    with pytest.raises(BrandScopeBroken), database.begin(mine) as session:
        session.add(Product(sku="S-3", title="new", brand_id=other.brand_id))


def test_a_row_cannot_be_moved_to_another_brand(database: Database, two_brands: tuple[Context, Context]) -> None:
    mine, other = two_brands
    with pytest.raises(BrandScopeBroken), database.begin(mine) as session:
        session.scalars(select(Product)).one().brand_id = other.brand_id


def test_a_foreign_key_cannot_leave_the_brand(database: Database, two_brands: tuple[Context, Context]) -> None:
    mine, other = two_brands
    with database.read(other) as session:
        product, channel = session.scalars(select(Product)).one(), session.scalars(select(Channel)).one()
    with pytest.raises(Exception, match="foreign key"), database.begin(mine) as session:
        session.add(
            Price(product_id=product.id, channel_id=channel.id, amount_minor=1, currency="EUR", valid_from=mine.now())
        )


@pytest.mark.parametrize("row", [Membership, User, AuditHead])
def test_what_no_brand_owns_is_not_written_from_a_brand(
    row: type[Any], database: Database, two_brands: tuple[Context, Context]
) -> None:
    mine, other = two_brands
    with pytest.raises(BrandScopeBroken), database.begin(mine) as session:
        session.add(row(brand_id=other.brand_id, user_id=mine.actor.id) if row is not User else User(login="x"))


def test_a_read_session_cannot_write(database: Database, two_brands: tuple[Context, Context]) -> None:
    mine, _ = two_brands
    with pytest.raises(Exception, match="read-only"), database.read(mine) as session:
        session.add(Task(title="x"))
        session.flush()


def test_facts_known_later_are_not_seen(database: Database, new_brand: Callable[..., Context]) -> None:
    ctx = new_brand()
    with database.begin(ctx) as session:
        session.add(Product(sku="OLD", title="old", known_at=datetime(1991, 1, 1, tzinfo=UTC)))
        session.add(Product(sku="NEW", title="new", known_at=datetime(1992, 1, 1, tzinfo=UTC)))
    past = ctx.at(datetime(1991, 6, 1, tzinfo=UTC))
    with database.read(past) as session:
        assert session.scalars(select(col(Product.sku))).all() == ["OLD"]
    with database.read(ctx.at(ctx.now() + timedelta(days=1))) as session:
        assert len(session.scalars(select(Product)).all()) == 2


def test_platform_sessions_refuse_brand_rows(database: Database, two_brands: tuple[Context, Context]) -> None:
    with database.platform() as session, pytest.raises(BrandScopeBroken):
        session.scalars(select(Product)).all()
    with pytest.raises(BrandScopeBroken), database.platform() as session:
        session.add(Task(title="x"))
        session.flush()
