"""A challenge recomputes: it changes what a proposal is expected to bring, its amount, or who has to agree."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bootstrap.office import Office
from domain.context import Context
from settings import Settings
from store.database import Database
from store.tables import ActionItem, ChallengeRow, ProposalRow, Receipt
from tests.integration.money_brand import bank, receive, spend
from tests.integration.priced_brand import Planted, plant
from tests.integration.stocked_brand import keep_in_stock
from tests.integration.virtual_office.conftest import AGENDA, PRICES_AND_STOCK, Firm
from virtual_office.meeting.table import table_document
from virtual_office.meeting.turns import Kind, Turn


@pytest.fixture
def priced(database: Database, new_brand: Callable[..., Context], tmp_path: Path) -> Callable[[dict[str, int]], Firm]:
    """A brand with one product that is too dear and one that is too cheap, and so much of each in stock."""

    def make(on_hand: dict[str, int]) -> Firm:
        owner = new_brand()
        products = [Planted("DEAR", 1500, 500, -3.2), Planted("CHEAP", 1000, 400, -1.3, seed=2)]
        plant(database, owner, products, max_price_change_bps_per_day=800)
        keep_in_stock(database, owner, on_hand)
        return Firm(Office(Settings(home=tmp_path), database), owner, owner)

    return make


def by_sku(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        proposal["subject"].split(" @ ")[0]: proposal
        for proposal in document["proposals"]
        if proposal["kind"] == "price.update"
    }


def test_with_enough_on_the_shelf_every_price_stands(priced: Callable[[dict[str, int]], Firm]) -> None:
    firm = priced({"DEAR": 5_000, "CHEAP": 5_000})
    proposals = by_sku(firm.meet())
    assert set(proposals) == {"DEAR", "CHEAP"}
    assert {proposal["challenges"][0]["status"] for proposal in proposals.values()} == {"stands"}
    assert all(proposal["expected"] == proposal["promised"] for proposal in proposals.values())
    assert all(item.dissent == [] for item in firm.rows(ActionItem))


def test_a_cut_of_what_runs_out_is_worth_less_and_a_raise_more(priced: Callable[[dict[str, int]], Firm]) -> None:
    firm = priced({"DEAR": 40, "CHEAP": 320})
    document = firm.meet()
    rows = {row.proposal_id: row for row in firm.rows(ChallengeRow) if row.tool == "recompute_price_within_stock"}
    promised = {str(row.id): row for row in firm.rows(ProposalRow)}
    proposals = by_sku(document)
    cut, raised = (rows[UUID(proposals[sku]["id"])] for sku in ("DEAR", "CHEAP"))
    assert cut.expected_minor < promised[str(cut.proposal_id)].expected_minor
    assert raised.expected_minor > promised[str(raised.proposal_id)].expected_minor
    assert raised.prediction is not None
    assert raised.prediction["low"] <= raised.expected_minor <= raised.prediction["high"]
    receipts = {row.id: row for row in firm.rows(Receipt)}
    assert receipts[cut.receipt_id].agent == "inventory_forecaster"
    assert receipts[cut.receipt_id].result["value"]["value"] == cut.expected_minor, "it has a receipt of its own"
    items = {item.subject.split(" @ ")[0]: item for item in firm.rows(ActionItem) if item.kind == "price.update"}
    assert items["CHEAP"].prediction["value"] == raised.expected_minor, "what is adopted promises what was recomputed"
    assert "Inventory Forecaster: 320 units are on the shelf" in items["CHEAP"].dissent[0]
    assert str(raised.receipt_id) in items["CHEAP"].receipts
    assert "operator" in items["CHEAP"].verdict["gates"]
    assert document["dissent"]


def test_the_same_meeting_without_challenges_takes_every_promise_as_it_is(
    priced: Callable[[dict[str, int]], Firm],
) -> None:
    firm = priced({"DEAR": 40, "CHEAP": 40})
    firm.document(firm.office.meetings.meet(firm.owner, AGENDA, manner={"challenge": False}))
    assert firm.rows(ChallengeRow) == []
    promised = {row.id: row.prediction for row in firm.rows(ProposalRow)}
    assert all(item.prediction == promised[item.proposal_id] for item in firm.rows(ActionItem))


def test_an_order_is_recomputed_with_the_prices_proposed_beside_it(
    priced: Callable[[dict[str, int]], Firm],
) -> None:
    firm = priced({"DEAR": 150, "CHEAP": 5_000})
    document = firm.meet()
    orders = [proposal for proposal in document["proposals"] if proposal["kind"] == "purchase_order.create"]
    assert len(orders) == 1
    [challenge] = [row for row in firm.rows(ChallengeRow) if row.tool == "recompute_order_with_prices"]
    assert challenge.agent == "pricing_director"
    proposal = next(row for row in firm.rows(ProposalRow) if row.kind == "purchase_order.create")
    lines = {line["sku"]: line["quantity"] for line in proposal.action["lines"]}
    assert challenge.status == "changed"
    assert challenge.action is not None
    assert {line["sku"]: line["quantity"] for line in challenge.action["lines"]}["DEAR"] > lines["DEAR"]
    [item] = [row for row in firm.rows(ActionItem) if row.kind == "purchase_order.create"]
    assert item.action == challenge.action, "the amount that was recomputed is what is ordered"


def test_a_product_that_no_warehouse_knows_is_not_recomputed(firm: Firm) -> None:
    document = firm.meet()
    assert document["proposals"]
    challenges = [challenge for row in document["proposals"] for challenge in row["challenges"]]
    assert {challenge["status"] for challenge in challenges} == {"abstained"}
    assert all("locations.csv" in challenge["text"] for challenge in challenges)


def test_an_order_follows_only_the_prices_that_are_adopted(priced: Callable[[dict[str, int]], Firm]) -> None:
    """The cut that the order was enlarged for is struck: what is ordered is what was proposed for today's prices."""
    firm = priced({"DEAR": 150, "CHEAP": 5_000})
    run_id = firm.office.meetings.meet(firm.owner, AGENDA, PRICES_AND_STOCK, manner={"wait": ["decide"]})
    with firm.office.database.read(firm.owner) as session:
        table = table_document(session, run_id)["proposals"]
    (cut,) = [
        proposal["id"]
        for proposal in table
        if proposal["subject"].startswith("DEAR @") and proposal["kind"] == "price.update"
    ]
    firm.office.meetings.say(firm.owner, str(run_id), Turn(Kind.STRIKE, "we keep our prices", proposal=cut))
    firm.office.meetings.resume(firm.owner, str(run_id))
    proposed = next(row for row in firm.rows(ProposalRow) if row.kind == "purchase_order.create")
    larger = [row for row in firm.rows(ChallengeRow) if row.tool == "recompute_order_with_prices"]
    assert [row.beside for row in larger if row.status == "changed"] == [[cut]], "it had been recomputed with the cut"
    assert cut in [str(row.id) for row in firm.rows(ProposalRow)]
    (item,) = [row for row in firm.rows(ActionItem) if row.kind == "purchase_order.create"]
    assert item.action == proposed.action
    assert item.prediction == proposed.prediction
    assert item.dissent == []
    assert item.preview["amount_minor"] == sum(
        line["quantity"] * line["unit_cost_minor"] for line in proposed.action["lines"]
    )


def test_cash_carries_the_order_as_the_prices_beside_it_leave_it(
    priced: Callable[[dict[str, int]], Firm], database: Database
) -> None:
    """1,960.00 are left after the quarter: more than the order takes as proposed, less than the cut asks for."""
    firm = priced({"DEAR": 150, "CHEAP": 5_000})
    bank(database, firm.owner, 300_000)
    receive(database, firm.owner, [1_000_000] * 20)
    spend(database, firm.owner, "rent", [1_008_000] * 20)
    firm.meet(agents=("finance_analyst", "inventory_forecaster", "pricing_director"))
    rows = {row.tool: row for row in firm.rows(ChallengeRow) if row.tool.startswith("recompute_order")}
    larger, carried = rows["recompute_order_with_prices"], rows["recompute_order_within_cash"]
    assert (larger.status, carried.status) == ("changed", "stands")
    assert larger.beside == carried.beside != []
    (proposal,) = [row for row in firm.rows(ProposalRow) if row.kind == "purchase_order.create"]
    assert sum(line["quantity"] * line["unit_cost_minor"] for line in proposal.action["lines"]) < 196_000
    assert larger.action is not None
    assert sum(line["quantity"] * line["unit_cost_minor"] for line in larger.action["lines"]) == 196_000
