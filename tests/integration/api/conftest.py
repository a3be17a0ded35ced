"""Two brands behind one API: people with passwords, a meeting held, and clients that speak to it as anybody would."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from api import create_app
from api.house import Manners
from api.limits import Rate
from bootstrap import Office
from bootstrap.people import choose_password
from domain.context import Context
from identity.brands import NewBrand, create_brand
from identity.local import create_local_brand
from identity.logins import Logins
from identity.open_context import open_context
from identity.people import UserDirectory
from identity.profiles import Profile, save_profile
from settings import Settings
from store.database import Database
from store.embedded import ServerAddress
from tests.conftest import TEMPLATE
from tests.databases import cloned
from tests.integration.priced_brand import Planted, plant

PASSWORD = "correct horse battery"
OFTEN = Rate(burst=1_000_000, a_minute=1_000_000)
AT_WILL = Manners(requests=OFTEN, logins_of_one=OFTEN, logins_of_all=OFTEN, stream_seconds=0.0, background=False)
PRICING = ["pricing_director"]
PRODUCTS = [Planted("CHEAP", 1000, 400, -1.3, weeks=30), Planted("RIGHT", 1000, 500, -2.0, seed=2, weeks=30)]


@dataclass
class Town:
    """Brand `mine` of owner and operator, brand `theirs` of a stranger."""

    office: Office
    home: Path
    mine: Context
    theirs: Context
    tokens: dict[str, str] = field(default_factory=dict)

    def app(self, manners: Manners = AT_WILL) -> FastAPI:
        return create_app(self.office, manners)

    def client(self, person: str = "", manners: Manners = AT_WILL, app: FastAPI | None = None) -> "Client":
        """Somebody's client; nothing in the background, unless the client is entered."""
        client = Client(app or self.app(manners), raise_server_exceptions=False)
        if person:
            client.log_in(person)
        return client

    def meet(self, ctx: Context | None = None) -> str:
        """A meeting of the Pricing Director; its id."""
        return str(self.office.meetings.meet(ctx or self.mine, "Prices", PRICING))


class Client(TestClient):
    """A client of the API that keeps its token."""

    def log_in(self, person: str, password: str = PASSWORD) -> Mapping[str, Any]:
        answer = self.post("/api/v1/auth/login", json={"login": person, "password": password})
        assert answer.status_code == 200, answer.text
        self.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer.json()

    def seen(self, item_id: str) -> dict[str, str]:
        """The header that an answer to the item as it stands needs."""
        return {"If-Match": self.get(f"/api/v1/action-items/{item_id}").headers["ETag"]}

    def first_item(self) -> dict[str, Any]:
        return self.get("/api/v1/inbox").json()["data"][0]


def error_of(answer: Response, status: int) -> dict[str, Any]:
    """The error in an envelope that holds nothing else."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["message"]
    return error


def build_town(database: Database, home: Path) -> Town:
    create_local_brand(database, home, "owner", NewBrand("mine", "Mine", "EUR"))
    mine = open_context(database, home, "owner", brand="mine")
    people = UserDirectory(database, mine.clock, mine.ids)
    stranger = people.add("stranger", PASSWORD)
    token = Logins(database, mine.clock, mine.ids).issue(stranger, "test", timedelta(days=9))
    save_profile(home, Profile(name="stranger", login="stranger", token=token))
    create_brand(database, mine.clock, mine.ids, stranger, NewBrand("theirs", "Theirs", "EUR"))
    theirs = open_context(database, home, "stranger", brand="theirs")
    office = Office(Settings(home=home), database)
    for name in ("owner", "operator", "superadmin"):
        choose_password(office, name, PASSWORD)
    for ctx in (mine, theirs):
        plant(database, ctx, PRODUCTS, max_price_change_bps_per_day=800)
    town = Town(office, home, mine, theirs)
    town.meet(mine)
    town.meet(theirs)
    return town


@pytest.fixture(scope="session")
def town_template(server: ServerAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A database in which all this has happened, to be cloned; and the data folder of its people."""
    home = tmp_path_factory.mktemp("town")
    with cloned(server, TEMPLATE) as database:
        build_town(database, home)
        database.close()
        yield str(database.owner_url.database), home


@pytest.fixture
def town(server: ServerAddress, town_template: tuple[str, Path]) -> Iterator[Town]:
    """A town of this test's own."""
    template, home = town_template
    with cloned(server, template) as database:
        mine = open_context(database, home, "owner", brand="mine")
        theirs = open_context(database, home, "stranger", brand="theirs")
        yield Town(Office(Settings(home=home), database), home, mine, theirs)
