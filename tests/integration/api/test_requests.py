"""Rules of every request: one envelope for all errors, keys that execute once, limits, security headers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from api.limits import Rate
from store.tables import IdempotentRequest, Run
from tests.integration.api.conftest import AT_WILL, PRICING, Town, error_of

MEETING = {"agenda": "Prices", "agents": PRICING}


def meetings(town: Town) -> int:
    with town.office.database.read(town.mine) as session:
        return session.query(Run).filter(Run.kind == "meeting").count()  # type: ignore[arg-type]


def test_a_request_under_a_key_is_executed_once(town: Town) -> None:
    client, before = town.client("owner"), meetings(town)
    first, again = (client.post("/api/v1/meetings", json=MEETING, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert meetings(town) == before + 1
    error_of(client.post("/api/v1/meetings", json={"agenda": "Other"}, headers={"Idempotency-Key": "k"}), 422)
    other = town.client("operator").post("/api/v1/meetings", json=MEETING, headers={"Idempotency-Key": "k"})
    assert other.json()["id"] != first.json()["id"]


def test_of_many_at_once_one_executes(town: Town) -> None:
    app, before = town.app(), meetings(town)
    clients = [town.client("owner", app=app) for _ in range(6)]
    together = threading.Barrier(len(clients))

    def post(client: "object") -> int:
        together.wait()
        return client.post("/api/v1/meetings", json=MEETING, headers={"Idempotency-Key": "one"}).status_code  # type: ignore[attr-defined]

    with ThreadPoolExecutor(len(clients)) as pool:
        statuses = list(pool.map(post, clients))
    assert set(statuses) <= {202, 409}
    assert 202 in statuses
    assert meetings(town) == before + 1


def test_a_request_that_was_killed_half_way_is_executed_again_and_makes_one(town: Town) -> None:
    client, before = town.client("owner"), meetings(town)
    headers = {"Idempotency-Key": "killed"}
    first = client.post("/api/v1/meetings", json=MEETING, headers=headers).json()
    with town.office.database.begin(town.mine) as session:  # its holder died before the answer was kept
        row = session.query(IdempotentRequest).filter(IdempotentRequest.key == "killed").one()  # type: ignore[arg-type]
        row.status, row.answer, row.lease_pid = "running", None, None
    assert client.post("/api/v1/meetings", json=MEETING, headers=headers).json()["id"] == first["id"]
    assert meetings(town) == before + 1


def test_what_failed_may_be_tried_again_under_its_key(town: Town) -> None:
    client = town.client("operator")
    item, headers = client.first_item()["id"], {"Idempotency-Key": "again"}
    path = f"/api/v1/action-items/{item}/approve"
    error_of(client.post(path, headers={**headers, "If-Match": '"x"'}), 412)
    assert client.post(path, headers={**headers, **client.seen(item)}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/nothing", None, 404),
        ("GET", "/", None, 404),
        ("DELETE", "/api/v1/meetings", None, 405),
        ("GET", "/api/v1/meetings/not-an-id", None, 422),
        ("GET", "/api/v1/meetings/00000000-0000-0000-0000-000000000000", None, 404),
        ("POST", "/api/v1/meetings", b"{", 422),
        ("POST", "/api/v1/meetings", b'{"agenda": "\\u0000"}', 422),
        ("POST", "/api/v1/meetings", b'{"agenda": "\\ud800"}', 422),
        ("POST", "/api/v1/meetings", b'{"agenda": "x", "brand": "theirs"}', 422),
        ("POST", "/api/v1/meetings", b'{"agents": ["nobody"]}', 422),
        ("POST", "/api/v1/meetings", b"[" * 50_000, 400),
        ("POST", "/api/v1/meetings", b'{"agenda": "' + b"x" * 1_100_000 + b'"}', 413),
    ],
)
def test_every_error_is_an_envelope(method: str, path: str, body: bytes | None, status: int, town: Town) -> None:
    client = town.client("owner")
    answer = client.request(method, path, content=body, headers={"Content-Type": "application/json"})
    error_of(answer, status)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_nobody_foresaw_is_an_envelope_that_tells_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = town.client("owner")
    monkeypatch.setattr("api.items.items.open_now", lambda *_: 1 / 0)
    error = error_of(client.get("/api/v1/inbox"), 500)
    assert error["code"] == "unforeseen"
    assert "division" not in str(error)


def test_one_person_cannot_ask_without_end(town: Town) -> None:
    client = town.client(manners=replace(AT_WILL, requests=Rate(burst=3, a_minute=1)))
    client.log_in("superadmin")
    for _ in range(3):
        assert client.get("/api/v1/agents", headers={"X-Brand": "mine"}).status_code == 200
    refused = client.get("/api/v1/agents", headers={"X-Brand": "mine"})
    error_of(refused, 429)
    assert int(refused.headers["Retry-After"]) >= 1
    assert client.get("/api/v1/agents", headers={"X-Brand": "theirs"}).status_code == 200


def test_no_other_origin_may_call_unless_it_is_let_in(town: Town) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    assert "access-control-allow-origin" not in town.client().get("/api/v1/health", headers=asked).headers
    let_in = town.client(manners=replace(AT_WILL, origins=["https://office.example"]))
    assert "access-control-allow-origin" not in let_in.get("/api/v1/health", headers=asked).headers
    own = let_in.get("/api/v1/health", headers={"Origin": "https://office.example"})
    assert own.headers["access-control-allow-origin"] == "https://office.example"


def test_metrics_count_and_name_no_brand(town: Town) -> None:
    client = town.client("owner")
    item = client.first_item()["id"]
    client.get(f"/api/v1/action-items/{item}")
    metrics = client.get("/api/v1/metrics").text
    assert 'route="/api/v1/action-items/{item_id}",status="200"' in metrics
    assert item not in metrics
    assert "mine" not in metrics


def test_a_role_that_may_not_is_refused(town: Town) -> None:
    from domain.actor import Role
    from identity.people import UserDirectory

    people = UserDirectory(town.office.database, town.mine.clock, town.mine.ids)
    seller, owner = people.add("seller", "correct horse battery"), people.find("owner")
    assert owner is not None
    people.join(seller, town.mine.brand_id, [Role.SALES_MANAGER], by=owner)
    client, item = town.client("seller"), town.client("owner").first_item()["id"]
    seen = client.seen(item)
    error_of(client.post(f"/api/v1/action-items/{item}/approve", headers=seen), 403)
    error_of(client.post(f"/api/v1/action-items/{item}/reject", json={"reason": "no"}, headers=seen), 403)
    error_of(client.post(f"/api/v1/action-items/{item}/undo", headers=seen), 403)
    error_of(client.get("/api/v1/audit/verify"), 403)
    assert client.post("/api/v1/meetings", json=MEETING).status_code == 202
