"""A canary lives in another brand: every tool and every verb is tried with its ids, and must neither tell nor touch it.

What may be told is not asked of the policies: everything that stands in the canary's rows and nowhere in one's own is
a secret, and every answer is searched for all of them.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from typer.testing import CliRunner

import cli
from actions.approvals import approve
from actions.documents import item_summary
from actions.items import inbox
from api.app import create_app
from api.house import Manners
from api.limits import Rate
from bootstrap.office import Office
from bootstrap.people import choose_password
from connectors.documents import read_document
from domain.action import ItemStatus
from domain.clock import FixedClock, SystemClock
from domain.context import Context
from domain.ids import TimeOrderedIds
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
from store.embedded import ServerAddress
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
from tests.conftest import TEMPLATE
from tests.databases import cloned
from tests.e2e.canary_automation import automate
from tests.e2e.canary_customers import befriend
from tests.e2e.canary_tries import CHANNEL, OF_ONES_OWN, SKU, SUPPLIER, TITLE, TRIES, ZONE
from tests.e2e.canary_verbs import DOCUMENT, MAY_SUCCEED, NOT_TRIED, WITHOUT_BRAND, commands_with
from tests.integration.priced_brand import Planted, plant
from tests.integration.table_rows import fill_tables, newest_ids
from tools.registry import TOOLS
from tools.toolbox import Toolbox

WALLS = (
    pytest.param("both", marks=pytest.mark.long),
    pytest.param("session filter", marks=pytest.mark.long),
    "row-level security",
)
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


@pytest.fixture(scope="module")
def settled(server: ServerAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both brands as they are before any test, closed, to be copied."""
    with cloned(server, TEMPLATE) as database:
        two = _settle(database, tmp_path_factory.mktemp("home"))
        database.close()
        yield two


@pytest.fixture
def two(server: ServerAddress, settled: Two, tmp_path: Path) -> Iterator[Two]:
    """Both brands in a database and a data folder of this test's own."""
    home = Path(shutil.copytree(settled.home, tmp_path / "home"))
    with cloned(server, str(settled.database.owner_url.database)) as database:
        mine = open_context(database, home, "owner", brand="mine")
        theirs = open_context(database, home, "stranger", brand=SLUG)
        hashes = _hashes(database, theirs)  # opening a brand is audited
        yield replace(settled, database=database, home=home, mine=mine, theirs=theirs, hashes=hashes)


def _settle(database: Database, home: Path) -> Two:
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
    rows_mine, rows_theirs = _rows(database, mine), _rows(database, theirs)
    own = "\n".join(rows_mine.values())
    secrets = frozenset(text for text in _distinctive(rows_theirs.values()) if text not in own)
    assert {TITLE, str(PRICE), str(COST), str(theirs.brand_id)} <= secrets
    ids, rows = _ids(database, theirs), newest_ids(database, theirs)
    return Two(database, home, mine, theirs, ids, rows, secrets, _hashes(database, theirs))


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
    clock = FixedClock(theirs.now() + timedelta(days=2))
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
            "delivery": str(session.scalars(select(Delivery)).one().id),
            "job": str(session.scalars(select(Job).where(Job.status == "dead")).one().id),  # type: ignore[arg-type]
        }


def _owner(database: Database) -> "psycopg.Connection[tuple[Any, ...]]":
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


def _rows(database: Database, ctx: Context) -> dict[str, str]:
    with _owner(database) as connection:
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


def _hashes(database: Database, ctx: Context) -> dict[str, str]:
    return {table: str(hash(text)) for table, text in _rows(database, ctx).items()}


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


@pytest.mark.parametrize("wall", WALLS)
def test_no_tool_tells_or_touches_the_canary(wall: str, two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(TRIES) == set(TOOLS), "a tool that is not tried here"
    database = two.walled(wall, monkeypatch)
    for run_id in (_own_run(two), UUID(two.ids["run"])):
        for name, tries in TRIES.items():
            for arguments in tries(two.ids):
                ctx = replace(two.mine, as_of=two.mine.now())
                try:
                    reply = Toolbox(database, ctx, run_id, "pricing_director", list(TOOLS)).call(name, arguments)
                    said, ok = reply.content, reply.ok
                except Exception as error:  # noqa: BLE001 - whatever it says is searched, too
                    said, ok = str(error), False
                assert not two.leaks(said, json.dumps(arguments) + str(run_id)), (name, arguments)
                assert not ok or name in OF_ONES_OWN, (name, arguments)
    assert _hashes(two.database, two.theirs) == two.hashes


def _own_run(two: Two) -> UUID:
    with two.database.read(two.mine) as session:
        return session.scalars(select(Run)).all()[0].id


@pytest.mark.parametrize("wall", WALLS)
def test_no_verb_tells_or_touches_the_canary(
    wall: str, two: Two, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database = two.walled(wall, monkeypatch)
    monkeypatch.setenv("MHOS_HOME", str(two.home))
    monkeypatch.setattr(Office, "open", classmethod(lambda cls, settings: Office(settings, database)))
    commands = commands_with(two.ids, _folder(tmp_path))
    verbs = {info.name for info in (*cli.app.registered_commands, *cli.app.registered_groups)}
    assert verbs == {*commands, *WITHOUT_BRAND, *NOT_TRIED}, "a verb that is not tried here"
    for verb in WITHOUT_BRAND:
        _run(two, [verb, "--json"])
    for verb, tries in commands.items():
        for words in tries:
            for form in ([], ["--json"]):
                code = _run(two, [verb, *words, "--brand", SLUG, *form])
                assert code == 1, (verb, words)
                code = _run(two, [verb, *words, "--brand", "mine", *form])
                assert code == 1 or " ".join([verb, *words]).startswith(MAY_SUCCEED), (verb, words)
    assert _hashes(two.database, two.theirs) == two.hashes


def _run(two: Two, line: list[str]) -> int:
    """Run a verb, search all it says, and return how it ended."""
    result = CliRunner().invoke(cli.app, line)
    said = "".join((result.stdout, result.stderr, str(result.exception or "")))
    # The agenda and the import below give the names SKU and CHANNEL to one's own brand, too.
    assert not two.leaks(said, " ".join((*line, SKU, CHANNEL))), (line, said)
    return result.exit_code


def _folder(tmp_path: Path) -> str:
    """Files that name the canary's product, channel and customer."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "brand.yaml").write_text("name: Mine\ncurrency: EUR\nzone: UTC\n")
    (folder / "channels.csv").write_text(f"code,title\n{CHANNEL},Mine\n")
    (folder / "products.csv").write_text(f"sku,title\n{SKU},Mine\n")
    (folder / DOCUMENT).write_text("Mine.")
    (folder / "prices.csv").write_text(f"sku,channel,price,valid_from\n{SKU},{CHANNEL},9.99,2026-01-01\n")
    return str(folder)


def test_an_import_with_the_canarys_names_makes_rows_of_ones_own(
    two: Two, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MHOS_HOME", str(two.home))
    monkeypatch.setattr(Office, "open", classmethod(lambda cls, settings: Office(settings, two.database)))
    result = CliRunner().invoke(cli.app, ["import", _folder(tmp_path), "--brand", "mine", "--json"])
    assert result.exit_code == 0, result.output
    with two.database.read(two.mine) as session:
        assert sorted(session.scalars(select(Product.sku))) == [SKU, "OWN-SKU"]  # type: ignore[arg-type]
    assert _hashes(two.database, two.theirs) == two.hashes


OFTEN = Rate(burst=1_000_000, a_minute=1_000_000)
BODIES = ({}, {"reason": "mine"}, {"text": SKU, "kind": "ask"}, {"text": "go"}, {"question": f"revenue of {SKU}"})
AT_WILL = Manners(requests=OFTEN, logins_of_one=OFTEN, logins_of_all=OFTEN, stream_seconds=0.0, background=False)


@pytest.mark.parametrize("wall", WALLS)
def test_the_api_tells_nothing_of_the_canary(wall: str, two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(Settings(home=two.home), two.walled(wall, monkeypatch))
    client = TestClient(create_app(office, AT_WILL), raise_server_exceptions=False)
    document = client.get("/api/v1/openapi.json")
    public = document.text  # the same for everybody, before any brand
    for path in ("/api/v1/health", "/api/v1/metrics", "/", f"/api/v1/{two.ids['run']}"):
        assert not two.leaks(client.get(path).text, public)
    choose_password(office, "owner", PASSWORD)
    token = client.post("/api/v1/auth/login", json={"login": "owner", "password": PASSWORD}).json()["access_token"]
    client.headers.update({"Authorization": f"Bearer {token}", "If-Match": '"1-x"'})
    paths = document.json()["paths"]
    routes = [(method, path) for path, methods in paths.items() for method in methods]
    # Reading comes first, as what is written names the canary's product itself; logging out comes last.
    for method, path in sorted(routes, key=lambda route: ("/auth/" in route[1], route[0] != "get")):
        _try(two, client, method, path, public)
    assert _hashes(two.database, two.theirs) == two.hashes


def _try(two: Two, client: TestClient, method: str, path: str, public: str) -> None:
    """Every way of asking a route for what is the canary's, from one's own brand and in its name."""
    asked = path.format(
        meeting_id=two.ids["run"], answer_id=two.ids["run"], item_id=two.ids["open"], receipt_id=two.ids["receipt"],
        question_id=two.ids["proposal"], code=two.ids["figure"], name="pricing_director", os="pricing",
        notification_id=two.ids["run"], execution_id=two.ids["run"], job_id=two.ids["job"],
        delivery_id=two.ids["delivery"],
        row_id=two.rows.get(path.removeprefix("/api/v1").removesuffix("/{row_id}"), ""),
    )  # fmt: skip
    queries = (
        ({}, {"q": "canary"}, {"q": SUPPLIER, "limit": "200"}) if asked.removeprefix("/api/v1") in two.rows else ({},)
    )
    for body in BODIES if method != "get" and "auth" not in path else ({},):
        for brand in ("mine", SLUG):
            for query in queries:
                answer = client.request(method, asked, params=query, json=body or None, headers={"X-Brand": brand})
                given = json.dumps([query, {} if method == "get" else BODIES]) + asked + CHANNEL + public
                assert not two.leaks(answer.text, given), (method, asked, query, answer.text)
                assert "/auth/" in path or answer.status_code not in (401, 429), (method, asked, answer.text)


def test_with_both_walls_down_the_inbox_does_tell(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    database = two.walled("session filter", monkeypatch)
    two.walled("row-level security", monkeypatch)
    with database.read(two.mine) as session:
        listed = json.dumps([item_summary(item) for item in inbox(session, tuple(ItemStatus))])
    assert {TITLE, two.ids["done"]} & set(two.leaks(listed, ""))


def test_the_search_finds_a_leak_where_there_is_one(two: Two) -> None:
    """The searcher itself is searched: what the canary's own people are shown is full of secrets."""
    with two.database.read(two.theirs) as session:
        item = session.scalars(select(ActionItem)).all()[0]
    assert {TITLE} <= set(two.leaks(json.dumps([item.preview, item.action], default=str), ""))
    assert two.leaks(f"a price of {PRICE / 100:,.2f}", "")
    assert two.leaks(datetime(2026, 1, 1, tzinfo=UTC).isoformat(), "") == []
