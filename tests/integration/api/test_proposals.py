"""A person asks for an action of any kind over HTTP: it is judged, and carried out after the undo delay."""

from datetime import timedelta
from typing import Any

import pytest

from domain.action import ACTION_KINDS
from store.tables import Price, PriceHistory
from tests.integration.api.conftest import Town, error_of

PATH = "/api/v1/action-items"
PRICE: dict[str, Any] = {
    "kind": "price.update", "sku": "RIGHT", "channel": "shop", "price_minor": 1_010, "currency": "EUR"
}  # fmt: skip


def test_what_the_guardrails_allow_happens_after_the_undo_delay(town: Town) -> None:
    client = town.client("owner")
    answer = client.post(PATH, json={"action": PRICE, "reason": "A rounder price."})
    assert answer.status_code == 201, answer.text
    item = answer.json()
    assert answer.headers["Location"] == f"{PATH}/{item['id']}"
    assert (item["kind"], item["status"], item["agent"], item["predicted"]) == (
        "price.update", "approved", "owner", None
    )  # fmt: skip
    assert item["carried_out_from"] > item["created_at"]
    assert item["list_title"] == {"en": "New price for RIGHT in Shop", "de": "Neuer Preis für RIGHT in Shop"}
    town.office.run_due(town.mine.at(town.mine.now() + timedelta(seconds=90)))
    shown = client.get(answer.headers["Location"]).json()
    assert (shown["status"], shown["rationale"]) == ("done", "A rounder price.")
    assert shown["outside"]["what"] == "price"
    assert "learn it from you" in shown["outside"]["today"]["en"]


def test_what_they_forbid_is_denied_with_its_rules(town: Town) -> None:
    item = town.client("owner").post(PATH, json={"action": {**PRICE, "price_minor": 1_900}}).json()
    assert (item["status"], item["verdict"]) == ("denied", "deny")
    assert "breaks the limit" in item["status_reason"]


def test_under_a_key_it_is_asked_for_once(town: Town) -> None:
    client = town.client("owner")
    first, again = (client.post(PATH, json={"action": PRICE}, headers={"Idempotency-Key": "price"}) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    error_of(client.post(PATH, json={"action": PRICE}), 409)


@pytest.mark.parametrize(
    ("action", "status", "named"),
    [
        ({**PRICE, "sku": "NONE"}, 404, "NONE"),
        ({**PRICE, "currency": "JPY"}, 422, "priced in EUR"),
        ({**PRICE, "price_minor": 0}, 422, "price_minor"),
        ({**PRICE, "price_minor": "cheap"}, 422, "price_minor"),
        ({**PRICE, "sku": "A\x00"}, 422, "sku"),
        ({**PRICE, "colour": "red"}, 422, "colour"),
        (
            {"kind": "promo.schedule", "sku": "RIGHT", "channels": ["shop"], "first_day": "9999-12-31",
             "last_day": "9999-12-31", "off_bps": 100, "currency": "EUR"},
            422, "first_day",
        ),
        ({**PRICE, "kind": "price.giveaway"}, 422, "price.giveaway"),
        ({name: value for name, value in PRICE.items() if name != "channel"}, 422, "channel"),
        ({name: value for name, value in PRICE.items() if name != "kind"}, 422, "kind"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_named(town: Town, action: dict[str, Any], status: int, named: str) -> None:
    error = error_of(town.client("owner").post(PATH, json={"action": action}), status)
    assert named in error["message"]
    assert error["details"]["written"] is False


@pytest.mark.parametrize("before", [1, 2**53 - 1])
def test_a_price_without_measure_is_judged_and_not_a_fault(town: Town, before: int) -> None:
    now = town.mine.now()
    with town.office.database.begin(town.mine) as session:
        for price in session.query(Price).all():
            dated = {"valid_from": now, "known_at": now, "source": "observed", "currency": price.currency}
            session.add(PriceHistory(price_id=price.id, amount_minor=before, **dated))
            price.amount_minor = before
    for price in (2, 2**53):
        item = town.client("owner").post(PATH, json={"action": {**PRICE, "price_minor": price}}).json()
        assert item["status"] == "denied", item


def test_the_document_has_a_schema_for_every_kind(town: Town) -> None:
    document = town.client().get("/api/v1/openapi.json").json()
    body = document["components"]["schemas"]["Wanted"]["properties"]["action"]
    by_kind = body["discriminator"]["mapping"]
    assert set(by_kind) == set(ACTION_KINDS)
    for name, kind in ACTION_KINDS.items():
        schema = document["components"]["schemas"][by_kind[name].rpartition("/")[2]]
        assert set(schema["properties"]) == set(kind.parameters.model_fields)
        assert schema["additionalProperties"] is False
        assert "kind" in schema["required"]
