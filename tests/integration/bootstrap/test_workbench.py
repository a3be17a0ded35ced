"""An agent that a developer writes reads a brand through the crew's tools, and leaves what the crew would leave."""

import json
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ToolStrategy
from pydantic import BaseModel
from sqlalchemy import select

from bootstrap import Office
from bootstrap.workbench import workbench
from connectors.documents import read_document
from domain.context import Context
from domain.errors import InvalidInput
from domain.labels import Label
from evals.model_server import ModelServer, serving
from evals.model_wire import ModelAnswer, ModelRequest
from memory.library import Filing
from settings import Settings
from store.database import Database
from store.tables import AuditEntry, ModelExchange, ModelSpend, ProposalRow, Receipt, Run
from tests.integration.priced_brand import Planted, plant

AGENT = "pricing_director"
CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def ctx(database: Database, new_brand: Callable[..., Context]) -> Context:
    ctx = new_brand()
    plant(database, ctx, [Planted("SOAP-1", 1000, 400, -1.3)])
    return ctx


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(Settings(home=tmp_path), database)


def _thinking(office: Office, server: ModelServer) -> Office:
    model = f"{server.url}/v1#local-model"
    return Office(Settings(home=office.settings.home, model=model, model_price="1,1"), office.database)


def _rows(office: Office, ctx: Context, table: Any) -> list[Any]:
    with office.database.read(ctx) as session:
        return list(session.scalars(select(table)).all())


def _looks_then_answers(asked: ModelRequest) -> ModelAnswer:
    if not asked.results:
        return ModelAnswer(
            calls=[
                ("list_priced_products", '{"channel": "shop"}'),
                ("best_price", '{"sku": "NO-SUCH", "channel": "shop"}'),
            ]
        )
    return ModelAnswer("The soap is 10.00.")


def test_langchains_agent_looks_things_up_and_all_of_it_is_kept(office: Office, ctx: Context) -> None:
    with serving(_looks_then_answers) as server:
        office = _thinking(office, server)
        with workbench(office, ctx, AGENT, "What is the soap?") as bench:
            agent = create_agent(bench.model(), bench.tools, system_prompt="Look it up.")
            state = agent.invoke({"messages": [{"role": "user", "content": "What is the soap?"}]})
    assert server.refused == []
    listed, refused = (message for message in state["messages"] if message.type == "tool")
    [receipt] = _rows(office, ctx, Receipt)
    assert (receipt.tool, receipt.agent, receipt.run_id) == ("list_priced_products", AGENT, bench.run_id)
    assert listed.artifact == receipt.id
    assert json.loads(listed.content)["result"] == receipt.result
    assert refused.status == "error"
    assert refused.artifact is None
    assert "NO-SUCH" in json.loads(refused.content)["error"]["message"]
    assert state["messages"][-1].text == "The soap is 10.00."
    [run] = [run for run in _rows(office, ctx, Run) if run.id == bench.run_id]
    assert (run.kind, run.status, run.agents, run.as_of) == ("workbench", "done", [AGENT], ctx.known_until)
    assert len(_rows(office, ctx, ModelExchange)) == 2
    assert sum(spend.cost_micros for spend in _rows(office, ctx, ModelSpend)) == 2 * 120
    audited = [row.action for row in _rows(office, ctx, AuditEntry) if row.action.startswith("workbench.")]
    assert audited == ["workbench.opened", "workbench.closed"]


def test_it_answers_in_a_shape_where_one_is_asked_for(office: Office, ctx: Context) -> None:
    class Cheapest(BaseModel):
        """The product with the lowest price."""

        sku: str

    with (
        serving([ModelAnswer(calls=[("Cheapest", '{"sku": "SOAP-1"}')])]) as server,
        workbench(_thinking(office, server), ctx, AGENT, "Which is cheapest?") as bench,
    ):
        agent: Any = create_agent(bench.model(), bench.tools, response_format=ToolStrategy(Cheapest))
        state = agent.invoke({"messages": [{"role": "user", "content": "Which is cheapest?"}]})
    assert state["structured_response"] == Cheapest(sku="SOAP-1")
    assert server.refused == []


def test_nothing_at_the_workbench_proposes(office: Office, ctx: Context) -> None:
    with workbench(office, ctx, AGENT, "Look round") as bench:
        names = {tool.name for tool in bench.tools}
        assert {"best_price", "price_elasticity", "search_knowledge"} <= names
        assert not [name for name in names if name.startswith("propose")]
        assert not bench.ctx.actor.permissions - ctx.actor.permissions
    assert _rows(office, ctx, ProposalRow) == []


def test_arguments_that_do_not_fit_are_told_with_what_would(office: Office, ctx: Context) -> None:
    with workbench(office, ctx, AGENT, "Look round") as bench:
        best_price = next(tool for tool in bench.tools if tool.name == "best_price")
        answer = best_price.invoke({"type": "tool_call", "id": "1", "name": "best_price", "args": {"product": "SOAP"}})
    assert answer.status == "error"
    error = json.loads(answer.content)["error"]
    assert error["retryable"]
    assert "product is no argument of best_price" in error["message"]


def test_passages_come_with_where_they_stand_and_how_far_to_trust_them(office: Office, ctx: Context) -> None:
    letter = read_document("letter.md", b"# Letter\n\nThe soap may not be sold under nine euros before Easter.")
    office.knowledge.add(office.database, ctx, letter, Filing(label=Label.UNTRUSTED))
    with workbench(office, ctx, AGENT, "What may the soap cost?") as bench:
        [passage] = bench.retriever.invoke("How cheap may the soap be?")
        with pytest.raises(InvalidInput):
            bench.retriever.invoke("?" * 1_000)
    [receipt] = _rows(office, ctx, Receipt)
    assert "nine euros" in passage.page_content
    assert passage.metadata["label"] == receipt.label == "untrusted"
    assert passage.metadata["receipt"] == str(receipt.id)
    assert (passage.metadata["headline"], passage.metadata["place"]) == ("Letter", "passage 1")


def test_rules_hold_no_conversation(office: Office, ctx: Context) -> None:
    with workbench(office, ctx, AGENT, "Look round") as bench, pytest.raises(InvalidInput) as refused:
        bench.model()
    assert "MHOS_MODEL" in refused.value.remedy


def test_an_agent_that_there_is_not_is_refused_and_leaves_no_run(office: Office, ctx: Context) -> None:
    with pytest.raises(InvalidInput, match="nobody"), workbench(office, ctx, "nobody", "Look round"):
        pass
    assert _rows(office, ctx, Run) == []


def test_a_run_that_broke_off_is_closed_as_failed(office: Office, ctx: Context) -> None:
    with pytest.raises(KeyError), workbench(office, ctx, AGENT, "Look round"):
        raise KeyError
    [run] = _rows(office, ctx, Run)
    assert (run.status, run.result) == ("failed", {"error": "KeyError"})


def test_the_example_answers_with_its_receipts(office: Office, ctx: Context) -> None:
    spec = spec_from_file_location("own_agent", CHECKOUT / "examples" / "own_agent.py")
    assert spec is not None
    assert spec.loader is not None
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    with serving(_looks_then_answers) as server:
        answer = example.ask(_thinking(office, server), ctx, "What is the soap?")
    [receipt] = _rows(office, ctx, Receipt)
    assert answer.text == "The soap is 10.00."
    assert answer.receipts == [("list_priced_products", str(receipt.id))]
