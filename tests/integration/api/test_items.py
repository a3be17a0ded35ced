"""Every answer to an action item is bound to what was seen, by who may, once; a GET decides nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest

from actions.approvals import approve
from actions.items import inbox
from store.tables import BrandRules, Price, PriceHistory
from tests.integration.api.conftest import Client, Town, error_of


def status_of(client: Client, item_id: str) -> str:
    return client.get(f"/api/v1/action-items/{item_id}").json()["status"]


def test_an_item_shows_all_that_an_answer_needs(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    shown = client.get(f"/api/v1/action-items/{item['id']}")
    assert shown.headers["ETag"] == f'"{item["etag"]}"'
    document = shown.json()
    assert document["diff"] and document["undo"] and document["receipts"] and document["policies"] and document["facts"]
    assert (
        client.get(f"/api/v1/action-items/{item['id']}", headers={"If-None-Match": shown.headers["ETag"]}).status_code
        == 304
    )
    receipt = client.get(f"/api/v1/receipts/{document['receipts'][0]['id']}").json()
    assert receipt["tool"] == document["receipts"][0]["tool"]
    code = next(iter(document["figures"].values()))
    assert client.get(f"/api/v1/figures/{code}").json()["rows_total"] > 0


def test_an_item_and_its_numbers_are_read_in_either_language(town: Town) -> None:
    client = town.client("operator")
    path = f"/api/v1/action-items/{client.first_item()['id']}"
    english, german = (client.get(f"{path}?lang={language}").json() for language in ("en", "de"))
    assert client.get(path).json() == english
    assert [[change["field"] for change in document["diff"]] for document in (english, german)] == [
        ["price", "margin"], ["Preis", "Marge"]
    ]  # fmt: skip
    assert (english["undo"][:11], german["undo"][:11]) == ("`undo` puts", "`undo` setz")
    assert english["blast_radius"].startswith("one product, ") and german["blast_radius"].startswith("ein Produkt, ")
    assert " to " in english["expected"] and " bis " in german["expected"]
    assert german["title"] != english["title"] and "setzen" in german["title"]
    assert english["figures"] == german["figures"] and english["etag"] == german["etag"]
    code = next(iter(english["figures"].values()))
    shown = [client.get(f"/api/v1/figures/{code}?lang={language}").json() for language in ("en", "de")]
    assert shown[0]["rendered"] != shown[1]["rendered"] and shown[0]["beside"].keys() == shown[1]["beside"].keys()
    for inbox_path in ("/api/v1/inbox", "/api/v1/action-items"):
        assert german["title"] in {item["title"] for item in client.get(f"{inbox_path}?lang=de").json()["data"]}
    with town.office.database.begin(town.mine) as session:
        session.add(BrandRules(version=3, author="t", reason="t", created_at=town.mine.now(), language="de"))
    assert client.get(path).json()["undo"] == german["undo"]


def test_why_an_item_is_where_it_is_is_said_in_either_language(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    client.post(f"/api/v1/action-items/{item}/approve", headers=client.seen(item))
    reasons = [client.get(f"/api/v1/action-items/{item}?lang={lang}").json()["status_reason"] for lang in ("en", "de")]
    assert reasons == ["approved by operator", "freigegeben von operator"]


def test_an_approval_waits_for_the_undo_delay_and_is_spent_once(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    seen = client.seen(item)
    answer = client.post(f"/api/v1/action-items/{item}/approve", headers=seen)
    assert answer.json()["status"] == "approved"
    assert answer.json()["carried_out_from"] > answer.json()["created_at"]
    assert town.office.run_due(town.mine) == []
    error = error_of(client.post(f"/api/v1/action-items/{item}/approve", headers=seen), 412)
    assert "approved" in error["message"]
    later = town.mine.at(town.mine.now() + timedelta(seconds=90))
    town.office.run_due(later)
    assert status_of(client, item) == "done"


def test_an_approval_can_be_taken_back_meanwhile(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    approved = client.post(f"/api/v1/action-items/{item}/approve", headers=client.seen(item))
    undone = client.post(f"/api/v1/action-items/{item}/undo", headers={"If-Match": approved.headers["ETag"]})
    assert undone.json()["status"] == "rejected"


def test_what_moved_since_it_was_shown_is_told_and_nothing_is_approved(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    seen = client.seen(item)
    now = town.mine.now()
    with town.office.database.begin(town.mine) as session:  # somebody else charges more meanwhile
        for price in session.query(Price).all():
            dated = {"valid_from": now, "known_at": now, "source": "observed", "currency": price.currency}
            session.add(PriceHistory(price_id=price.id, amount_minor=price.amount_minor + 70, **dated))
            price.amount_minor += 70
    error = error_of(client.post(f"/api/v1/action-items/{item}/approve", headers=seen), 409)
    assert "price before" in error["message"]
    assert error["details"]["written"] is True
    assert status_of(client, item) in ("proposed", "superseded")
    error_of(client.post(f"/api/v1/action-items/{item}/approve", headers=seen), 412)


def test_an_answer_without_the_tag_of_what_was_seen_is_refused(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    for verb, body in (("approve", None), ("reject", {"reason": "no"}), ("undo", None)):
        error_of(client.post(f"/api/v1/action-items/{item}/{verb}", json=body), 428)
    for tag in ('"1-0"', "*", 'W/"x"', '"999999999999-x"', '"-5-x"'):
        error_of(client.post(f"/api/v1/action-items/{item}/approve", headers={"If-Match": tag}), 412)
    assert status_of(client, item) == "proposed"


def test_a_rejection_needs_a_reason_and_keeps_it(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    error_of(client.post(f"/api/v1/action-items/{item}/reject", json={"reason": "  "}, headers=client.seen(item)), 422)
    answer = client.post(
        f"/api/v1/action-items/{item}/reject", json={"reason": "Too close to the launch."}, headers=client.seen(item)
    )
    assert (answer.json()["status"], answer.json()["status_reason"]) == ("rejected", "Too close to the launch.")


def test_what_is_put_off_comes_back_by_itself(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    path, now = f"/api/v1/action-items/{item['id']}/snooze", town.mine.now()
    error_of(client.post(path, json={"until": str(now - timedelta(hours=1))}, headers=client.seen(item["id"])), 422)
    error_of(client.post(path, json={"until": str(now + timedelta(days=99))}, headers=client.seen(item["id"])), 422)
    until = now + timedelta(hours=2)
    answer = client.post(path, json={"until": until.isoformat()}, headers=client.seen(item["id"]))
    assert answer.json()["status"] == "snoozed"
    town.office.run_due(town.mine)
    assert status_of(client, item["id"]) == "snoozed"
    town.office.run_due(town.mine.at(until + timedelta(minutes=1)))
    assert status_of(client, item["id"]) == "proposed"


def test_what_is_put_off_is_no_part_of_the_inbox_until_its_time(town: Town) -> None:
    client = town.client("operator")
    item, until = client.first_item(), town.mine.now() + timedelta(hours=2)
    said = {"until": until.isoformat()}
    client.post(f"/api/v1/action-items/{item['id']}/snooze", json=said, headers=client.seen(item["id"]))

    def listed(path: str) -> list[str]:
        return [line["id"] for line in client.get(f"/api/v1/{path}").json()["data"]]

    assert item["id"] not in listed("inbox") + listed("action-items")
    assert listed("inbox?snoozed=true") == listed("action-items?status=snoozed") == [item["id"]]
    with town.office.database.read(town.mine.at(until + timedelta(minutes=1))) as session:
        assert item["id"] in [str(row.id) for row in inbox(session)], "its time has come, the clockwork has not"


def test_only_amounts_and_dates_are_edited_never_what_an_item_is_about(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    path = f"/api/v1/action-items/{item['id']}"
    shown = client.get(path).json()
    assert shown["editable"] == ["price_minor"]
    other = {"CHEAP": "RIGHT", "RIGHT": "CHEAP"}[shown["action"]["sku"]]
    for changes in (
        {},
        {"sku": other},
        {"channel": "other"},
        {"zone": "x"},
        {"currency": "USD"},
        {"kind": "price.draft"},
        {"brand_id": "x"},
        {"price_minor": -1},
        {"price_minor": True},
        {"price_minor": None},
        {"price_minor": [1]},
        {"price_minor": shown["action"]["price_minor"]},
    ):
        error_of(client.patch(path, json={"changes": changes}, headers=client.seen(item["id"])), 422)
    assert status_of(client, item["id"]) == "proposed"


def edited(client: Client, by: int = 10) -> tuple[dict[str, Any], dict[str, Any]]:
    """An item of the inbox, and the one that an edit made of it: so many cents less."""
    item = client.first_item()
    path = f"/api/v1/action-items/{item['id']}"
    wanted = client.get(path).json()["action"]["price_minor"] - by
    changed = {"changes": {"price_minor": wanted}, "reason": "A rounder price."}
    answer = client.patch(path, json=changed, headers=client.seen(item["id"]))
    assert answer.status_code == 200, answer.text
    return item, answer.json()


def test_an_edit_waits_for_a_yes_and_the_editors_own_will_do(town: Town) -> None:
    client = town.client("operator")
    item, new = edited(client)
    assert new["replaces"] == new["edited_from"] == item["id"] != new["id"]
    assert (new["status"], new["verdict"], new["carried_out_from"]) == ("proposed", "allow", None)
    assert status_of(client, item["id"]) == "superseded"
    later = town.mine.at(town.mine.now() + timedelta(minutes=5))
    town.office.run_due(later)
    assert status_of(client, new["id"]) == "proposed", "an edit is no approval"
    path = f"/api/v1/action-items/{new['id']}"
    assert client.post(f"{path}/approve", headers=client.seen(new["id"])).json()["status"] == "approved"
    town.office.run_due(town.mine.at(town.mine.now() + timedelta(seconds=90)))
    shown = client.get(path).json()
    assert (shown["status"], [approval["by"] for approval in shown["approvals"]]) == ("done", ["person:operator"])


def test_beyond_a_gate_the_editors_own_yes_will_not_do(town: Town) -> None:
    with town.office.database.begin(town.mine) as session:
        gate = {"max_price_change_bps_per_day": 800, "owner_gate_minor": 1}
        session.add(BrandRules(version=3, author="t", reason="t", created_at=town.mine.now(), **gate))
    client, owner = town.client("operator"), town.client("owner")
    _, new = edited(client)
    assert new["gates"] == ["owner"]
    path = f"/api/v1/action-items/{new['id']}/approve"
    error_of(client.post(path, headers=client.seen(new["id"])), 403)
    assert owner.post(path, headers=owner.seen(new["id"])).json()["status"] == "approved"


def test_the_promise_of_an_edited_price_is_recomputed_for_it(town: Town) -> None:
    client = town.client("operator")
    item, new = edited(client)
    assert new["predicted"] is not None
    assert new["predicted"]["value"] != item["predicted"]["value"]
    assert new["predicted"]["horizon_days"] == item["predicted"]["horizon_days"]
    (receipt,) = client.get(f"/api/v1/action-items/{new['id']}").json()["receipts"]
    receipt_document = client.get(f"/api/v1/receipts/{receipt['id']}").json()
    assert (receipt_document["tool"], receipt_document["result"]["profit_change"]["value"]) == (
        "price_forecast",
        new["predicted"]["value"],
    )


def test_an_edit_that_the_guardrails_deny_leaves_the_item_as_it_was(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    path, before = f"/api/v1/action-items/{item['id']}", client.get("/api/v1/inbox").json()
    for price in (1, 10, 10**9):
        error = error_of(
            client.patch(path, json={"changes": {"price_minor": price}}, headers=client.seen(item["id"])), 422
        )
        assert (error["code"], error["details"]["written"]) == ("edit_denied", False)
        assert error["details"]["reasons"] and error["details"]["policies"]
    assert client.get("/api/v1/inbox").json() == before
    closed = client.get("/api/v1/action-items", params={"status": ["denied", "superseded"]}).json()["data"]
    assert closed == []
    assert client.post(f"{path}/approve", headers=client.seen(item["id"])).json()["status"] == "approved"


def test_an_edit_comes_too_late_for_what_was_answered_or_seen_otherwise(town: Town) -> None:
    client, stranger = town.client("operator"), town.client("stranger")
    item, new = edited(client)
    path, said = f"/api/v1/action-items/{item['id']}", {"changes": {"price_minor": 1010}}
    error_of(client.patch(path, json=said, headers={"If-Match": f'"{item["etag"]}"'}), 412)
    error_of(client.patch(path, json=said, headers=client.seen(item["id"])), 409)
    error_of(client.patch(path, json=said), 428)
    error_of(stranger.patch(path, json=said, headers={"If-Match": f'"{new["etag"]}"'}), 404)


def test_a_losing_price_says_how_far_below_its_cost_it_is(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    error = error_of(
        client.patch(
            f"/api/v1/action-items/{item['id']}", json={"changes": {"price_minor": 1}}, headers=client.seen(item["id"])
        ),
        422,
    )
    assert "-100.0 %" not in error["message"]
    assert re.search(r"margin would be -\d{2,},\d{3}", error["message"])


def test_what_is_agreed_to_is_not_adopted_again_before_it_is_carried_out(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    client.post(f"/api/v1/action-items/{item['id']}/approve", headers=client.seen(item["id"]))
    held = client.get(f"/api/v1/meetings/{town.meet()}").json()
    assert item["subject"] not in [line["subject"] for line in held["action_items"]]
    assert any("approved already" in reason for _, reason in held["left_out"])
    assert item["subject"] not in [line["subject"] for line in client.get("/api/v1/inbox").json()["data"]]
    town.office.run_due(town.mine.at(town.mine.now() + timedelta(seconds=90)))
    assert status_of(client, item["id"]) == "done"


def test_what_a_person_put_off_is_not_replaced_by_the_next_meeting(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    until = (town.mine.now() + timedelta(hours=3)).isoformat()
    path = f"/api/v1/action-items/{item['id']}/snooze"
    assert client.post(path, json={"until": until}, headers=client.seen(item["id"])).status_code == 200
    held = client.get(f"/api/v1/meetings/{town.meet()}").json()
    assert item["subject"] not in [line["subject"] for line in held["action_items"]]
    assert any("somebody put it off" in reason for _, reason in held["left_out"])
    assert status_of(client, item["id"]) == "snoozed"


def test_what_a_person_asked_for_in_other_amounts_is_not_replaced_by_the_next_meeting(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    path = f"/api/v1/action-items/{item['id']}"
    changes = {"price_minor": client.get(path).json()["action"]["price_minor"] - 1}
    edited = client.patch(path, json={"changes": changes}, headers=client.seen(item["id"])).json()
    held = client.get(f"/api/v1/meetings/{town.meet()}").json()
    assert item["subject"] not in [line["subject"] for line in held["action_items"]]
    assert any("in other amounts" in reason for _, reason in held["left_out"])
    assert status_of(client, edited["id"]) == "proposed"


QUESTIONS = {
    "asdf": "do not understand",
    "How sure are you?": "In 80 % of such cases",
    "What happens if demand does not react?": "If just as much is sold",
    "Welche Marge bleibt danach?": "Marge danach",
    "Wie sicher bist du dir?": "In 80 % solcher Fälle",
    "Was passiert, wenn die Nachfrage nicht reagiert?": "Wird genauso viel verkauft",
    "Wie ist das Wetter?": "verstehe ich nicht",
}


@pytest.mark.parametrize(("question", "said"), QUESTIONS.items())
def test_who_asks_back_is_answered_what_was_asked_in_its_language(town: Town, question: str, said: str) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    answer = client.post(f"/api/v1/action-items/{item}/questions", json={"text": question}).json()["answer"]
    assert said in answer["text"], answer["text"]
    assert "{" not in answer["text"]
    if "Marge" in question:
        then = client.get(f"/api/v1/figures/{answer['figures']['margin_then']}").json()
        assert then["path"] == "/margin_then"


def test_who_asks_back_is_answered_with_numbers_that_open(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    said = client.post(f"/api/v1/action-items/{item}/questions", json={"text": "What is the price now?"})
    assert said.status_code == 201, said.text
    answer = said.json()["answer"]
    assert answer["author"] == "agent:pricing_director"
    assert answer["figures"]
    assert client.get(f"/api/v1/figures/{next(iter(answer['figures'].values()))}").status_code == 200
    assert [note["author"] for note in client.get(f"/api/v1/action-items/{item}").json()["notes"]] == [
        "person:operator",
        "agent:pricing_director",
    ]


def test_a_persons_item_is_answered_for_by_that_person(town: Town) -> None:
    operator, owner = town.client("operator"), town.client("owner")
    item = operator.first_item()
    action = operator.get(f"/api/v1/action-items/{item['id']}").json()["action"]
    changed = {"changes": {"price_minor": action["price_minor"] - 10}}
    new = operator.patch(f"/api/v1/action-items/{item['id']}", json=changed, headers=operator.seen(item["id"])).json()
    asked = owner.post(f"/api/v1/action-items/{new['id']}/questions", json={"text": "Why?"}).json()
    assert asked["answer"] is None
    path = f"/api/v1/action-items/{new['id']}/questions/{asked['question']['id']}/answer"
    error_of(owner.post(path, json={"text": "Because."}), 403)
    assert operator.post(path, json={"text": "Because."}).json()["author"] == "person:operator"


def test_an_item_that_somebody_else_answered_is_told_so(town: Town) -> None:
    client = town.client("owner")
    item = client.first_item()["id"]
    seen = client.seen(item)
    approve(town.office.database, town.mine, town.office.engine, item, timedelta(hours=1))
    error = error_of(client.post(f"/api/v1/action-items/{item}/reject", json={"reason": "no"}, headers=seen), 412)
    assert error["details"]["since"] == ["approved (approved by owner)"]


def test_lists_go_on_where_they_ended(town: Town) -> None:
    client = town.client("owner")
    everything = client.get("/api/v1/action-items", params={"status": ["proposed", "superseded"], "limit": 200}).json()[
        "data"
    ]
    paged, cursor = [], None
    while True:
        page = client.get(
            "/api/v1/action-items",
            params={"status": ["proposed", "superseded"], "limit": 1, **({"cursor": cursor} if cursor else {})},
        ).json()
        paged += page["data"]
        cursor = page["metadata"]["next_cursor"]
        if cursor is None:
            break
    assert paged == everything != []
    error_of(client.get("/api/v1/action-items", params={"cursor": "nonsense"}), 404)
