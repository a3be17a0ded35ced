"""A model reads what the rules do not understand into the same typed query; what is no such query is refused."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bootstrap.office import Office
from evals.model_server import Step, serving
from evals.model_wire import ModelAnswer
from settings import Settings
from store.tables import ModelExchange, Receipt
from tests.integration.virtual_office.conftest import Firm

ODD = "Tell me what we turned over with CHEAP in the seven days up to yesterday, would you?"
GOOD = {"metric": "revenue", "period": "last_days", "days": 7, "product": "CHEAP"}


def asked(firm: Firm, question: str, steps: Sequence[Step]) -> tuple[bool, bool, str]:
    """Whether it was understood, by a model, and the answer."""
    with serving(steps) as server:
        settings = Settings(home=firm.office.settings.home, model=f"{server.url}/v1#local-model", model_price="0,0")
        reply = replace(firm, office=Office(settings, firm.office.database)).office.ask(firm.owner, question)
    return reply.query is not None, reply.by_model, reply.text


def filled(query: object, name: str = "metric_query") -> ModelAnswer:
    return ModelAnswer(calls=[(name, query if isinstance(query, str) else json.dumps(query))])


def test_what_the_rules_do_not_understand_a_model_may_read(firm: Firm) -> None:
    understood, by_model, text = asked(firm, ODD, [filled(GOOD)])
    assert understood and by_model
    assert "Net sales" in text
    assert [row.tool for row in firm.rows(Receipt)] == ["brand_metric"]
    assert [row.agent for row in firm.rows(ModelExchange)] == ["chair"]


@pytest.mark.parametrize(
    "step",
    [
        ModelAnswer(text="Revenue was 12,345 euros."),
        filled({**GOOD, "product": "CANARY"}),
        filled({**GOOD, "sql": "select 1"}),
        filled({**GOOD, "days": None}),
        filled({**GOOD, "metric": "happiness"}),
        filled('{"metric": "revenue", "period":'),
        filled(GOOD, name="run_sql"),
        ModelAnswer(calls=[("metric_query", json.dumps(GOOD)), ("metric_query", json.dumps(GOOD))]),
    ],
)
def test_what_is_no_such_query_is_refused(firm: Firm, step: Step) -> None:
    understood, _, text = asked(firm, ODD, [step])
    assert not understood
    assert "I can answer" in text
    assert firm.rows(Receipt) == []


def test_what_the_rules_understand_no_model_is_asked(firm: Firm) -> None:
    understood, by_model, _ = asked(firm, "revenue last month", [])
    assert (understood, by_model) == (True, False)
    assert firm.rows(ModelExchange) == []
