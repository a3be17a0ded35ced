"""Documents over HTTP: added in versions, found, removed; malformed, empty and huge ones refused."""

from typing import Any

import pytest

from tests.integration.api.conftest import Town, error_of

DOCUMENTS, SEARCH = "/api/v1/knowledge/documents", "/api/v1/knowledge/search"
TERMS = {"file": "terms.md", "text": "# Terms\n\nThe minimum order value is 500 euros.\n"}


def test_a_document_is_added_found_changed_and_removed(town: Town) -> None:
    client = town.client("owner")
    made = client.post(DOCUMENTS, json=TERMS)
    assert made.status_code == 201, made.text
    (document,) = client.get(DOCUMENTS).json()["data"]
    assert document["version"] == 1
    search = client.get(SEARCH, params={"question": "What is the minimum order value?"}).json()
    assert "500 euros" in search["passages"][0]["text"]
    client.post(DOCUMENTS, json={**TERMS, "text": TERMS["text"].replace("500", "600")})
    assert [row["version"] for row in client.get(DOCUMENTS).json()["data"]] == [2]
    search = client.get(SEARCH, params={"question": "What is the minimum order value?"}).json()
    assert "600 euros" in search["passages"][0]["text"]
    error_of(town.client("stranger").delete(f"{DOCUMENTS}/{document['name']}"), 404)
    assert town.client("stranger").get(DOCUMENTS).json()["data"] == []
    assert client.delete(f"{DOCUMENTS}/{document['name']}").status_code == 200
    error_of(client.delete(f"{DOCUMENTS}/{document['name']}"), 404)
    assert client.get(DOCUMENTS).json()["data"] == []


def test_the_same_request_adds_a_document_once(town: Town) -> None:
    client = town.client("owner")
    first, again = (client.post(DOCUMENTS, json=TERMS, headers={"Idempotency-Key": "d"}) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    error_of(client.post(DOCUMENTS, json={**TERMS, "file": "b.md"}, headers={"Idempotency-Key": "d"}), 422)
    assert len(client.get(DOCUMENTS).json()["data"]) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"file": "a.md"}, 422),
        ({"file": "a.md", "text": ""}, 422),
        ({"file": "a.md", "text": "   \n"}, 422),
        ({"file": "a.exe", "text": "x"}, 422),
        ({"file": "", "text": "x"}, 422),
        ({"file": "a.md", "text": "x\x00"}, 422),
        ({"file": "a.md", "text": "x", "brand": "theirs"}, 422),
        ({"file": "a.md", "text": "x" * 1_100_000}, 413),
    ],
)
def test_a_malformed_document_is_refused(town: Town, body: dict[str, Any], status: int) -> None:
    client = town.client("owner")
    error_of(client.post(DOCUMENTS, json=body), status)
    assert client.get(DOCUMENTS).json()["data"] == []


def test_who_may_not_is_refused(town: Town) -> None:
    error_of(town.client().get(DOCUMENTS), 401)
    error_of(town.client("owner").get(SEARCH), 422)
