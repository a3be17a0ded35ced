"""Tool calls are checked, answered once, kept as receipts, and never leave their brand."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from domain.context import Context
from domain.errors import InvalidInput, Unavailable
from store.database import Database
from store.tables import ProposalRow, Receipt
from tests.integration.priced_brand import CHANNEL, Planted, plant, start_run
from tools.registry import TOOLS
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
AGENT = "pricing_director"


def open_toolbox(database: Database, ctx: Context, run_id: UUID, agent: str = AGENT) -> Toolbox:
    return Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, agent, tuple(TOOLS))


@pytest.fixture
def ctx(database: Database, new_brand: NewBrand) -> Context:
    made = new_brand()
    plant(database, made, [Planted("SOAP-1", 1000, 400, -1.3)])
    return made


@pytest.fixture
def run_id(database: Database, ctx: Context) -> UUID:
    return start_run(database, ctx)


def count(database: Database, ctx: Context, table: type) -> int:
    with database.read(ctx) as session:
        return session.scalar(select(func.count(table.id))) or 0  # type: ignore[attr-defined]


def best(toolbox: Toolbox) -> dict:
    reply = toolbox.call("best_price", {"sku": "SOAP-1", "channel": CHANNEL})
    assert reply.ok, reply.content
    return json.loads(reply.content)


def proposal(receipt: str, text: str = "Raise SOAP-1 to {price}.", path: str = "/price") -> dict:
    figures = {"price": {"receipt": receipt, "path": path}} if "{price}" in text else {}
    return {
        "sku": "SOAP-1",
        "channel": CHANNEL,
        "analysis_receipt": receipt,
        "rationale": {"text": text, "figures": figures},
    }


def test_a_repeated_call_is_answered_by_its_receipt(database: Database, ctx: Context, run_id: UUID) -> None:
    first = open_toolbox(database, ctx, run_id).call("price_corridor", {"sku": "SOAP-1", "channel": CHANNEL})
    with database.begin(ctx) as session:
        stored = session.scalars(select(Receipt)).one()
        assert (stored.tool, stored.agent, stored.id) == ("price_corridor", AGENT, first.receipt_id)
    clock_moved_on = ctx.at(ctx.now() + timedelta(hours=1))
    resumed = Toolbox(database, replace(clock_moved_on, as_of=ctx.now()), run_id, AGENT, tuple(TOOLS))
    assert resumed.call("price_corridor", {"channel": CHANNEL, "sku": "SOAP-1", "zone": ""}) == first
    assert count(database, ctx, Receipt) == 1


def test_a_stored_receipt_is_believed_rather_than_the_data(database: Database, ctx: Context, run_id: UUID) -> None:
    """A resumed run goes on with the answers that were recorded before the crash."""
    toolbox = open_toolbox(database, ctx, run_id)
    before = toolbox.call("list_channels", {})
    with database.begin(ctx) as session:
        from store.tables import Channel

        session.add(Channel(code="later", title="Later", known_at=ctx.now() - timedelta(days=1)))
    assert toolbox.call("list_channels", {}) == before
    fresh = open_toolbox(database, ctx, start_run(database, ctx)).call("list_channels", {})
    assert "later" in fresh.content


def test_another_agent_or_run_gets_a_receipt_of_its_own(database: Database, ctx: Context, run_id: UUID) -> None:
    asked = {"sku": "SOAP-1", "channel": CHANNEL}
    replies = [
        open_toolbox(database, ctx, run, agent).call("price_corridor", asked)
        for run, agent in ((run_id, AGENT), (run_id, "other"), (start_run(database, ctx), AGENT))
    ]
    assert len({reply.receipt_id for reply in replies}) == 3


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("drop_tables", {}, "no tool 'drop_tables'"),
        ("list_channels", {"brand": "other"}, "brand is no argument of list_channels"),
        ("price_corridor", {"sku": "SOAP-1"}, "channel: Field required"),
        ("price_corridor", {"sku": "x" * 65, "channel": CHANNEL}, "sku"),
        ("price_corridor", {"sku": "SOAP-1", "channel": {"$ne": ""}}, "channel"),
        ("price_corridor", {"sku": "a\x00b", "channel": CHANNEL}, "sku"),
        ("price_corridor", {"sku": "\ud800", "channel": CHANNEL}, "sku"),
        ("best_price", {"sku": "SOAP-1", "channel": CHANNEL, "horizon_weeks": 10**30}, "horizon_weeks"),
        ("price_corridor", {"sku": "x" * 1_000_000, "channel": CHANNEL}, "20000 is the most"),
        ("price_corridor", {"sku": object(), "channel": CHANNEL}, "not a JSON object"),
    ],
)
def test_bad_arguments_are_refused_with_a_reason(
    database: Database, ctx: Context, run_id: UUID, name: str, arguments: dict, says: str
) -> None:
    reply = open_toolbox(database, ctx, run_id).call(name, arguments)
    assert not reply.ok
    assert reply.retryable
    assert says in json.loads(reply.content)["error"]["message"]
    assert len(reply.content) < 2_000
    assert count(database, ctx, Receipt) == 0


def test_what_does_not_exist_is_over_and_leaves_no_receipt(database: Database, ctx: Context, run_id: UUID) -> None:
    reply = open_toolbox(database, ctx, run_id).call("best_price", {"sku": "NONE", "channel": CHANNEL})
    assert (reply.ok, reply.retryable, reply.receipt_id) == (False, False, None)
    assert json.loads(reply.content)["error"]["code"] == "not_found"
    assert count(database, ctx, Receipt) == 0


def test_a_store_that_is_gone_is_no_answer(ctx: Context, run_id: UUID) -> None:
    """Or a meeting would go on, and record that nothing is known."""
    gone = Toolbox(Database("postgresql://nobody@127.0.0.1:1/gone"), ctx, run_id, AGENT, ["list_channels"])
    with pytest.raises(Unavailable):
        gone.call("list_channels", {})


def test_a_charter_cannot_name_a_tool_that_is_not_there(database: Database, ctx: Context, run_id: UUID) -> None:
    with pytest.raises(InvalidInput, match="no tool rule_the_world"):
        Toolbox(database, ctx, run_id, AGENT, ["list_channels", "rule_the_world"])


def test_a_tool_outside_the_charter_is_unknown(database: Database, ctx: Context, run_id: UUID) -> None:
    toolbox = Toolbox(database, ctx, run_id, AGENT, ["list_channels"])
    assert [schema["function"]["name"] for schema in toolbox.schemas()] == ["list_channels"]
    assert not toolbox.call("list_priced_products", {"channel": CHANNEL}).ok


def test_every_tool_says_what_it_does(database: Database, ctx: Context, run_id: UUID) -> None:
    for schema in open_toolbox(database, ctx, run_id).schemas():
        assert len(schema["function"]["description"]) > 60
        assert schema["function"]["parameters"]["additionalProperties"] is False


def test_another_brands_names_and_ids_open_nothing(database: Database, ctx: Context, new_brand: NewBrand) -> None:
    other = new_brand("rival")
    plant(database, other, [Planted("CANARY-77", 7_654_321, 3_210_987, -1.3, title="Canary zzz")])
    theirs = open_toolbox(database, other, start_run(database, other))
    analysed = json.loads(theirs.call("best_price", {"sku": "CANARY-77", "channel": CHANNEL}).content)
    mine = open_toolbox(database, ctx, start_run(database, ctx))
    place = {"sku": "CANARY-77", "channel": CHANNEL}
    said = [mine.call(name, place) for name in ("price_corridor", "price_elasticity", "best_price", "price_history")]
    said.append(mine.call("propose_price_update", {**proposal(analysed["receipt"]), **place}))
    said.append(mine.call("propose_price_update", proposal(analysed["receipt"])))
    assert not any(reply.ok for reply in said)
    said.append(mine.call("list_priced_products", {"channel": CHANNEL}))
    said.append(mine.call("list_channels", {}))
    for reply in said:
        assert not any(secret in reply.content for secret in ("7654321", "3210987", "Canary zzz", str(other.brand_id)))


def test_a_proposal_takes_price_and_promise_from_the_analysis(database: Database, ctx: Context, run_id: UUID) -> None:
    toolbox = open_toolbox(database, ctx, run_id)
    analysis = best(toolbox)
    reply = toolbox.call("propose_price_update", proposal(analysis["receipt"]))
    assert reply.ok, reply.content
    with database.read(ctx) as session:
        row = session.scalars(select(ProposalRow)).one()
    advised = analysis["result"]
    assert json.loads(reply.content)["result"]["proposal"] == str(row.id)
    assert row.action == {
        "kind": "price.update",
        "sku": "SOAP-1",
        "channel": CHANNEL,
        "zone": "",
        "price_minor": advised["price"]["value"],
        "currency": "EUR",
    }
    assert row.prediction["value"] == row.expected_minor == advised["profit_change"]["value"]
    assert (row.prediction["low"], row.prediction["high"]) == (
        advised["profit_change_low"]["value"],
        advised["profit_change_high"]["value"],
    )
    assert (row.prediction["unit"], row.prediction["horizon_days"]) == ("EUR.minor", 56)
    assert row.prediction["check_at"].startswith((ctx.now() + timedelta(days=63)).date().isoformat())
    assert row.receipts == [analysis["receipt"]]
    assert row.label == "trusted"


def test_proposing_twice_is_one_proposal(database: Database, ctx: Context, run_id: UUID) -> None:
    toolbox = open_toolbox(database, ctx, run_id)
    asked = proposal(best(toolbox)["receipt"])
    assert toolbox.call("propose_price_update", asked) == toolbox.call("propose_price_update", asked)
    assert count(database, ctx, ProposalRow) == 1


def test_a_price_of_ones_own_choice_cannot_be_proposed(database: Database, ctx: Context, run_id: UUID) -> None:
    toolbox = open_toolbox(database, ctx, run_id)
    asked = {**proposal(best(toolbox)["receipt"]), "price_minor": 1}
    reply = toolbox.call("propose_price_update", asked)
    assert "price_minor is no argument" in reply.content
    assert count(database, ctx, ProposalRow) == 0


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        ("Raise it by 10 percent.", "/price", "bare number"),
        ("Raise it to €11.00 as {price} says.", "/price", "bare number"),
        ("Raise it to {price}.", "/nowhere", "no cell at /nowhere"),
        ("Raise it to {price}.", "/sku", "not a number"),
    ],
)
def test_a_rationale_must_hold(database: Database, ctx: Context, run_id: UUID, text: str, path: str, says: str) -> None:
    toolbox = open_toolbox(database, ctx, run_id)
    reply = toolbox.call("propose_price_update", proposal(best(toolbox)["receipt"], text, path))
    assert (reply.ok, reply.retryable) == (False, True)
    assert says in reply.content
    assert count(database, ctx, ProposalRow) == 0


def test_an_analysis_of_another_run_or_kind_carries_no_proposal(database: Database, ctx: Context, run_id: UUID) -> None:
    toolbox = open_toolbox(database, ctx, run_id)
    elsewhere = best(open_toolbox(database, ctx, start_run(database, ctx)))["receipt"]
    corridor = toolbox.call("price_corridor", {"sku": "SOAP-1", "channel": CHANNEL}).receipt_id
    for receipt in (elsewhere, str(corridor), str(uuid4())):
        assert not toolbox.call("propose_price_update", proposal(receipt, "Raise it.")).ok
    assert count(database, ctx, ProposalRow) == 0


def test_a_rationale_cannot_cite_another_runs_figure(database: Database, ctx: Context, run_id: UUID) -> None:
    toolbox = open_toolbox(database, ctx, run_id)
    elsewhere = best(open_toolbox(database, ctx, start_run(database, ctx)))["receipt"]
    asked = proposal(best(toolbox)["receipt"])
    asked["rationale"]["figures"]["price"]["receipt"] = elsewhere
    reply = toolbox.call("propose_price_update", asked)
    assert "There is no receipt" in reply.content
    assert count(database, ctx, ProposalRow) == 0


def test_what_the_analysis_does_not_advise_cannot_be_proposed(database: Database, new_brand: NewBrand) -> None:
    ctx = new_brand("flat")
    plant(database, ctx, [Planted("SOAP-1", 1000, 400, -1.3, spread=0.0)])
    toolbox = open_toolbox(database, ctx, start_run(database, ctx))
    analysis = best(toolbox)
    assert analysis["result"]["status"] == "abstained"
    reply = toolbox.call("propose_price_update", proposal(analysis["receipt"], "Raise it."))
    assert (reply.ok, reply.retryable) == (False, False)
    assert json.loads(reply.content)["error"]["code"] == "tool_gave_up"
    assert count(database, ctx, ProposalRow) == 0
