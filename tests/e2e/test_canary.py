"""A canary lives in another brand: every tool and every verb is tried with its ids, and must neither tell nor touch it.

What may be told is not asked of the policies: everything that stands in the canary's rows and nowhere in one's own is
a secret, and every answer is searched for all of them.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from actions.documents import item_summary
from actions.items import inbox
from api.app import create_app
from api.house import Manners
from api.limits import Rate
from bootstrap.office import Office
from bootstrap.people import choose_password
from cli import VERBS, command_line
from domain.action import ItemStatus
from identity.open_context import open_context
from settings import Settings
from store.embedded import ServerAddress
from store.tables import (
    ActionItem,
    Product,
    Run,
)
from tests.conftest import TEMPLATE
from tests.databases import cloned
from tests.e2e.canary_brands import PASSWORD, PRICE, SLUG, Two, hashes, settle
from tests.e2e.canary_tries import CHANNEL, OF_ONES_OWN, SKU, SUPPLIER, TITLE, TRIES
from tests.e2e.canary_verbs import DOCUMENT, MAY_SUCCEED, NOT_TRIED, WITHOUT_BRAND, commands_with
from tests.invoked import invoked
from tools.registry import TOOLS
from tools.toolbox import Toolbox

WALLS = (
    pytest.param("both", marks=pytest.mark.long),
    pytest.param("session filter", marks=pytest.mark.long),
    "row-level security",
)


@pytest.fixture(scope="module")
def settled(server: ServerAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both brands as they are before any test, closed, to be copied."""
    with cloned(server, TEMPLATE) as database:
        two = settle(database, tmp_path_factory.mktemp("home"))
        database.close()
        yield two


@pytest.fixture
def two(server: ServerAddress, settled: Two, tmp_path: Path) -> Iterator[Two]:
    """Both brands in a database and a data folder of this test's own."""
    home = Path(shutil.copytree(settled.home, tmp_path / "home"))
    with cloned(server, str(settled.database.owner_url.database)) as database:
        mine = open_context(database, home, "owner", brand="mine")
        theirs = open_context(database, home, "stranger", brand=SLUG)
        opened = hashes(database, theirs)  # opening a brand is audited
        yield replace(settled, database=database, home=home, mine=mine, theirs=theirs, hashes=opened)


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
    assert hashes(two.database, two.theirs) == two.hashes


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
    app = command_line(VERBS)
    verbs = {info.name for info in (*app.registered_commands, *app.registered_groups)}
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
    assert hashes(two.database, two.theirs) == two.hashes


def _run(two: Two, line: list[str]) -> int:
    """Run a verb, search all it says, and return how it ended."""
    result = invoked(line)
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
    result = invoked(["import", _folder(tmp_path), "--brand", "mine", "--json"])
    assert result.exit_code == 0, result.output
    with two.database.read(two.mine) as session:
        assert sorted(session.scalars(select(Product.sku))) == [SKU, "OWN-SKU"]  # type: ignore[arg-type]
    assert hashes(two.database, two.theirs) == two.hashes


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
    assert hashes(two.database, two.theirs) == two.hashes


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
