"""A price edited to next to nothing, or to all the money there is, is refused in words, where no forecast holds."""

from pathlib import Path

import pytest

from bootstrap import Office
from bootstrap.people import choose_password
from domain.money import LARGEST_MINOR
from identity.brands import NewBrand
from identity.local import create_local_brand
from identity.open_context import open_context
from settings import Settings
from store.database import Database
from tests.integration.api.conftest import PASSWORD, PRICING, Town, error_of
from tests.integration.priced_brand import Planted, plant

pytestmark = pytest.mark.own_database

STEEP = Planted("STEEP", 2_000_000, 1_000_000, -6.0, weeks=30)


@pytest.fixture
def steep(database: Database, tmp_path: Path) -> Town:
    create_local_brand(database, tmp_path, "owner", NewBrand("mine", "Mine", "EUR"))
    mine = open_context(database, tmp_path, "owner", brand="mine")
    office = Office(Settings(home=tmp_path), database)
    choose_password(office, "operator", PASSWORD)
    plant(database, mine, [STEEP], max_price_change_bps_per_day=800)
    office.meetings.meet(mine, "Prices", PRICING)
    return Town(office, tmp_path, mine, mine)


def test_a_price_edited_beyond_reason_is_denied_and_the_item_stays_as_it_was(steep: Town) -> None:
    client = steep.client("operator")
    item = client.first_item()
    assert item["kind"] == "price.update"
    for price, why in ((1, "margin"), (2, "margin"), (LARGEST_MINOR, "beyond reason: amount")):
        wanted = {"changes": {"price_minor": price}, "reason": "rounder"}
        path = f"/api/v1/action-items/{item['id']}"
        error = error_of(client.patch(path, json=wanted, headers=client.seen(item["id"])), 422)
        assert error["code"] == "edit_denied"
        assert why in error["message"]
    assert client.first_item()["etag"] == item["etag"]


@pytest.mark.parametrize(("price", "why"), [(1, "margin"), (LARGEST_MINOR, "beyond reason: amount")])
def test_a_price_asked_for_beyond_reason_is_denied_with_the_reason(steep: Town, price: int, why: str) -> None:
    action = {"kind": "price.update", "sku": "STEEP", "channel": "shop", "price_minor": price, "currency": "EUR"}
    answer = steep.client("operator").post("/api/v1/action-items", json={"action": action, "reason": "rounder"})
    assert (answer.status_code, answer.json()["status"]) == (201, "denied")
    assert why in answer.json()["status_reason"]


def test_a_day_beyond_reason_is_no_input(steep: Town) -> None:
    days = {"first_day": "9999-12-31", "last_day": "9999-12-31"}
    action = {"kind": "promo.schedule", "sku": "STEEP", "channels": ["shop"], "off_bps": 500, "currency": "EUR", **days}
    answer = steep.client("operator").post("/api/v1/action-items", json={"action": action, "reason": "late"})
    assert error_of(answer, 422)["code"] == "invalid_input"
