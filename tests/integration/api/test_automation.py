"""Rules, workflows, executions, schedules and notifications over HTTP: bound to what was seen, once, in one's brand."""

from datetime import timedelta
from typing import Any

import pytest

from automation.notifications import Note, notify
from domain.severity import Severity
from store.outbox import emit
from tests.integration.api.conftest import Client, Town, error_of

BASE = "/api/v1/pricing/automation"
RULE = {"name": "tell", "title": "Tell", "module": "pricing", "on": ["trial.happened"],
        "do": [{"kind": "notify", "title": "told {data.n}"}]}  # fmt: skip
FLOW = {"name": "launch", "title": "Launch", "module": "pricing", "steps": [
    {"kind": "do", "name": "tell", "deed": {"kind": "notify", "title": "began"},
     "undo": {"kind": "notify", "title": "called off"}},
    {"kind": "wait", "name": "come", "event": "trial.came", "at_most": "2d"},
    {"kind": "do", "name": "say", "deed": {"kind": "notify", "title": "came"}},
]}  # fmt: skip
BROKEN = {"name": "broken", "title": "Broken", "module": "pricing", "steps": [
    {"kind": "do", "name": "ask", "tries": 1, "deed": {"kind": "propose", "action": {
        "kind": "price.update", "sku": "NONE", "channel": "shop", "price_minor": 1, "currency": "EUR"}}},
]}  # fmt: skip


def put(client: Client, kind: str, document: dict[str, Any], **headers: str) -> Any:
    body = {kind: document, "reason": "a test"}
    return client.put(f"{BASE}/{kind}s/{document['name']}", json=body, headers=headers)


def notification_titles(client: Client) -> list[str]:
    return [notification["title"] for notification in client.get("/api/v1/notifications").json()["data"]][::-1]


def started(town: Town, client: Client, flow: dict[str, Any]) -> str:
    assert put(client, "workflow", flow).status_code == 200
    answer = client.post(f"{BASE}/workflows/{flow['name']}/start", json={"data": {"n": 1}})
    assert answer.status_code == 202, answer.text
    town.office.run_due(town.mine)
    return str(answer.headers["Location"])


@pytest.mark.parametrize(("kind", "document"), [("rule", RULE), ("workflow", FLOW)])
def test_a_definition_is_set_read_changed_in_place_of_what_was_seen_and_rolled_back(
    town: Town, kind: str, document: dict[str, Any]
) -> None:
    client, path = town.client("owner"), f"{BASE}/{kind}s/{document['name']}"
    error_of(client.get(path), 404)
    made = put(client, kind, document)
    assert made.status_code == 200, made.text
    assert client.get(path).headers["ETag"] == made.headers["ETag"]
    assert client.get(path).json()["document"]["title"] == document["title"]
    changed = put(client, kind, {**document, "title": "Another"}, **{"If-Match": made.headers["ETag"]})
    assert changed.json()["version"] == 2
    error_of(put(client, kind, {**document, "title": "Third"}, **{"If-Match": made.headers["ETag"]}), 412)
    error_of(put(client, kind, {**document, "title": "Another"}), 409)  # says so already
    back = client.post(f"{path}/rollback", json={"reason": "it was better"})
    assert (back.json()["version"], back.json()["title"]) == (3, document["title"])
    history = client.get(f"{path}/history").json()["data"]
    assert [version["version"] for version in history] == [1, 2, 3]
    assert history[1]["changes"] == [{"field": "title", "before": document["title"], "after": "Another"}]
    error_of(client.get(path.replace("pricing", "stands")), 404)  # of another part of the business
    assert [definition["name"] for definition in client.get(f"{BASE}/{kind}s").json()["data"]] == [document["name"]]
    assert client.post(f"{path}/remove", json={"reason": "over"}).status_code == 204
    error_of(client.get(path), 404)
    assert client.get(f"{BASE}/{kind}s").json()["data"] == []


@pytest.mark.parametrize(("kind", "document"), [("rule", RULE), ("workflow", FLOW)])
@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"title": "x" * 201}, {"title": "\x00"}, {"name": "other"}, {"module": "stands"},
        {"module": "nonsense"}, {"more": 1}, {"do": [], "steps": []},
        {"title": "{data." + "x" * 150 + "}", "do": [{}] * 11, "steps": [{}] * 51},
    ],
)  # fmt: skip
def test_a_malformed_definition_is_refused_and_nothing_is_set(
    town: Town, kind: str, document: dict[str, Any], wrong: dict[str, Any]
) -> None:
    client = town.client("owner")
    body = {kind: {**document, **wrong}, "reason": "a test"}
    error_of(client.put(f"{BASE}/{kind}s/{document['name']}", json=body), 422)
    error_of(client.put(f"{BASE}/{kind}s/{document['name']}", json={kind: document, "reason": " "}), 422)
    error_of(client.put(f"{BASE}/{kind}s/{document['name']}", json={}), 422)
    assert client.get(f"{BASE}/{kind}s").json()["data"] == []


def test_who_may_not_set_rules_is_refused(town: Town) -> None:
    error_of(put(town.client("operator"), "rule", RULE), 403)
    error_of(put(town.client("operator"), "workflow", FLOW), 403)
    assert put(town.client("owner"), "workflow", FLOW).status_code == 200
    theirs = town.client("stranger")
    error_of(theirs.get(f"{BASE}/workflows/launch"), 404)
    error_of(theirs.post(f"{BASE}/workflows/launch/start", json={}), 404)


def test_an_execution_is_watched_to_its_end_with_every_attempt(town: Town) -> None:
    client = town.client("owner")
    path = started(town, client, FLOW)
    shown = client.get(path)
    assert (shown.json()["status"], shown.json()["waits_for"]) == ("waiting", "trial.came")
    assert shown.headers["ETag"] == f'"{shown.json()["etag"]}"'
    assert [(attempt["step"], attempt["outcome"]) for attempt in shown.json()["attempts"]] == [
        ("", "met"), ("tell", "done"), ("come", "waits"),
    ]  # fmt: skip
    with town.office.database.begin(town.mine) as session:
        emit(session, "trial.came", "S", {})
    town.office.run_due(town.mine)
    assert client.get(path).json()["status"] == "done"
    assert client.get(path).headers["ETag"] != shown.headers["ETag"]
    assert notification_titles(client) == ["began", "came"]
    error_of(town.client("stranger").get(path), 404)
    error_of(client.get(path.replace("pricing", "stands")), 404)


def test_an_execution_that_is_called_off_compensates_what_it_did(town: Town) -> None:
    client = town.client("owner")
    path = started(town, client, FLOW)
    seen = {"If-Match": client.get(path).headers["ETag"]}
    said = {"reason": "The launch is off."}
    assert error_of(client.post(f"{path}/cancel", json=said), 428)["code"] == "precondition_required"
    error_of(client.post(f"{path}/cancel", json=said, headers={"If-Match": '"stale"'}), 412)
    error_of(client.post(f"{path}/cancel", json={"reason": " "}, headers=seen), 422)
    error_of(client.post(f"{path}/retry", headers=seen), 409)
    keyed = {**seen, "Idempotency-Key": "off"}
    first, again = (client.post(f"{path}/cancel", json=said, headers=keyed) for _ in range(2))
    assert first.status_code == 202, first.text
    assert again.headers["Idempotency-Replayed"] == "true"
    town.office.run_due(town.mine)
    ended = client.get(path).json()
    assert (ended["status"], ended["reason"]) == ("undone", "called off by person:owner: The launch is off.")
    assert notification_titles(client) == ["began", "called off", "The workflow launch failed, and was undone"]
    error_of(client.post(f"{path}/cancel", json=said, headers={"If-Match": f'"{ended["etag"]}"'}), 409)


def test_an_execution_that_failed_is_begun_again_once_by_what_holds_now(town: Town) -> None:
    client = town.client("owner")
    path = started(town, client, BROKEN)
    failed = client.get(path)
    assert failed.json()["status"] == "failed"
    mended = {**BROKEN, "steps": [{"kind": "do", "name": "say", "deed": {"kind": "notify", "title": "n is {data.n}"}}]}
    assert put(client, "workflow", mended).status_code == 200
    seen = {"If-Match": failed.headers["ETag"]}
    error_of(client.post(f"{path}/retry"), 428)
    again = client.post(f"{path}/retry", headers=seen)
    assert again.status_code == 202, again.text
    assert again.headers["Location"] != path
    town.office.run_due(town.mine)
    assert client.get(again.headers["Location"]).json()["status"] == "done"
    assert notification_titles(client)[-1] == "n is 1"
    error_of(client.post(f"{path}/retry", headers=seen), 409)


def test_executions_are_listed_in_pages_by_status_and_name(town: Town) -> None:
    client = town.client("owner")
    put(client, "rule", RULE)
    for number in range(3):
        with town.office.database.begin(town.mine) as session:
            emit(session, "trial.happened", "S", {"n": number})
    town.office.run_due(town.mine)
    started(town, client, BROKEN)
    everything = client.get(f"{BASE}/executions").json()["data"]
    assert [execution["name"] for execution in everything] == ["broken", "tell", "tell", "tell"]
    paged, cursor = [], None
    while True:
        page = client.get(f"{BASE}/executions", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        paged += page["data"]
        cursor = page["metadata"]["next_cursor"]
        if cursor is None:
            break
    assert paged == everything
    failed = client.get(f"{BASE}/executions", params={"status": "failed"}).json()["data"]
    assert [execution["name"] for execution in failed] == ["broken"]
    assert len(client.get(f"{BASE}/executions", params={"name": "tell"}).json()["data"]) == 3
    assert client.get("/api/v1/stands/automation/executions").json()["data"] == []
    error_of(client.get(f"{BASE}/executions", params={"cursor": "nonsense"}), 404)
    error_of(client.get(f"{BASE}/executions", params={"limit": 0}), 422)
    assert town.client("stranger").get(f"{BASE}/executions").json()["data"] == []


def test_a_schedule_says_when_it_is_next_and_is_paused_as_it_was_seen(town: Town) -> None:
    client = town.client("owner")
    timed = {"name": "mornings", "title": "Mornings", "module": "pricing", "at": {"cron": "0 7 * * 1-5"},
             "do": [{"kind": "notify", "title": "Good morning"}]}  # fmt: skip
    assert put(client, "rule", timed).status_code == 200
    (line,) = client.get(f"{BASE}/schedules").json()["data"]
    assert (line["kind"], line["at"], line["paused"]) == ("rule", "0 7 * * 1-5", False)
    path = f"{BASE}/schedules/mornings"
    seen = {"If-Match": client.get(path).headers["ETag"]}
    error_of(client.post(f"{path}/pause", json={"reason": "holidays"}), 428)
    paused = client.post(f"{path}/pause", json={"reason": "holidays"}, headers=seen)
    assert (paused.json()["paused"], paused.json()["next"]) == (True, None)
    error_of(client.post(f"{path}/resume", json={"reason": "back"}, headers=seen), 412)
    back = client.post(f"{path}/resume", json={"reason": "back"}, headers={"If-Match": paused.headers["ETag"]})
    assert back.json()["next"] is not None
    office = client.get("/api/v1/virtual-office/automation/schedules").json()["data"]
    assert "weekly-trading-review" in [schedule["name"] for schedule in office]
    meeting = client.get("/api/v1/virtual-office/automation/schedules/weekly-trading-review")
    resumed = client.post(
        "/api/v1/virtual-office/automation/schedules/weekly-trading-review/"
        + ("resume" if meeting.json()["paused"] else "pause"),
        json={"reason": "the other way"}, headers={"If-Match": meeting.headers["ETag"]},
    )  # fmt: skip
    assert resumed.json()["paused"] is not meeting.json()["paused"]
    error_of(client.get(f"{BASE}/schedules/weekly-trading-review"), 404)
    error_of(town.client("operator").post(f"{path}/pause", json={"reason": "x"}, headers={"If-Match":
             back.headers["ETag"]}), 403)  # fmt: skip


def test_notifications_are_read_once_each_by_whom_they_are_for(town: Town) -> None:
    with town.office.database.begin(town.mine) as session:
        for number in range(3):
            notify(session, Note(f"k{number}", Severity.INFO, "brand", f"note {number}", "a test"))
    client = town.client("owner")
    (newest, *_) = client.get("/api/v1/notifications", params={"unread": True}).json()["data"]
    read = f"/api/v1/notifications/{newest['id']}/read"
    first, again = (client.post(read, headers={"Idempotency-Key": "r"}) for _ in range(2))
    assert first.json() == again.json() == {"read": 1, "unread": 2}
    assert client.post(read).json() == {"read": 0, "unread": 2}
    error_of(town.client("stranger").post(read), 404)
    error_of(client.post("/api/v1/notifications/not-an-id/read"), 422)
    assert client.post("/api/v1/notifications/read").json() == {"read": 3 - 1, "unread": 0}
    assert client.get("/api/v1/notifications", params={"unread": True}).json()["data"] == []
    assert len(town.client("operator").get("/api/v1/notifications", params={"unread": True}).json()["data"]) == 3


def test_a_dry_run_looks_at_the_past_and_writes_nothing(town: Town) -> None:
    client = town.client("owner")
    put(client, "rule", RULE)
    with town.office.database.begin(town.mine) as session:
        emit(session, "trial.happened", "S", {"n": 7})
    since = (town.mine.now() - timedelta(hours=1)).isoformat()
    dry_run = client.post(f"{BASE}/rules/tell/test", json={"since": since}).json()
    assert (dry_run["would_act"], dry_run["written"]) == (1, False)
    assert dry_run["events"][0]["does"] == ["notify to everybody: told 7"]
    assert notification_titles(client) == []
    error_of(client.post(f"{BASE}/rules/tell/test", json={"since": "2999-01-01T00:00:00Z"}), 422)
    error_of(client.post(f"{BASE}/rules/tell/test", json={"since": "yesterday"}), 422)
