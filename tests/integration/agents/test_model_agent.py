"""An agent on a model begins where the rules end, and goes on where it was interrupted."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from agents.charter import load_charters
from agents.consultation import Consultation
from agents.crew import mind_for, playbook_of
from agents.loop import AgentResult, run_agent
from domain.context import Context
from evals.model_agent import good_agent
from evals.model_server import ModelServer, Status, Step, serving
from evals.model_wire import ModelAnswer, ModelRequest
from llm.connect import ModelOptions, Providers
from llm.patience import Patience
from store.database import Database
from store.tables import ModelExchange, ProposalRow, Receipt
from tests.integration.priced_brand import Planted, plant, start_run
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
CHARTER = next(charter for charter in load_charters() if charter.name == "pricing_director")


class Killed(RuntimeError):
    pass


def killed(_seconds: float) -> None:
    raise Killed


@pytest.fixture
def ctx(database: Database, new_brand: NewBrand) -> Context:
    ctx = new_brand()
    plant(database, ctx, [Planted("SOAP-1", 1000, 400, -1.3)])
    return ctx


async def work(database: Database, ctx: Context, run_id: UUID, server: ModelServer, **patience: Any) -> AgentResult:
    """The Pricing Director works on a run, thinking with the model of this server."""
    providers = Providers(ModelOptions(patience=Patience(**patience)))

    def connected(model: Any) -> Any:
        return providers.connect(model, database, ctx, run_id, CHARTER.name)

    mind = mind_for(CHARTER, f"{server.url}/v1#local", connected)
    return await run_agent(CHARTER, toolbox(database, ctx, run_id), mind.chat_model, "Prices", playbook=mind.playbook)


def toolbox(database: Database, ctx: Context, run_id: UUID) -> Toolbox:
    return Toolbox(database, replace(ctx, as_of=ctx.now()), run_id, CHARTER.name, CHARTER.tools)


def rows(database: Database, ctx: Context, table: type[Any]) -> list[Any]:
    with database.read(ctx) as session:
        return list(session.scalars(select(table)).all())


async def test_who_was_killed_in_mid_conversation_asks_only_what_was_not_answered(
    database: Database, ctx: Context
) -> None:
    turns: list[str] = []

    def breaks_at_the_third(asked: ModelRequest) -> Step:
        turns.append(asked.provider)
        return Status(500) if len(turns) == 3 else good_agent(asked)

    run_id = start_run(database, ctx)
    with serving(breaks_at_the_third) as server:
        with pytest.raises(Killed):
            await work(database, ctx, run_id, server, sleep=killed)
        made = rows(database, ctx, ProposalRow)
        assert (len(turns), len(rows(database, ctx, ModelExchange)), len(made)) == (3, 2, 1)
        result = await work(database, ctx, run_id, server, sleep=killed)
    assert (result.status, len(turns)) == ("ok", 4)
    assert [row.id for row in rows(database, ctx, ProposalRow)] == [row.id for row in made] == result.report.proposals


async def test_what_the_rules_find_is_told_with_receipts_and_nothing_is_proposed(
    database: Database, ctx: Context
) -> None:
    box = toolbox(database, ctx, start_run(database, ctx))
    playbook = playbook_of(CHARTER)
    assert playbook
    analysis = json.loads(Consultation(playbook, box, "Prices").analysis())["result"]
    box.written()
    assert [call["tool"] for call in analysis["suggested_calls"]] == ["propose_price_update"]
    assert analysis["draft_report"]["proposals"] == []
    assert rows(database, ctx, ProposalRow) == []
    cited = {ref["receipt"] for ref in analysis["draft_report"]["summary"]["figures"].values()}
    assert cited <= {str(row.id) for row in rows(database, ctx, Receipt)}


async def test_a_model_may_sign_the_draft_with_changes(database: Database, ctx: Context) -> None:
    own = {"summary": {"text": "Prices hold."}, "leave_out": [0], "add": []}
    steps = [
        ModelAnswer(calls=[("rules_analysis", "{}")]),
        ModelAnswer(calls=[("submit_rules_report", json.dumps(own))]),
    ]
    with serving(steps) as server:
        result = await work(database, ctx, start_run(database, ctx), server)
    assert (result.status, result.report.summary.text, result.report.findings) == ("ok", "Prices hold.", [])


@pytest.mark.parametrize(
    "signed",
    [{"summary": {"text": "Up by 12."}}, {"proposals": ["00000000-0000-0000-0000-000000000000"]}, {"proposals": 1}],
)
async def test_a_signed_draft_is_checked_like_any_report(database: Database, ctx: Context, signed: Any) -> None:
    with serving([ModelAnswer(calls=[("submit_rules_report", json.dumps(signed))])]) as server:
        result = await work(database, ctx, start_run(database, ctx), server)
    assert (result.status, result.steps) == ("degraded", 2)
    assert "does not hold" in result.reason
