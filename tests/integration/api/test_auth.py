"""Logging in: short tokens that renew once, logins that end when told to, and nothing said of who exists."""

from dataclasses import replace

import pytest

from api.limits import Rate
from identity.people import UserDirectory
from store.tables import AuditEntry, Membership
from tests.integration.api.conftest import AT_WILL, PASSWORD, Town, error_of

LOGIN, REFRESH, ME = "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/me"


def test_who_logs_in_is_told_their_own_brands(town: Town) -> None:
    me = town.client("owner").get(ME).json()
    assert me["login"] == "owner"
    assert [brand["slug"] for brand in me["brands"]] == ["mine"]
    assert [brand["slug"] for brand in town.client("superadmin").get(ME).json()["brands"]] == ["mine", "theirs"]


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(town: Town) -> None:
    client = town.client()
    said = [
        error_of(client.post(LOGIN, json={"login": login, "password": password}), 401)
        for login, password in (("owner", "not this one"), ("nobody", PASSWORD), ("OWNER", PASSWORD))
    ]
    assert said[0] == said[1] == said[2]


def test_trying_passwords_is_slowed_down(town: Town) -> None:
    client = town.client(manners=replace(AT_WILL, logins_of_one=Rate(burst=3, a_minute=1)))
    for _ in range(3):
        error_of(client.post(LOGIN, json={"login": "owner", "password": "guess"}), 401)
    refused = client.post(LOGIN, json={"login": "owner", "password": PASSWORD})
    error_of(refused, 429)
    assert int(refused.headers["Retry-After"]) > 0
    assert client.post(LOGIN, json={"login": "operator", "password": PASSWORD}).status_code == 200


def test_a_refresh_token_is_good_for_one_use_and_a_second_ends_the_login(town: Town) -> None:
    client = town.client()
    first = client.log_in("owner")
    second = client.post(REFRESH, json={"refresh_token": first["refresh_token"]}).json()
    renewed = {"Authorization": f"Bearer {second['access_token']}"}
    assert client.get(ME, headers=renewed).status_code == 200
    error_of(client.post(REFRESH, json={"refresh_token": first["refresh_token"]}), 401)
    error_of(client.get(ME, headers=renewed), 401)
    error_of(client.post(REFRESH, json={"refresh_token": second["refresh_token"]}), 401)


def test_logging_out_ends_both_tokens(town: Town) -> None:
    client = town.client()
    tokens = client.log_in("owner")
    assert client.post("/api/v1/auth/logout").status_code == 204
    error_of(client.get(ME), 401)
    error_of(client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]}), 401)


def test_who_is_locked_out_is_out_at_once(town: Town) -> None:
    client = town.client("operator")
    people = UserDirectory(town.office.database, town.mine.clock, town.mine.ids)
    operator = people.find("operator")
    assert operator is not None
    people.disable(operator)
    error_of(client.get("/api/v1/inbox"), 401)
    error_of(client.post(LOGIN, json={"login": "operator", "password": PASSWORD}), 401)


def test_who_is_let_go_is_out_of_the_brand_with_the_next_request(town: Town) -> None:
    client = town.client("operator")
    item = client.first_item()["id"]
    paths = ["/api/v1/action-items", "/api/v1/inbox", f"/api/v1/action-items/{item}", "/api/v1/brand/channels"]
    assert {client.get(path).status_code for path in paths} == {200}
    operator = UserDirectory(town.office.database, town.mine.clock, town.mine.ids).find("operator")
    with town.office.database.platform(str(town.mine.actor.id)) as session:
        session.delete(session.get_one(Membership, (operator, town.mine.brand_id)))
    for path in paths:
        error_of(client.get(path, headers={"X-Brand": "mine"}), 404)
        error_of(client.get(path), 422)


@pytest.mark.parametrize(
    "path",
    ["action-items?limit=0", "action-items?cursor=x", "action-items/x", "brand/channels?cursor=x", "meetings?cursor=x"],
)
def test_who_asks_is_settled_before_what_is_asked(path: str, town: Town) -> None:
    error_of(town.client().get(f"/api/v1/{path}"), 401)
    error_of(town.client("owner").get(f"/api/v1/{path}", headers={"X-Brand": "theirs"}), 404)
    assert town.client("owner").get(f"/api/v1/{path}").status_code in (404, 422)


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer x", "Basic b3duZXI6eA==", "Bearer a.b.c", "bearer " + "x" * 5000]
)
def test_what_is_no_token_is_refused(token: str, town: Town) -> None:
    answer = town.client().get(ME, headers={"Authorization": token} if token else {})
    error_of(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_signed_with_another_key_or_no_algorithm_is_refused(town: Town) -> None:
    import jwt

    client = town.client("owner")
    claims = jwt.decode(client.headers["Authorization"].split()[1], options={"verify_signature": False})
    for forged in (jwt.encode(claims, "x" * 48, "HS256"), jwt.encode(claims, "", "none")):
        error_of(client.get(ME, headers={"Authorization": f"Bearer {forged}"}), 401)


def test_a_login_is_audited_in_each_brand_it_is_used_in(town: Town) -> None:
    client = town.client("owner")
    client.get("/api/v1/inbox")
    client.get("/api/v1/inbox")
    with town.office.database.read(town.mine) as session:
        used = [row for row in session.query(AuditEntry) if row.detail.get("via") == "api"]
    assert len(used) == 1


def test_whoever_has_several_brands_says_which(town: Town) -> None:
    client = town.client("superadmin")
    error_of(client.get("/api/v1/inbox"), 422)
    assert client.get("/api/v1/inbox", headers={"X-Brand": "theirs"}).status_code == 200
