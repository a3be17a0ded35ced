"""The same meeting runs on a model: it may do no more than the rules crew, and where it fails the others go on."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from bootstrap.office import Office
from domain.errors import InvalidInput
from evals.model_agent import good_agent
from evals.model_server import ModelServer, Status, serving
from evals.model_wire import ModelAnswer
from settings import Settings
from store.tables import ActionItem, ModelExchange, ModelSpend, ProposalRow, Run
from tests.integration.virtual_office.conftest import AGENDA, PRICES_AND_STOCK, Firm

Serve = Callable[[Any], ModelServer]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(script: Any) -> ModelServer:
            server = stack.enter_context(serving(script))
            monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
            monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
            monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant")
            monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
            return server

        yield start


def on(firm: Firm, model: str, **rest: Any) -> Firm:
    """The same firm, its crew thinking with this."""
    settings = Settings(home=firm.office.settings.home, model=model, model_price="0,0", **rest)
    return replace(firm, office=Office(settings, firm.office.database))


def proposed(firm: Firm) -> list[Any]:
    return sorted((row.kind, str(row.action), row.expected_minor) for row in firm.rows(ProposalRow))


@pytest.mark.parametrize("model", ["openai:gpt-5", "anthropic:claude-sonnet-5", "URL#local-model"])
def test_a_model_that_trusts_the_rules_ends_where_they_do(firm: Firm, serve: Serve, model: str) -> None:
    by_rules = firm.meet()
    at_first = proposed(firm)
    server = serve(good_agent)
    thinking = on(firm, model.replace("URL", f"{server.url}/v1"))
    met = thinking.meet(thinking.owner)
    assert server.refused == []
    assert met["status"] == "done"
    assert proposed(firm) == sorted([*at_first, *at_first])
    assert {item["kind"] for item in met["action_items"]} == {item["kind"] for item in by_rules["action_items"]}
    assert {exchange.agent for exchange in firm.rows(ModelExchange)} == set(PRICES_AND_STOCK)
    assert len(firm.rows(ModelSpend)) == 2 * len(firm.rows(ModelExchange))


def test_an_agent_whose_model_fails_is_degraded_and_the_meeting_goes_on(firm: Firm, serve: Serve) -> None:
    server = serve([Status(401)])
    met = on(firm, "openai:gpt-5").meet()
    assert met["status"] == "done"
    assert met["action_items"] == []
    assert len(server.heard) == len(PRICES_AND_STOCK)
    (run,) = firm.rows(Run)
    assert "could not be completed" in met["minutes"]
    assert run.status == "done"


def test_agents_may_think_differently(firm: Firm, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A charter names its own model; the other agent goes by rules, and its proposals stand though the model fails."""
    serve([Status(500, {"x-should-retry": "false"})])
    from agents import charter as charters

    load = charters.load_charters()
    mixed = tuple(
        tool.model_copy(update={"model": "anthropic:claude-sonnet-5"}) if tool.name == "inventory_forecaster" else tool
        for tool in load
    )
    monkeypatch.setattr(charters, "load_charters", lambda: mixed)
    met = on(firm, "rules").meet()
    assert [item["agent"] for item in met["action_items"]] == ["pricing_director"]
    assert {spend.agent for spend in firm.rows(ModelSpend)} == {"inventory_forecaster"}


def test_a_resumed_meeting_asks_its_models_nothing_that_they_answered(firm: Firm, serve: Serve) -> None:
    class Killed(BaseException):
        pass

    firm = on(firm, "openai:gpt-5")
    serve(good_agent)

    def progress(step: str, _detail: str) -> None:
        if step == "decide":
            raise Killed

    with pytest.raises(Killed):
        firm.office.meetings.meet(firm.owner, AGENDA, PRICES_AND_STOCK, progress)
    (run,) = firm.rows(Run)
    before = len(firm.rows(ModelExchange))
    silent = serve([Status(500)])
    firm.office.meetings.resume(firm.owner, str(run.id))
    assert silent.heard == []
    assert len(firm.rows(ModelExchange)) == before > 0
    assert firm.document(run.id)["status"] == "done"


LINE = {"summary": {"text": "All is well."}, "missing_data": ["x" * 2_001]}
ODD: dict[str, Any] = {
    "a line too long": ModelAnswer(calls=[("submit_report", json.dumps(LINE))]),
    "too many findings": ModelAnswer(
        calls=[("submit_report", json.dumps({**LINE, "missing_data": [], "findings": [{}] * 5_000}))]
    ),
    "a tool named with NUL": ModelAnswer(calls=[("list\x00channels\ud800", "{}")], model="m\x00"),
    "a number without end": ModelAnswer(calls=[("list_channels", '{"at": 1e999}')]),
    "nested without end": ModelAnswer(calls=[("list_channels", '{"at": ' + "[" * 900 + "]" * 900 + "}")]),
    "a failure with NUL": Status(400, message="too\x00long\ud800"),
    "a refusal with NUL": ModelAnswer("No\x00.", stop="refusal"),
}


@pytest.mark.parametrize("step", ODD.values(), ids=ODD)
def test_what_cannot_be_stored_ends_neither_a_meeting_nor_its_resumption(firm: Firm, serve: Serve, step: Any) -> None:
    class Killed(BaseException):
        pass

    def progress(step: str, _detail: str) -> None:
        if step == "decide":
            raise Killed

    firm = on(firm, "openai:gpt-5", model_stream=False)
    serve([step])
    with pytest.raises(Killed):
        firm.office.meetings.meet(firm.owner, AGENDA, PRICES_AND_STOCK, progress)
    (run,) = firm.rows(Run)
    firm.office.meetings.resume(firm.owner, str(run.id))
    met = firm.document(run.id)
    assert met["status"] == "done"
    assert met["minutes"].count("could not be completed") >= len(PRICES_AND_STOCK)


def test_what_can_be_mended_of_a_report_is(firm: Firm, serve: Serve) -> None:
    mended = ModelAnswer(calls=[("submit_report", json.dumps({**LINE, "missing_data": ["So much a\x00 line\ud800."]}))])
    server = serve([ODD["a line too long"], mended])
    met = on(firm, "openai:gpt-5").meet(agents=PRICES_AND_STOCK[:1])
    assert met["status"] == "done"
    assert "could not be completed" not in met["minutes"]
    assert "So much a\N{REPLACEMENT CHARACTER} line\N{REPLACEMENT CHARACTER}." in met["minutes"]
    assert "missing_data/0" in str(server.heard[1].results[-1])


def test_rules_decide_and_a_model_writes(firm: Firm, serve: Serve) -> None:
    by_rules = firm.meet()
    first = proposed(firm)
    server = serve(good_agent)
    hybrid = on(firm, "hybrid:anthropic:claude-sonnet-5")
    met = hybrid.meet()
    assert proposed(firm) == sorted([*first, *first])
    assert "Kurz: " in met["minutes"]
    assert "Kurz: " not in by_rules["minutes"]
    assert {tool for asked in server.heard for tool in asked.tools} == {"write_prose"}


@pytest.mark.parametrize(
    "step",
    [
        Status(401),
        ModelAnswer("No.", stop="refusal"),
        ModelAnswer("I would rather not."),
        ModelAnswer(calls=[("write_prose", "{")]),
    ],
    ids=["no key", "refusal", "no call", "no JSON"],
)
def test_where_the_writer_fails_the_rules_own_words_stand(firm: Firm, serve: Serve, step: Any) -> None:
    by_rules = firm.meet(agents=("pricing_director",))
    serve([step])
    met = on(firm, "hybrid:openai:gpt-5").meet(agents=("pricing_director",))
    assert [finding["text"] for finding in met["findings"]] == [finding["text"] for finding in by_rules["findings"]]
    assert met["status"] == "done"


def test_a_model_without_a_key_opens_no_meeting(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InvalidInput, match="needs a key"):
        on(firm, "openai:gpt-5").meet()
    assert firm.rows(Run) == []
    assert firm.rows(ActionItem) == []
