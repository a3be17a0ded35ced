"""The Pricing Director on real data: every product gets an answer, and the doubtful ones a reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.charter import load_charters
from agents.crew import chat_model_for
from agents.loop import run_agent
from connectors.importer import import_folder
from domain.context import Context
from store.database import Database
from tests.integration.priced_brand import start_run
from tools.receipts import record_figures, why
from tools.toolbox import Toolbox

MAPPING = Path(__file__).resolve().parents[3] / "examples" / "mappings" / "oj.yaml"
CHARTER = next(charter for charter in load_charters() if charter.name == "pricing_director")
SKUS = [f"OJ-{number:02}" for number in range(1, 12)]


def open_toolbox(database: Database, ctx: Context, as_of: datetime) -> Toolbox:
    return Toolbox(database, replace(ctx, as_of=as_of), start_run(database, ctx), CHARTER.name, CHARTER.tools)


@pytest.mark.long
async def test_all_eleven_products_get_an_answer(
    database: Database, new_brand: Callable[..., Context], oj: Path
) -> None:
    ctx = new_brand("oj", currency="USD")
    assert import_folder(ctx, database, oj, MAPPING).rows_rejected == []
    toolbox = open_toolbox(database, ctx, ctx.now())
    result = await run_agent(CHARTER, toolbox, chat_model_for(CHARTER, "rules"), "Prices")
    assert (result.status, result.reason) == ("ok", "")
    assert [finding.subject for finding in result.report.findings if finding.subject in SKUS] == list(SKUS)
    assert result.report.proposals
    plain = {}
    for sku in SKUS:
        elasticity = json.loads(toolbox.call("price_elasticity", {"sku": sku, "channel": "retail"}).content)["result"]
        assert elasticity["status"] == "usable", sku
        assert elasticity["low"]["value"] < elasticity["elasticity"]["value"] < elasticity["high"]["value"] < 0
        assert all(candidate["heldout_error"]["value"] > 0 for candidate in elasticity["candidates"])
        plain[sku] = (
            elasticity["plain_regression"]["value"],
            elasticity["plain_is_trusted"],
            elasticity["elasticity"]["value"],
        )
    assert (round(plain["OJ-05"][0], 2), round(plain["OJ-10"][0], 2)) == (-3.32, -3.38)
    for sku in ("OJ-05", "OJ-10"):
        assert not plain[sku][1]
        assert -2.2 < plain[sku][2] < -1.5
    _opens_to_the_rows_of_its_product(database, ctx, toolbox)
    _knows_less_in_1991(database, ctx)


def _opens_to_the_rows_of_its_product(database: Database, ctx: Context, toolbox: Toolbox) -> None:
    from domain.figure import FigureRef
    from domain.ids import ReceiptId

    receipt = toolbox.call("price_elasticity", {"sku": "OJ-05", "channel": "retail"}).receipt_id
    assert receipt is not None
    with database.begin(ctx) as session:
        ref = FigureRef(receipt=ReceiptId(receipt), path="/elasticity")
        code = record_figures(session, toolbox.run_id, {"figure": ref})["figure"]
    with database.read(ctx) as session:
        opened = why(session, code)
    assert (opened.rows_total, opened.rows_unchanged) == (9_649, True)


def _knows_less_in_1991(database: Database, ctx: Context) -> None:
    past = open_toolbox(database, ctx, datetime(1991, 6, 20, tzinfo=UTC))
    elasticity = json.loads(past.call("price_elasticity", {"sku": "OJ-05", "channel": "retail"}).content)["result"]
    assert elasticity["facts"]["weeks"]["value"] < 60
