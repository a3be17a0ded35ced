"""Units that the warehouse needs are not taken to stands, and no message sells a product that is out of stock."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bootstrap.office import Office
from connectors.feed import deliver
from domain.context import Context
from settings import Settings
from store.database import Database
from store.tables import ActionItem, ChallengeRow, Channel, Order, Product, ProposalRow, Receipt, SalesFact
from tests.integration.crm_brand import plant_customers, wrote_to
from tests.integration.stand_brand import PlantedStand, plant_stands
from tests.integration.stocked_brand import WEEKLY, keep_in_stock
from tests.integration.virtual_office.conftest import Firm

DAY = timedelta(days=1)
STANDS = [PlantedStand(f"S{number}", weekly=42, held=50) for number in range(4)]
SHOP_LEAVES, STAND_LEAVES = 1_100, 500
"""Euro cents that a unit of the product leaves in the shop, and at a stand."""


def put(firm: Firm, document: dict[str, Any], kind: str) -> tuple[ProposalRow, ChallengeRow]:
    """The one proposal of a kind, and its one challenge."""
    assert document["status"] == "done"
    (proposal,) = [row for row in firm.rows(ProposalRow) if row.kind == kind]
    (challenge,) = [row for row in firm.rows(ChallengeRow) if row.proposal_id == proposal.id]
    assert challenge.agent == "inventory_forecaster"
    return proposal, challenge


def items(firm: Firm, kind: str) -> list[ActionItem]:
    return [row for row in firm.rows(ActionItem) if row.kind == kind]


@pytest.fixture
def drive(database: Database, new_brand: Callable[..., Context], tmp_path: Path) -> Callable[..., Firm]:
    """Stands that run low, of a product that the brand's own shop sells too: so much of it is in the warehouse."""

    def make(on_hand: int, stand_leaves: int = STAND_LEAVES, supplied: bool = True) -> Firm:
        owner = new_brand()
        plant_stands(database, owner, STANDS, warehouse=0 if supplied else on_hand, margin_minor=stand_leaves)
        with database.begin(owner) as session:
            shop = Channel(code="shop", title="Shop", prices_include_vat=False, known_at=owner.now() - 900 * DAY)
            session.add(shop)
            session.flush()
            (product,) = session.scalars(select(Product)).all()
            today = owner.now().replace(hour=0, minute=0, second=0, microsecond=0)
            session.add_all(
                SalesFact(product_id=product.id, channel_id=shop.id, period_start=today - 7 * back * DAY, period_days=7,
                          units=WEEKLY, unit_price_minor=400 + SHOP_LEAVES, currency="EUR",
                          known_at=today - 7 * (back - 1) * DAY)
                for back in range(1, 13)
            )  # fmt: skip
        if supplied:
            keep_in_stock(database, owner, {"A": on_hand})
        return Firm(Office(Settings(home=tmp_path), database), owner, owner)

    return make


def meet_about_stands(firm: Firm) -> tuple[ProposalRow, ChallengeRow]:
    return put(firm, firm.meet(agents=("inventory_forecaster", "stand_coach")), "stand.refill")


def test_with_enough_in_the_warehouse_the_trip_stands(drive: Callable[..., Firm]) -> None:
    firm = drive(5_000)
    proposal, challenge = meet_about_stands(firm)
    assert (challenge.status, challenge.action) == ("stands", None)
    (item,) = items(firm, "stand.refill")
    assert (item.action, item.dissent) == (proposal.action, [])


def test_goods_that_earn_more_in_the_shop_are_not_driven_to_stands(drive: Callable[..., Firm]) -> None:
    """330 units for three weeks of 120: each that goes is missing in the shop, where it leaves more than twice."""
    firm = drive(330)
    proposal, challenge = meet_about_stands(firm)
    taken = sum(line["quantity"] for line in proposal.action["lines"])
    assert proposal.expected_minor > 0, "by itself the trip pays"
    assert (challenge.status, challenge.expected_minor, challenge.action) == ("changed", 0, None)
    assert items(firm, "stand.refill") == []
    (receipt,) = [row for row in firm.rows(Receipt) if row.id == challenge.receipt_id]
    cells = receipt.result["cells"]
    assert cells["units_before"]["value"] == taken
    assert 0 < cells["missed"]["value"] <= taken * SHOP_LEAVES


def test_goods_that_earn_more_at_stands_are_driven_and_what_the_shop_misses_is_counted(
    drive: Callable[..., Firm],
) -> None:
    firm = drive(330, stand_leaves=4_000)
    proposal, challenge = meet_about_stands(firm)
    assert challenge.status == "changed"
    assert challenge.prediction is not None
    (receipt,) = [row for row in firm.rows(Receipt) if row.id == challenge.receipt_id]
    missed = receipt.result["cells"]["still"]["value"]
    net = challenge.prediction
    assert 0 < missed <= net["value"] + missed <= proposal.prediction["value"], (
        "less is brought, and less is left of it"
    )
    assert challenge.expected_minor == net["value"] == receipt.result["value"]["value"], "one figure, by one receipt"
    assert net["low"] <= net["value"] <= net["high"]
    (item,) = items(firm, "stand.refill")
    assert (item.action, item.prediction) == (challenge.action, net), "what the chair weighs is what is promised"
    assert item.action["missed_elsewhere_minor"] == missed
    assert sum(line["quantity"] for line in item.action["lines"]) <= sum(
        line["quantity"] for line in proposal.action["lines"]
    )
    assert item.dissent[0].startswith("Inventory Forecaster: Until suppliers can bring more, other channels would miss")
    assert "operator" in item.verdict["gates"]


def test_without_a_supplier_nobody_knows_what_the_shop_would_miss(drive: Callable[..., Firm]) -> None:
    firm = drive(330, supplied=False)
    _, challenge = meet_about_stands(firm)
    assert challenge.status == "abstained"
    assert "supplied" in challenge.text
    assert len(items(firm, "stand.refill")) == 1


@pytest.fixture
def write(database: Database, new_brand: Callable[..., Context], tmp_path: Path) -> Callable[..., Firm]:
    """Customers at risk who come back when written to, all of whom buy the one product, of which so much is there."""

    def make(on_hand: int, with_lines: bool = True) -> Firm:
        owner = new_brand()
        plant_customers(database, owner)
        segments = {"A": "champions", "B": "at_risk", "C": "lost"}
        shares = {"B": (0.16, 0.04), "A": (0.4, 0.4), "C": (0.01, 0.01)}
        wrote_to(database, owner, "spring", shares, segment_of=segments)
        if with_lines:
            with database.read(owner) as session:
                orders = session.execute(select(Order.number, Order.total_minor)).all()
            lines = [
                {"order": number, "line": 1, "sku": "A", "quantity": 1, "amount": f"{total / 100:.2f}"}
                for number, total in orders
            ]
            deliver(owner, database, "shop", {"order_lines": lines})
        keep_in_stock(database, owner, {"A": on_hand})
        return Firm(Office(Settings(home=tmp_path), database), owner, owner)

    return make


def meet_about_customers(firm: Firm) -> tuple[ProposalRow, ChallengeRow]:
    return put(firm, firm.meet(agents=("crm_manager", "inventory_forecaster")), "segment.message")


def test_with_goods_on_the_shelf_the_message_stands(write: Callable[..., Firm]) -> None:
    firm = write(5_000)
    proposal, challenge = meet_about_customers(firm)
    assert challenge.status == "stands"
    (item,) = items(firm, "segment.message")
    assert item.prediction == proposal.prediction


def test_a_message_that_would_sell_what_runs_out_is_worth_less(write: Callable[..., Firm]) -> None:
    """150 units for a fortnight of 240: most orders that it brings are for goods which others would have bought."""
    firm = write(150)
    proposal, challenge = meet_about_customers(firm)
    assert challenge.status == "changed"
    assert challenge.expected_minor < 0.5 * proposal.expected_minor
    assert challenge.text.startswith("Of the orders that the message should bring, only {served}")
    for item in items(firm, "segment.message"):
        assert item.prediction == challenge.prediction
        assert item.dissent


def test_where_no_order_says_what_was_bought_it_cannot_be_checked(write: Callable[..., Firm]) -> None:
    firm = write(150, with_lines=False)
    _, challenge = meet_about_customers(firm)
    assert (challenge.status, challenge.text) == (
        "abstained", "Too few orders say which products these customers buy.",
    )  # fmt: skip
