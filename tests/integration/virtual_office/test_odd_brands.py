"""A brand that lacks nearly everything can be imported, and meets: the minutes say in plain words what is lacking."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bootstrap.office import Office
from connectors.importer import import_folder
from domain.context import Context
from settings import Settings
from store.database import Database
from tests.odd_brands import SMALL, long_tail
from virtual_office.minutes.page import MOST_WORDS
from virtual_office.minutes.summary import meeting_document

Meet = Callable[[Callable[[Path], None]], dict[str, Any]]

SAID = {
    "without_products": [
        "There is no price to look at: no channel of this brand has a price list.",
        "no recent sales with a known cost, no bank balances and no invoices are known",
    ],
    "one_product": ["Order €650 of Item A from Supplier", "so they are derived from sales, counts and received orders"],
    "sold_once": ["Item A in Shop: too few weeks of sales are known", "all that is said of demand describes that time"],
    "year_of_gaps": [
        "contribution, 60 % of net sales",
        "so they are derived from sales, counts and received orders",
    ],
    "prices_alone": ["Each of Item A and Item B in Shop: no sales are known.", "import suppliers and supplier offers"],
    "without_costs": [
        "Each of Item A and Item B in Shop: its unit cost is not known.",
        "no recent sales with a known cost, no bank balances and no invoices are known",
    ],
    "silent_channel": ["Each of Item A and Item B in Market: no sales are known.", "of net sales"],
}


@pytest.fixture
def meet(database: Database, new_brand: Callable[..., Context], tmp_path: Path) -> Meet:
    """Import a brand, and hold a meeting of the whole crew; its document."""

    def held(write: Callable[[Path], None]) -> dict[str, Any]:
        owner = new_brand("odd")
        write(tmp_path / "odd")
        imported = import_folder(owner, database, tmp_path / "odd")
        assert imported.rows_loaded == imported.rows_read
        office = Office(Settings(home=tmp_path), database)
        run_id = office.meetings.meet(owner, "What should we do?")
        office.run_due(owner)
        with database.read(owner) as session:
            return meeting_document(session, run_id)

    return held


@pytest.mark.parametrize("name", SMALL)
def test_a_brand_that_lacks_something_meets_and_is_told(meet: Meet, name: str) -> None:
    document = meet(SMALL[name])
    assert document["status"] == "done"
    assert {agent["status"] for agent in document["agents"]} == {"ok"}, document["agents"]
    assert document["words"] <= MOST_WORDS
    for words in SAID[name]:
        assert words in _words(document["minutes"])


@pytest.mark.parametrize("name", ["prices_alone", "sold_once", "without_costs"])
def test_what_cannot_be_told_is_not_called_worthless(meet: Meet, name: str) -> None:
    minutes = meet(SMALL[name])["minutes"]
    assert "No change of a price can be advised before more is known" in minutes
    assert "is worth proposing" not in minutes
    assert "looked at closely" not in minutes


def test_many_products_that_lack_the_same_are_one_line(meet: Meet) -> None:
    document = meet(lambda folder: long_tail(folder, products=200, selling=5))
    assert {agent["status"] for agent in document["agents"]} == {"ok"}
    lacking = {agent["name"]: agent["missing_data"] for agent in document["agents"]}
    assert len(lacking["inventory_forecaster"]) == 3
    assert lacking["inventory_forecaster"][-1] == (
        "S00001, S00002, S00003, S00004, S00005, S00006 and others: no sales of it are known, so nothing says what a "
        "unit brings; sales.csv would tell."
    )
    assert sum("no sales are known" in line for line in lacking["pricing_director"]) == 1


def _words(minutes: str) -> str:
    """The words alone."""
    return minutes.replace("**", "")
