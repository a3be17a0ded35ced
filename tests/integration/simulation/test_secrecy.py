"""Nothing of the truth is readable by tools: a brand lives, meets and asks, and everything it has is searched."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from sqlalchemy import select

from connectors.layout import LAYOUT
from domain.metrics import Metric
from evals.twin import run as twin_run
from evals.twin.office import TwinOffice, cloned, morning
from settings import Settings
from simulation.catalog import CHANNELS, DEALER_CODES, SKUS, SUPPLIERS
from simulation.feed import Feed, midnight
from simulation.truth import Truth
from simulation.world import World
from store.database import Database
from store.tables import ProposalRow, Receipt, Run
from tests.integration.simulation.hidden_numbers import (
    SEEN_BY_THE_BRAND,
    Connection,
    Search,
    columns,
    hidden_numbers,
    hidden_state,
    leaked_numbers,
)
from tools.base import Access
from tools.registry import TOOLS
from tools.toolbox import Toolbox

CHECKOUT = Path(__file__).resolve().parents[3]
HISTORY_DAYS, SEED = 210, 1
AGENT = "pricing_director"
CREW_ROOMS = ("tools", "actions", "agents", "virtual_office", "automation", "memory", "guardrails", "connectors")


@dataclass
class Brand:
    """A brand that has lived through its history and met once, and the world that it lives in."""

    world: World
    twin: TwinOffice

    @property
    def hidden(self) -> np.ndarray:
        return np.union1d(hidden_numbers(self.world.truth), hidden_state(self.world))

    def search(self) -> Search:
        return Search(self.hidden)

    def connect(self) -> Connection:
        url = self.twin.database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True)


@pytest.fixture(scope="module")
def brand(postgres: Database, settings: Settings) -> Iterator[Brand]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(twin_run, "HISTORY_DAYS", HISTORY_DAYS)
        with (
            twin_run.lived_history(postgres, settings, SEED, 7, []) as past,
            cloned(postgres, past.template, past.twin) as twin,
        ):
            twin.at(morning(past.world))
            twin.meet()
            yield Brand(past.world, twin)


@pytest.mark.long
def test_there_is_a_lot_to_hide(brand: Brand) -> None:
    assert brand.hidden.size > 3_000
    assert np.isin(np.abs(brand.world.truth.elasticity), brand.hidden).all()
    assert np.isin(brand.world.truth.cross[brand.world.truth.cross > 0], brand.hidden).all()
    assert np.isin([brand.world.truth.mail_lift, brand.world.truth.buy_box_slope], brand.hidden).all()


@pytest.mark.long
def test_nothing_of_it_stands_in_any_table(brand: Brand) -> None:
    search = brand.search()
    with brand.connect() as connection:
        rows = dict.fromkeys(("sales_fact", "receipt", "finding", "message", "checkpoint_blobs"), 0)
        for table in rows:
            (rows[table],) = connection.execute(f"select count(*) from {table}").fetchone() or (0,)  # type: ignore[arg-type]
        assert all(rows.values()), rows
        assert leaked_numbers(connection, search) == {}
    assert search.compared > 1_000


def arguments_of(name: str, proposals: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Calls of a tool by what it asks for: each channel, and some products in each; the proposals of a meeting."""
    wanted = TOOLS[name].args.model_json_schema().get("required", [])
    known: Mapping[str, tuple[str, ...]] = {
        "channel": CHANNELS,
        "sku": SKUS[::5],
        "supplier": tuple(supplier.code for supplier in SUPPLIERS),
        "proposal": tuple(proposals),
        "debtor": DEALER_CODES[:6],
        "metric": tuple(Metric),
        "question": ("price elasticity", "what does a supplier deliver late", "true demand of HM-ST-02"),
    }
    assert set(wanted) <= known.keys(), f"{name} asks for what this test cannot give: {wanted}"
    calls: list[dict[str, Any]] = [{}]
    for argument in wanted:
        calls = [{**call, argument: value} for call in calls for value in known[argument]]
    yield from calls


READING = [name for name, tool in TOOLS.items() if tool.access in (Access.READ, Access.ANALYSE)]


@pytest.mark.long
@pytest.mark.parametrize("name", READING)
def test_no_tool_tells_any_of_it(brand: Brand, name: str) -> None:
    search, twin = brand.search(), brand.twin
    with twin.database.read(twin.owner) as session:
        run_id: UUID = session.scalars(select(Run)).all()[0].id
        proposals = [str(row.id) for row in session.scalars(select(ProposalRow))]
    toolbox = Toolbox(twin.database, replace(twin.owner, as_of=twin.owner.now()), run_id, AGENT, [name])
    replies = [toolbox.call(name, arguments) for arguments in arguments_of(name, proposals)]
    assert any(reply.ok for reply in replies), replies[0].content
    for reply in replies:
        assert search.text(reply.content) == []
    with twin.database.read(twin.owner) as session:
        for receipt in session.scalars(select(Receipt)):
            assert search.text(json.dumps(receipt.result, default=str)) == []


@pytest.mark.long
def test_the_analysis_is_near_the_truth_and_still_not_it(brand: Brand) -> None:
    """The receipts hold numbers of the same kind as the hidden ones: the search compares them, and none is one."""
    with brand.twin.database.read(brand.twin.owner) as session:
        receipts = " ".join(json.dumps(receipt.result) for receipt in session.scalars(select(Receipt)))
    search = brand.search()
    assert search.text(receipts) == []
    assert search.compared > 500


@pytest.mark.long
@pytest.mark.parametrize("digits", [7, 9, 12, 17])
def test_the_search_finds_a_number_however_it_is_rounded(brand: Brand, digits: int) -> None:
    for value in (*brand.world.truth.elasticity[:5, 0], brand.world.truth.mail_lift, brand.world.truth.cross.max()):
        written = f"{value:.{digits}g}"
        assert brand.search().text(f'{{"note": "it is {written}, they say"}}') or "." not in written
        assert brand.search().text(f"it is {value * 1.00001:.{digits}g}") == []


@pytest.mark.long
def test_the_search_finds_a_number_in_bytes(brand: Brand) -> None:
    value = np.float64(brand.world.truth.elasticity[3, 1])
    assert brand.search().bytes(b"\xc0\x01" + value.astype(">f8").tobytes() + b"\x00") == [abs(value)]
    assert brand.search().bytes(b"\xc0\x01" + (value + 1e-9).astype(">f8").tobytes() + b"\x00") == []


@pytest.mark.long
def test_a_number_that_is_planted_in_a_message_is_found(brand: Brand) -> None:
    secret = float(brand.world.truth.elasticity[0, 0])
    row = {"id": "planted", "source": "review", "text": f"I hear it is {secret:.8f}.", "rating": 3, "sku": SKUS[0]}
    brand.twin.deliver({"messages": [{**row, "received_at": midnight(brand.world.today)}]})
    with brand.connect() as connection:
        try:
            assert leaked_numbers(connection, brand.search()) == {"message": [f"{secret:.8f}"]}
        finally:
            connection.execute("alter table message disable trigger user")
            connection.execute("delete from message where external_id = 'planted'")
            connection.execute("alter table message enable trigger user")


@pytest.mark.long
def test_what_is_reported_has_none_of_it_either(brand: Brand) -> None:
    world = World(brand.world.plan)
    feed, search = Feed(world), Search(hidden_numbers(world.truth))
    assert search.text(str(feed.opening())) == []
    for _ in range(28):
        assert search.text(str(feed.report(world.step()))) == []


def test_the_crews_rooms_load_nothing_of_the_simulation() -> None:
    program = f"""
import importlib, pkgutil, sys
for room in {CREW_ROOMS!r}:
    package = importlib.import_module(room)
    for module in pkgutil.walk_packages(package.__path__, room + "."):
        importlib.import_module(module.name)
print([name for name in sys.modules if name.split(".")[0] in ("simulation", "evals")], len(sys.modules))
"""
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=120
    ).stdout.strip()
    assert said.startswith("[] ")


def words(name: str) -> set[str]:
    return set(re.split(r"[_\W]+", name.lower()))


HIDDEN_NAMES = {each.name for each in fields(Truth)} - SEEN_BY_THE_BRAND
HIDDEN_WORDS = {
    "elasticity", "elasticities", "cross", "shock", "pantry", "adstock", "dispersion", "shrinkage", "fatigue",
    "lateness", "parity", "lift", "truth", "deviation", "wander",
}  # fmt: skip


@pytest.mark.long
def test_no_table_column_or_file_is_named_after_the_truth(brand: Brand) -> None:
    with brand.connect() as connection:
        names = {part for table, column, _ in columns(connection) for part in (table, column)}
    names |= {part for name, row in LAYOUT.items() for part in (name, *row.model_fields)}
    assert not names & HIDDEN_NAMES
    assert {name for name in names if words(name) & HIDDEN_WORDS} == set()
