"""Endpoints, deliveries and jobs over HTTP: a secret told once and stored nowhere, and what failed sent again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlmodel import col
from standardwebhooks.webhooks import Webhook

from bootstrap import Office
from domain.clock import FixedClock
from domain.ids import TimeOrderedIds
from evals.kill.receiver import Receiver
from store.jobs import DEAD, enqueue
from store.outbox import emit
from store.tables import Job
from tests.integration.api.conftest import Client, Town, error_of

BASE = "/api/v1/automation/automation"
HOOKS = f"{BASE}/webhooks"
POST = {"name": "post", "title": "Post", "on": ["trial.happened"], "do": [{"kind": "webhook", "endpoint": "erp"}]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    endpoint = Receiver()
    yield endpoint
    endpoint.close()


@pytest.fixture
def sending(town: Town) -> Town:
    """The town, whose office may send to this machine."""
    settings = town.office.settings.model_copy(update={"webhook_private": True})
    town.office = Office(settings, town.office.database)
    return town


def add(client: Client, url: str, name: str = "erp", **headers: str) -> Any:
    return client.post(HOOKS, json={"name": name, "url": url}, headers=headers)


def seen(client: Client, path: str) -> dict[str, str]:
    return {"If-Match": client.get(path).headers["ETag"]}


def emit_trial(town: Town, n: int = 1) -> None:
    with town.office.database.begin(town.mine) as session:
        emit(session, "trial.happened", "S", {"n": n})


def work(town: Town, **later: float) -> None:
    """Let what is due go out, after some time has passed."""
    clock = FixedClock(datetime.now(UTC) + timedelta(**later))
    town.office.work(replace(town.mine, clock=clock, ids=TimeOrderedIds(clock)))


def everything_stored(town: Town) -> str:
    """All rows of all tables, as PostgreSQL writes them."""
    url = town.office.database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as owner:
        tables = owner.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        return "\n".join(
            str(owner.execute(f'select * from "{name}"').fetchall())  # type: ignore[arg-type]  # names of our own
            for (name,) in tables
        )


def test_a_secret_is_told_once_and_the_database_does_not_hold_it(sending: Town, receiver: Receiver) -> None:
    client = sending.client("owner")
    first, again = (add(client, receiver.url, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.status_code == 201, first.text
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    assert again.json() == {**first.json(), "secret": None}
    assert "secret" not in client.get(first.headers["Location"]).json()
    rotated = client.post(f"{HOOKS}/erp/rotate", headers={**seen(client, f"{HOOKS}/erp"), "Idempotency-Key": "r"})
    assert rotated.json()["secret"] not in (None, secret)
    stored = everything_stored(sending)
    assert "erp" in stored
    for key in (secret, rotated.json()["secret"]):
        assert key not in stored and key.removeprefix("whsec_") not in stored
    client.put(f"{BASE}/rules/post", json={"rule": POST, "reason": "a test"})
    emit_trial(sending)
    work(sending)
    ((message_id, times),) = receiver.received.items()
    assert times == 1
    Webhook(rotated.json()["secret"]).verify(receiver.bodies[message_id], receiver.headers[message_id])


def test_what_another_machines_key_made_is_said_and_not_signed(sending: Town, receiver: Receiver) -> None:
    client = sending.client("owner")
    add(client, receiver.url)
    client.put(f"{BASE}/rules/post", json={"rule": POST, "reason": "a test"})
    emit_trial(sending)
    sending.office = Office(
        sending.office.settings.model_copy(update={"home": sending.home / "elsewhere"}), sending.office.database
    )
    work(sending)
    assert not receiver.received
    (delivery,) = client.get(f"{HOOKS}/erp/deliveries").json()["data"]
    assert "another key" in delivery["last_error"]


def test_an_endpoint_is_changed_as_it_was_seen(sending: Town) -> None:
    client, path = sending.client("owner"), f"{HOOKS}/erp"
    add(client, "https://example.org/hook")
    stale = seen(client, path)
    error_of(client.post(f"{path}/disable"), 428)
    off = client.post(f"{path}/disable", headers=stale)
    assert (off.json()["enabled"], off.json()["state_reason"]) == (False, "switched off by person:owner")
    for verb in ("enable", "disable", "rotate"):
        error_of(client.post(f"{path}/{verb}", headers=stale), 412)
    error_of(client.delete(path, headers=stale), 412)
    error_of(client.delete(path), 428)
    assert client.post(f"{path}/enable", headers={"If-Match": off.headers["ETag"]}).json()["enabled"] is True
    error_of(sending.client("operator").post(f"{path}/disable", headers=seen(client, path)), 403)
    error_of(sending.client("stranger").get(path), 404)
    assert client.delete(path, headers=seen(client, path)).status_code == 204
    error_of(client.get(path), 404)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": "erp"}, {"name": "", "url": "https://example.org"}, {"name": "Erp", "url": "https://example.org"},
        {"name": "erp", "url": ""}, {"name": "erp", "url": "ftp://example.org"}, {"name": "erp", "url": "https://"},
        {"name": "e" * 41, "url": "https://example.org"}, {"name": "erp", "url": "https://example.org/" + "x" * 2_000},
        {"name": "erp", "url": "https://example.org", "secret": "mine"}, {"name": "-", "url": "https://example.org"},
        {"name": "erp", "url": "https://example.org/\n"}, {"name": "erp", "url": "http://127.0.0.1/x"},
    ],
)  # fmt: skip
def test_a_malformed_endpoint_is_refused(town: Town, body: dict[str, Any]) -> None:
    client = town.client("owner")
    error_of(client.post(HOOKS, json=body), 422)
    assert client.get(HOOKS).json()["data"] == []


def test_two_endpoints_do_not_share_a_name(town: Town) -> None:
    client = town.client("owner")
    assert add(client, "https://example.org/a").status_code == 201
    error_of(add(client, "https://example.org/b"), 409)
    assert add(town.client("stranger"), "https://example.org/b").status_code == 201
    assert [endpoint["url"] for endpoint in client.get(HOOKS).json()["data"]] == ["https://example.org/a"]


def test_a_chats_url_is_not_told(town: Town) -> None:
    client = town.client("owner")
    body = {"name": "team", "url": "discord://webhook-id/very-secret-token", "chat": True}
    made = client.post(HOOKS, json=body)
    assert (made.json()["secret"], made.json()["url"]) == (None, "discord://…")
    error_of(client.post(f"{HOOKS}/team/rotate", headers=seen(client, f"{HOOKS}/team")), 409)


def test_a_delivery_shows_every_attempt_and_is_sent_again_with_its_id(sending: Town, receiver: Receiver) -> None:
    client = sending.client("owner")
    add(client, receiver.url)
    client.put(f"{BASE}/rules/post", json={"rule": POST, "reason": "a test"})
    receiver.status = 503
    emit_trial(sending)
    for hours in range(6):
        work(sending, hours=hours)
    (line,) = client.get(f"{HOOKS}/erp/deliveries", params={"status": "failed"}).json()["data"]
    path = f"{BASE}/deliveries/{line['id']}"
    shown = client.get(path).json()
    assert (shown["status"], shown["attempts"], shown["last_error"]) == ("failed", 5, "It answered 503.")
    assert [(attempt["number"], attempt["outcome"]) for attempt in shown["tried"]] == [
        (n, "failed") for n in range(1, 6)
    ]
    assert shown["message"]["data"]["n"] == 1
    (dead,) = client.get(f"{BASE}/jobs", params={"status": "dead"}).json()["data"]
    assert dead["payload"] == {"delivery": line["id"]}
    receiver.status = 204
    error_of(client.post(f"{path}/redeliver"), 428)
    error_of(client.post(f"{path}/redeliver", headers={"If-Match": '"x"'}), 412)
    error_of(sending.client("operator").post(f"{path}/redeliver", headers=seen(client, path)), 403)
    again = client.post(f"{path}/redeliver", headers=seen(client, path))
    assert (again.status_code, again.json()["status"]) == (202, "queued")
    error_of(client.post(f"{path}/redeliver", headers=seen(client, path)), 409)
    work(sending, hours=7)
    assert client.get(path).json()["tried"][-1]["outcome"] == "sent"
    assert list(receiver.received.values()) == [6]  # one webhook-id
    lost = client.post(f"{path}/redeliver", headers=seen(client, path))
    assert lost.status_code == 202  # a webhook that its receiver lost
    work(sending, hours=8)
    assert list(receiver.received.values()) == [7]
    error_of(sending.client("stranger").get(path), 404)


def test_deliveries_are_listed_in_pages(sending: Town, receiver: Receiver) -> None:
    client = sending.client("owner")
    add(client, receiver.url)
    client.put(f"{BASE}/rules/post", json={"rule": POST, "reason": "a test"})
    for number in range(3):
        emit_trial(sending, number)
    work(sending)
    everything = client.get(f"{BASE}/deliveries").json()["data"]
    first = client.get(f"{BASE}/deliveries", params={"limit": 2}).json()
    rest = client.get(f"{BASE}/deliveries", params={"limit": 2, "cursor": first["metadata"]["next_cursor"]}).json()
    assert first["data"] + rest["data"] == everything
    assert (len(everything), rest["metadata"]["next_cursor"]) == (3, None)
    error_of(client.get(f"{BASE}/deliveries", params={"status": "lost"}), 422)
    error_of(client.get(f"{HOOKS}/nobodys/deliveries"), 404)


def test_a_dead_letter_is_inspected_and_tried_again_as_it_was_seen(town: Town) -> None:
    with town.office.database.begin(town.mine) as session:
        enqueue(session, "outcome.measure", "a test", {"item": "none"}, town.mine.now())
        job = session.scalars(select(Job).where(col(Job.key) == "a test")).one()
        job.status, job.last_error, job.attempts = DEAD, "it was too much", 5
        job_id = str(job.id)
    client, path = town.client("owner"), f"{BASE}/jobs/{job_id}"
    shown = client.get(path)
    assert (shown.json()["last_error"], shown.headers["ETag"]) == ("it was too much", f'"{shown.json()["etag"]}"')
    assert [job["id"] for job in client.get(f"{BASE}/jobs", params={"status": "dead"}).json()["data"]] == [job_id]
    error_of(client.post(f"{path}/retry"), 428)
    error_of(client.post(f"{path}/retry", headers={"If-Match": '"x"'}), 412)
    error_of(town.client("operator").post(f"{path}/retry", headers=seen(client, path)), 403)
    error_of(town.client("stranger").get(path), 404)
    keyed = {**seen(client, path), "Idempotency-Key": "again"}
    first, again = (client.post(f"{path}/retry", headers=keyed) for _ in range(2))
    assert (first.status_code, first.json()["status"]) == (202, "queued")
    assert again.json() == first.json()
    error_of(client.post(f"{path}/retry", headers=seen(client, path)), 409)
    error_of(client.get(f"{BASE}/jobs/not-an-id"), 422)
    error_of(client.get(f"{BASE}/jobs", params={"limit": 201}), 422)
