"""What a person has to bring out of the house: listed, read, ticked and confirmed over HTTP."""

from base64 import b64decode
from datetime import timedelta
from typing import Any

from tests.integration.api.conftest import Town

PATH = "/api/v1/action-items"
PRICE: dict[str, Any] = {
    "kind": "price.update", "sku": "RIGHT", "channel": "shop", "price_minor": 1_010, "currency": "EUR"
}  # fmt: skip


def carried_out(town: Town) -> str:
    """Id of a price change that the owner asked for, once it was carried out."""
    item_id = town.client("owner").post(PATH, json={"action": PRICE}).json()["id"]
    town.office.run_due(town.mine.at(town.mine.now() + timedelta(seconds=90)))
    return item_id


def test_a_price_is_handed_over_as_a_file_and_ticked_once(town: Town) -> None:
    item_id, client = carried_out(town), town.client("owner")
    shown = client.get(f"{PATH}/{item_id}").json()
    assert (shown["left"]["state"], shown["left"]["left"], shown["outside"]["by"]) == ("to_hand_over", 0, "person")
    assert shown["left"]["said"].startswith("recorded here; nothing sent: to be handed over by a person by ")
    assert [item["id"] for item in client.get("/api/v1/hand-overs").json()["items"]] == [item_id]
    (letter,) = client.get(f"{PATH}/{item_id}/letters").json()["letters"]
    (file,) = letter["files"]
    assert (letter["status"], file["name"]) == ("to_hand_over", "price-RIGHT-shop.csv")
    assert b64decode(file["content"]).decode("utf-8-sig").splitlines()[1].startswith("RIGHT,")
    ticked = client.post(f"{PATH}/{item_id}/hand-over").json()
    assert (ticked["left"]["state"], ticked["left"]["by"], ticked["left"]["seen"]) == ("handed_over", "owner", "waits")
    assert client.post(f"{PATH}/{item_id}/hand-over").status_code == 409
    assert client.get("/api/v1/hand-overs").json() == {"items": []}
    assert client.post(f"{PATH}/{item_id}/confirm").json()["left"]["seen"] == "confirmed"


def test_what_has_not_left_cannot_be_confirmed_and_a_stranger_ticks_nothing(town: Town) -> None:
    item_id, client = carried_out(town), town.client("owner")
    assert client.post(f"{PATH}/{item_id}/confirm").status_code == 409
    for verb in ("hand-over", "confirm"):
        assert town.client("stranger").post(f"{PATH}/{item_id}/{verb}").status_code == 404
    assert client.get(f"{PATH}/{item_id}").json()["left"]["state"] == "to_hand_over"


def test_the_letter_is_read_before_the_yes(town: Town) -> None:
    client = town.client("owner")
    made = client.post(PATH, json={"action": PRICE}).json()
    shown = client.get(f"{PATH}/{made['id']}").json()
    assert made["left"] is None
    assert (shown["letter"]["to"], shown["letter"]["files"]) == ("Shop", ["price-RIGHT-shop.csv"])
    assert shown["outside"]["because"] == "no_channel"
