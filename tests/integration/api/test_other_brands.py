"""Another brand's id answers exactly as a missing one, on every route that there is."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from api.shapes.tables import rows_asked, text_columns
from automation.definitions import set_definition
from automation.deliveries import Post, post
from automation.endpoints import add_endpoint
from automation.rule import Rule, Workflow
from automation.start import start_workflow
from connectors.documents import read_document
from memory.library import Filing
from store.declarations import served_tables
from store.session import BrandSession
from store.tables import ActionItem, AutomationRun, Delivery, Endpoint, FigureRow, Job, Receipt, Run, TurnRow
from tests.integration.api.conftest import PRICING, Client, Town
from tests.integration.table_rows import NUMBER, fill_tables, newest_ids

API = "/api/v1"
AUTOMATION = f"{API}/{{os}}/automation"
RULES = f"{AUTOMATION}/rules"
NAME = "their-rule"
RULE = {"name": NAME, "title": "T", "module": "pricing", "on": ["price.changed"],
        "do": [{"kind": "notify", "title": "A price changed"}]}  # fmt: skip
WORKFLOW = {"name": NAME, "title": "W", "module": "pricing",
            "steps": [{"kind": "do", "name": "tell", "deed": {"kind": "notify", "title": "Told"}}]}  # fmt: skip
BODIES: Mapping[str, Any] = {
    f"POST {API}/meetings/{{meeting_id}}/turns": {"kind": "ask", "text": "price of CHEAP?"},
    f"POST {API}/action-items/{{item_id}}/reject": {"reason": "mine now"},
    f"POST {API}/action-items/{{item_id}}/snooze": {"until": "2100-01-01T00:00:00Z"},
    f"PATCH {API}/action-items/{{item_id}}": {"changes": {"price_minor": 1}},
    f"POST {API}/action-items/{{item_id}}/questions": {"text": "why?"},
    f"POST {API}/action-items/{{item_id}}/questions/{{question_id}}/answer": {"text": "so"},
    f"POST {RULES}/{{name}}/pause": {"reason": "mine"},
    f"POST {RULES}/{{name}}/resume": {"reason": "mine"},
    f"POST {RULES}/{{name}}/rollback": {"reason": "mine"},
    f"POST {RULES}/{{name}}/remove": {"reason": "mine"},
    f"POST {RULES}/{{name}}/test": {"since": "2026-01-01T00:00:00Z"},
    f"POST {AUTOMATION}/workflows/{{name}}/rollback": {"reason": "mine"},
    f"POST {AUTOMATION}/workflows/{{name}}/remove": {"reason": "mine"},
    f"POST {AUTOMATION}/workflows/{{name}}/start": {"data": {}},
    f"POST {AUTOMATION}/executions/{{execution_id}}/cancel": {"reason": "mine"},
    f"POST {AUTOMATION}/schedules/{{name}}/pause": {"reason": "mine"},
    f"POST {AUTOMATION}/schedules/{{name}}/resume": {"reason": "mine"},
}
"""Bodies sent to the routes that take an id of a brand."""
OF_ONES_OWN = {
    f"GET {API}/meetings": None,
    f"POST {API}/meetings": {"agenda": "Prices", "agents": PRICING},
    f"GET {API}/inbox": None,
    f"GET {API}/hand-overs": None,
    f"GET {API}/action-items": None,
    f"POST {API}/action-items": {"action": {"kind": "price.update", "sku": "CHEAP", "channel": "shop",
                                            "price_minor": 1_001, "currency": "EUR"}},
    f"GET {API}/agents": None,
    f"GET {API}/agents/{{name}}": None,
    f"GET {API}/journal": None,
    f"POST {API}/ask": {"question": "revenue last month by product"},
    f"GET {RULES}": None,
    f"PUT {RULES}/{{name}}": {"rule": RULE, "reason": "mine"},
    f"GET {AUTOMATION}/log": None,
    f"GET {AUTOMATION}/workflows": None,
    f"PUT {AUTOMATION}/workflows/{{name}}": {"workflow": WORKFLOW | {"title": "Mine"}, "reason": "mine"},
    f"GET {AUTOMATION}/executions": None,
    f"GET {AUTOMATION}/schedules": None,
    f"GET {AUTOMATION}/webhooks": None,
    f"POST {AUTOMATION}/webhooks": {"name": "own-hook", "url": "https://example.org/own"},
    f"GET {AUTOMATION}/deliveries": None,
    f"GET {AUTOMATION}/jobs": None,
    f"GET {API}/notifications": None,
    f"POST {API}/notifications/read": None,
    f"GET {API}/knowledge/documents": None,
    f"GET {API}/knowledge/search": None,
    f"POST {API}/knowledge/documents": {"file": "own.md", "text": "# Own\n\nOurs."},
    f"GET {API}/audit/verify": None,
    f"GET {API}/audit/entries": None,
    **{f"POST {API}/{path}": {} for path in (
        "pricing/ai/advice", "inventory/ai/reorder", "stands/ai/refill", "crm/ai/follow-up", "finance/ai/runway")},
}  # fmt: skip
"""Routes that take no id of a brand: they tell of one's own."""
TABLES = {served.path: table for table, served in served_tables()}
OF_ONES_OWN |= {f"GET {API}{path}": None for path in TABLES}
IN_NO_BRAND = {
    f"GET {API}/health", f"GET {API}/metrics", f"POST {API}/auth/login", f"POST {API}/auth/refresh",
    f"POST {API}/auth/logout", f"GET {API}/auth/me",
}  # fmt: skip


def operations(client: Client) -> set[str]:
    paths = client.get(f"{API}/openapi.json").json()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def theirs(town: Town) -> dict[str, str]:
    """Ids of everything that the other brand has."""
    with town.office.database.read(town.theirs) as session:
        item = session.scalars(select(ActionItem)).first()
        run, receipt = (session.scalars(select(table)).first() for table in (Run, Receipt))
        figure, execution, delivery, job = (
            session.scalars(select(table)).first() for table in (FigureRow, AutomationRun, Delivery, Job)
        )
        assert item and run and receipt and figure and execution and delivery and job
        return {
            "name": NAME, "os": "pricing", "notification_id": str(run.id),
            "item_id": str(item.id), "question_id": str(item.proposal_id), "meeting_id": str(run.id),
            "answer_id": str(run.id), "receipt_id": str(receipt.id), "code": figure.code,
            "execution_id": str(execution.id), "delivery_id": str(delivery.id), "job_id": str(job.id),
            **{f"row_id of {path}": row_id for path, row_id in newest_ids(town.office.database, town.theirs).items()},
        }  # fmt: skip


def missing() -> dict[str, str]:
    names = ("item_id", "question_id", "meeting_id", "answer_id", "receipt_id", "notification_id",
             "execution_id", "delivery_id", "job_id")  # fmt: skip
    rows = {f"row_id of {path}": str(uuid4()) for path in TABLES}
    return {**{name: str(uuid4()) for name in names}, **rows, "code": "aaaaaaaa", "name": "no-rule", "os": "pricing"}


def row_of(operation: str, ids: Mapping[str, str]) -> Mapping[str, str]:
    """The ids, with `row_id` of the table that the route is about."""
    path = operation.partition(API)[2].removesuffix("/{row_id}")
    return {"row_id": ids[f"row_id of {path}"], **ids} if path in TABLES else ids


def asked(client: Client, operation: str, ids: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    method, _, path = operation.partition(" ")
    ids = row_of(operation, ids)
    answer = client.request(method, path.format(**ids), json=BODIES.get(operation), headers={"If-Match": '"1-x"'})
    body = answer.json()
    for value in (value for name, value in ids.items() if name != "os"):
        body = json.loads(json.dumps(body).replace(value, "<id>"))
    return answer.status_code, body


def fingerprint(session: BrandSession) -> list[tuple[str, int]]:
    return [(table.__name__, session.query(table).count()) for table in TOUCHED]


TOUCHED = (ActionItem, Run, Receipt, Job, TurnRow, AutomationRun, Delivery, Endpoint)


def names_something(operation: str) -> bool:
    return operation not in OF_ONES_OWN and any(name in operation for name in ("_id}", "{code}", "{name}"))


def furnish(town: Town) -> None:
    """A rule and a document of the other brand."""
    ctx, office = town.theirs, town.office
    with office.database.begin(ctx) as session:
        set_definition(session, "rule", Rule.model_validate(RULE), "theirs")
        set_definition(session, "workflow", Workflow.model_validate(WORKFLOW), "theirs")
        add_endpoint(session, office.parts.secrets, NAME, "https://example.org/theirs", chat=False, allow_private=False)
        session.flush()
        start_workflow(session, NAME, "{}")
        post(session, Post("theirs", "webhook", NAME, {"data": "Theirs alone"}))
    fill_tables(office.database, ctx, "Theirs alone")
    office.knowledge.add(office.database, ctx, read_document("x.md", b"# Secret\n\nTheirs alone.", NAME), Filing())


def test_every_route_is_tried_here(town: Town) -> None:
    tried = operations(town.client())
    with_ids = {operation for operation in tried if names_something(operation)}
    assert tried == with_ids | set(OF_ONES_OWN) | IN_NO_BRAND
    assert {operation for operation in with_ids if operation.startswith(("POST", "PATCH"))} >= set(BODIES)


def test_another_brands_id_answers_as_a_missing_one(town: Town) -> None:
    client = town.client("owner")
    furnish(town)
    with town.office.database.read(town.theirs) as session:
        before = fingerprint(session)
    other, nothing = theirs(town), missing()
    for operation in sorted(name for name in operations(client) if names_something(name)):
        foreign, absent = asked(client, operation, other), asked(client, operation, nothing)
        assert foreign == absent, operation
        assert foreign[0] == 404, (operation, foreign)
    with town.office.database.read(town.theirs) as session:
        assert fingerprint(session) == before


def test_another_brands_name_answers_as_nobodys(town: Town) -> None:
    client = town.client("owner")
    for operation in sorted(operations(client) - IN_NO_BRAND):
        method, _, path = operation.partition(" ")
        path = path.format(**row_of(operation, missing()))
        said = [client.request(method, path, headers={"X-Brand": brand}) for brand in ("theirs", "nobodys")]
        assert {answer.status_code for answer in said} == {404}, operation
        assert said[0].json() == said[1].json(), operation


def test_a_table_is_not_found_by_another_brands_values(town: Town) -> None:
    """Each served table, filtered by all that another brand's row says and searched for its words, tells nothing of it.

    The row's own people find it by the same questions.
    """
    furnish(town)
    app = town.app()
    mine, theirs = town.client("owner", app=app), town.client("stranger", app=app)
    for path, row_id in newest_ids(town.office.database, town.theirs).items():
        row = theirs.get(f"{API}{path}/{row_id}").json()
        filters = rows_asked(TABLES[path]).model_fields.keys() & row.keys()
        questions = [{name: row[name] for name in filters if row[name] is not None}]
        questions += [{"q": row[name]} for name in text_columns(TABLES[path])[:1] if isinstance(row[name], str)]
        for question in questions:
            answers = [client.get(f"{API}{path}", params=question) for client in (mine, theirs)]
            assert [answer.status_code for answer in answers] == [200, 200], (path, question)
            assert [row_id in answer.text for answer in answers] == [False, True], (path, question)
            assert str(NUMBER) not in answers[0].text and "Theirs alone" not in answers[0].text


def test_what_takes_no_id_tells_of_ones_own(town: Town) -> None:
    furnish(town)
    client = town.client("owner")
    secrets = [value for name, value in theirs(town).items() if name not in ("name", "os")]
    for operation in sorted(OF_ONES_OWN):
        method, _, path = operation.partition(" ")
        answer = client.request(
            method,
            path.format(name="pricing_director" if "agents" in path else NAME, os="pricing"),
            params={"question": "theirs"} if path.endswith("search") else None,
            json=OF_ONES_OWN[operation],
        )
        assert answer.status_code in (200, 201, 202), answer.text
        leaked = [value for value in (*secrets, "Theirs alone", str(town.theirs.brand_id)) if value in answer.text]
        assert not leaked, (operation, leaked)


def test_without_a_login_nothing_is_told_of_any_brand(town: Town) -> None:
    furnish(town)
    client, ids = town.client(), theirs(town)
    for operation in sorted(operations(client) - IN_NO_BRAND | {f"GET {API}/auth/me", f"POST {API}/auth/logout"}):
        method, _, path = operation.partition(" ")
        answer = client.request(method, path.format(**row_of(operation, ids)))
        assert answer.status_code == 401, (operation, answer.text)
