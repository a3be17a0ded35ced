"""Meetings held behind the answer: watched from stored rows, taken part in, gone on with after a kill."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from store.tables import Job, Run
from tests.integration.api.conftest import AT_WILL, PRICING, Client, Town, error_of

MEETINGS = "/api/v1/meetings"


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


def start(client: Client, **more: Any) -> str:
    answer = client.post(MEETINGS, json={"agenda": "Prices", "agents": PRICING, **more})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"{MEETINGS}/{answer.json()['id']}"
    return answer.json()["id"]


@pytest.fixture
def client(town: Town) -> Iterator[Client]:
    yield town.client("owner")


def test_a_meeting_is_held_whoever_watches(town: Town, client: Client) -> None:
    meeting = start(client)
    assert client.get(f"{MEETINGS}/{meeting}").json()["status"] == "running"
    assert [event["kind"] for event in events(client.get(f"{MEETINGS}/{meeting}/events").text)] == ["started"]
    done = town.office.hold_due(town.mine)
    assert [(job.kind, job.ok) for job in done] == [("run.hold", True)]
    record = client.get(f"{MEETINGS}/{meeting}").json()
    assert record["status"] == "done"
    assert [agent["name"] for agent in record["agents"]] == PRICING
    assert record["action_items"]


def test_every_watcher_sees_the_same_and_nothing_twice(town: Town, client: Client) -> None:
    meeting = start(client)
    town.office.hold_due(town.mine)
    path = f"{MEETINGS}/{meeting}/events"
    everything = events(client.get(path).text)
    assert [event["seq"] for event in everything] == list(range(1, len(everything) + 1))
    assert (everything[0]["kind"], everything[-1]["kind"]) == ("started", "finished")
    assert {"held", "progress"} <= {event["kind"] for event in everything}
    assert events(town.client("operator").get(path).text) == everything
    for seen in (1, 5, len(everything) - 1):
        assert events(client.get(path, headers={"Last-Event-ID": str(seen)}).text) == everything[seen:]
    assert client.get(path, headers={"Last-Event-ID": str(len(everything))}).status_code == 204
    for nonsense in ("", "x", "-1", "9" * 30):
        assert events(client.get(path, headers={"Last-Event-ID": nonsense}).text) == everything


def test_minutes_are_read_in_both_languages_and_three_forms(town: Town, client: Client) -> None:
    meeting = client.get(MEETINGS).json()["data"][0]["id"]
    english = client.get(f"{MEETINGS}/{meeting}/minutes").json()
    german = client.get(f"{MEETINGS}/{meeting}/minutes", params={"lang": "de", "form": "md"})
    assert english["minutes"].startswith(english["page"])
    assert german.text.startswith("# Dienstagssitzung")
    assert german.headers["content-type"].startswith("text/markdown")
    pdf = client.get(f"{MEETINGS}/{meeting}/minutes", params={"form": "pdf"})
    assert pdf.content.startswith(b"%PDF-")
    error_of(client.get(f"{MEETINGS}/{meeting}/minutes", params={"lang": "fr"}), 422)
    error_of(client.get(f"{MEETINGS}/{start(client)}/minutes"), 409)


def test_people_take_part_while_it_waits(town: Town, client: Client) -> None:
    meeting = start(client, wait=["challenge"])
    town.office.hold_due(town.mine)
    waiting = client.get(f"{MEETINGS}/{meeting}").json()
    assert (waiting["status"], waiting["waits_after"]) == ("waiting", "challenge")
    proposal = waiting["proposals"][0]
    turns = f"{MEETINGS}/{meeting}/turns"
    asked = client.post(turns, json={"kind": "ask", "text": f"price of {proposal['subject'].split()[0]}"}).json()
    assert asked["figures"]
    struck = client.post(turns, json={"kind": "strike", "proposal": proposal["id"], "text": "Not now."})
    assert struck.status_code == 201, struck.text
    assert client.post(turns, json={"kind": "limit", "limits": {"attention": 2}}).status_code == 201
    for name in ("cash", "stock_money"):  # the command line's `cash=100` is a hundred euros
        error = error_of(client.post(turns, json={"kind": "limit", "limits": {name: 100}}), 422)
        assert f"{name}_minor" in error["message"]
    error_of(client.post(turns, json={"kind": "strike", "text": "Which?"}), 422)
    error_of(client.post(turns, json={"kind": "invite", "text": "somebody"}), 422)
    assert client.post(turns, json={"kind": "go"}).status_code == 201
    town.office.hold_due(town.mine)
    record = client.get(f"{MEETINGS}/{meeting}").json()
    assert record["status"] == "done"
    assert proposal["id"] in [left[0] for left in record["left_out"]]
    kinds = [event["kind"] for event in events(client.get(f"{MEETINGS}/{meeting}/events").text)]
    assert kinds.count("turn") == 4
    assert kinds.index("waiting") < kinds.index("turn") < kinds.index("finished")
    error_of(client.post(turns, json={"kind": "go"}), 409)


def test_an_interrupted_meeting_is_gone_on_with(town: Town, client: Client) -> None:
    meeting = start(client)
    with town.office.database.begin(town.mine) as session:  # as if its process had been killed after five attempts
        for job in session.query(Job).filter(Job.kind == "run.hold"):  # type: ignore[arg-type]
            job.status = "dead"
    assert town.office.hold_due(town.mine) == []
    shown = client.get(f"{MEETINGS}/{meeting}").json()
    assert (shown["status"], shown["held"]) == ("running", False)
    assert client.post(f"{MEETINGS}/{meeting}/resume").status_code == 202
    town.office.hold_due(town.mine)
    assert client.get(f"{MEETINGS}/{meeting}").json()["status"] == "done"
    error_of(client.post(f"{MEETINGS}/{meeting}/resume"), 409)


def test_a_meeting_goes_on_with_the_rights_that_the_person_has_by_now(town: Town, client: Client) -> None:
    from identity.people import UserDirectory

    meeting = start(client)
    people = UserDirectory(town.office.database, town.mine.clock, town.mine.ids)
    owner = people.find("owner")
    assert owner is not None
    people.disable(owner)
    done = town.office.hold_due(town.mine)
    assert [job.ok for job in done] == [False]
    with town.office.database.read(town.mine) as session:
        assert session.query(Run).filter(Run.id == meeting).one().status == "running"  # type: ignore[arg-type]


def test_one_agent_answers_on_its_own_and_nobody_adopts(town: Town, client: Client) -> None:
    before = len(client.get("/api/v1/action-items", params={"limit": 200}).json()["data"])
    asked = client.post("/api/v1/pricing/ai/advice", json={})
    assert asked.status_code == 202, asked.text
    path = asked.headers["Location"]
    assert client.get(path).json()["outcome"] is None
    town.office.hold_due(town.mine)
    record = client.get(path).json()
    assert (record["status"], record["outcome"], record["agent"]) == ("done", "ok", "pricing_director")
    assert record["findings"] and record["receipts"] and record["proposals"] and record["summary"]
    assert events(client.get(f"{path}/events").text)[-1]["kind"] == "finished"
    assert len(client.get("/api/v1/action-items", params={"limit": 200}).json()["data"]) == before
    error_of(client.get(f"{MEETINGS}/{record['id']}"), 404)
    assert record["id"] not in [row["id"] for row in client.get(MEETINGS).json()["data"]]


def test_a_serving_process_holds_it_by_itself(town: Town) -> None:
    from dataclasses import replace

    manners = replace(AT_WILL, background=True, stream_seconds=120.0)
    app = town.app(manners)
    with town.client("owner", app=app) as client:
        meeting = start(client)
        followed = events(client.get(f"{MEETINGS}/{meeting}/events").text)  # follows until it is over
        assert followed[-1]["kind"] == "finished"
        assert [event["seq"] for event in followed] == list(range(1, len(followed) + 1))
        app.state.house.background.stop(30)
    assert 'mhos_jobs_total{kind="run.hold",ok="true"} 1.0' in client.get("/api/v1/metrics").text


def test_money_limits_say_that_they_are_in_minor_units(town: Town, client: Client) -> None:
    meeting = start(client, limits={"cash_minor": 10_000, "stock_money_minor": 500, "attention": 3}, wait=["report"])
    town.office.hold_due(town.mine)
    said = client.get(f"{MEETINGS}/{meeting}").json()["limits"]
    assert said == {"cash_minor": 10_000, "stock_money_minor": 500, "attention": 3}
    limit = {"kind": "limit", "limits": {"cash_minor": 100}}
    assert client.post(f"{MEETINGS}/{meeting}/turns", json=limit).json()["limits"] == {"cash_minor": 100}
    error_of(client.post(MEETINGS, json={"limits": {"cash": 100}}), 422)
