"""Every answer to an action item is bound to what was seen, by who may, once; a GET decides nothing."""

from datetime import timedelta

from actions.approvals import approve
from store.tables import Price, PriceHistory
from tests.integration.api.conftest import Client, Town, error_of


def status_of(client: Client, item_id: str) -> str:
    return client.get(f"/api/v1/action-items/{item_id}").json()["status"]


def test_an_item_shows_all_that_an_answer_needs(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    shown = client.get(f"/api/v1/action-items/{item['id']}")
    assert shown.headers["ETag"] == f'"{item["etag"]}"'
    told = shown.json()
    assert told["diff"] and told["undo"] and told["receipts"] and told["policies"] and told["facts"]
    assert (
        client.get(f"/api/v1/action-items/{item['id']}", headers={"If-None-Match": shown.headers["ETag"]}).status_code
        == 304
    )
    receipt = client.get(f"/api/v1/receipts/{told['receipts'][0]['id']}").json()
    assert receipt["tool"] == told["receipts"][0]["tool"]
    code = next(iter(told["figures"].values()))
    assert client.get(f"/api/v1/figures/{code}").json()["rows_total"] > 0


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


def test_an_edit_is_a_new_item_judged_anew_in_place_of_the_old(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    path = f"/api/v1/action-items/{item['id']}"
    action = client.get(path).json()["action"]
    for changes in (
        {},
        {"kind": "price.draft"},
        {"brand_id": "x"},
        {"price_minor": -1},
        {"price_minor": action["price_minor"]},
    ):
        error_of(client.patch(path, json={"changes": changes}, headers=client.seen(item["id"])), 422)
    changed = {"changes": {"price_minor": action["price_minor"] - 10}, "reason": "A rounder price."}
    answer = client.patch(path, json=changed, headers=client.seen(item["id"]))
    assert answer.status_code == 200, answer.text
    new = answer.json()
    assert new["replaces"] == item["id"] != new["id"]
    assert new["predicted"] is None
    assert status_of(client, item["id"]) == "superseded"
    shown = client.get(f"/api/v1/action-items/{new['id']}").json()
    assert shown["action"]["price_minor"] == action["price_minor"] - 10
    assert new["status"] in ("approved", "proposed")
    if new["status"] == "approved":
        assert new["carried_out_from"] is not None


def test_an_edit_beyond_a_hard_rule_is_denied(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()
    answer = client.patch(
        f"/api/v1/action-items/{item['id']}", json={"changes": {"price_minor": 10}}, headers=client.seen(item["id"])
    )
    assert answer.json()["status"] == "denied"


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
    assert error["details"]["since"] == ["approved (approved by person:owner)"]


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
