"""Failing providers are asked again, then others; what was answered is never asked twice; attempts are paid for."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from langchain_core.messages import HumanMessage

from evals.model_server import Flood, Garbage, ModelServer, Silence, Status
from evals.model_wire import ModelAnswer, ModelRequest
from llm.budget import Ledger, ModelLimits, Tokens
from llm.errors import BudgetExceeded, ModelError, NotAuthorised, Overloaded, Refused
from llm.prices import DEAREST, TokenPrice
from store.group_commit import Batch
from store.reads.models import ModelCost, cost_of_run, costs_since
from tests.integration.llm.conftest import Desk, anthropic_at, compatible_at, openai_at
from tests.integration.priced_brand import start_run

Serve = Callable[[Any], ModelServer]
ASKED = [HumanMessage("What now? " * 10)]
FINE = ModelAnswer("Fine.")
TOOL = {"type": "function", "function": {"name": "look", "description": "", "parameters": {"type": "object"}}}


def test_a_busy_provider_is_asked_again_when_it_said(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    server = serve([Status(429, {"retry-after": "7"}), Status(500), Status(529), FINE])
    assert desk.model(openai_at(server, monkeypatch)).invoke(ASKED).content == "Fine."
    assert desk.waits[0] == 7.0
    assert 1.5 <= desk.waits[1] <= 2.0 < desk.waits[2] <= 4.0
    assert len(server.heard) == 4


def test_a_provider_that_asks_for_too_long_a_wait_is_left_alone(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    busy, other = serve([Status(429, {"retry-after": "3600"})]), serve([FINE])
    model = desk.model(openai_at(busy, monkeypatch), anthropic_at(other, monkeypatch))
    assert model.invoke(ASKED).content == "Fine."
    assert (len(busy.heard), desk.waits) == (1, [])
    assert [exchange.model for exchange in desk.exchanges()] == ["anthropic:claude-sonnet-5"]


@pytest.mark.parametrize("step", [Status(500), Garbage(), Silence(5)], ids=lambda step: type(step).__name__)
def test_where_one_provider_fails_another_is_asked(desk: Desk, serve: Serve, monkeypatch: Any, step: Any) -> None:
    broken, other = serve([step]), serve([FINE])
    model = desk.model(openai_at(broken, monkeypatch, timeout_seconds=0.2), anthropic_at(other, monkeypatch))
    assert model.invoke(ASKED).content == "Fine."
    assert len(broken.heard) == 4


@pytest.mark.parametrize("kind", ["events", "body", "packed"])
def test_an_answer_without_end_is_not_asked_for_again(desk: Desk, serve: Serve, monkeypatch: Any, kind: Any) -> None:
    endless, other = serve([Flood(kind)]), serve([FINE])
    model = desk.model(openai_at(endless, monkeypatch, max_output_tokens=100), anthropic_at(other, monkeypatch))
    assert model.invoke(ASKED).content == "Fine."
    assert (len(endless.heard), desk.waits) == (1, [])
    reserved, settled = (spend for spend in desk.spends() if spend.model == "openai:gpt-5")
    assert (settled.outcome, settled.cost_micros) == ("model_answer_too_long", 0)
    assert reserved.cost_micros > 0


def test_when_all_fail_the_error_says_what_became_of_each(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    broken, locked = serve([Status(503)]), serve([Status(401, message="Incorrect key: sk-t***")])
    with pytest.raises(NotAuthorised) as failed:
        desk.model(openai_at(broken, monkeypatch), anthropic_at(locked, monkeypatch)).invoke(ASKED)
    said = str(failed.value)
    assert "openai:gpt-5 answered 503: try again later (tried 4 times)" in said
    assert "anthropic:claude-sonnet-5 answered 401" in said
    assert "sk-t" not in said


def test_no_more_time_is_spent_than_there_is(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    seconds = iter(range(0, 1000, 20))
    model = desk.model(
        openai_at(serve([Status(500)]), monkeypatch), total_seconds=30, monotonic=lambda: float(next(seconds))
    )
    with pytest.raises(Overloaded):
        model.invoke(ASKED)
    assert len(desk.waits) == 1


def test_a_refusal_is_taken_at_its_word_now_and_when_resumed(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    server, other = serve([ModelAnswer("No.", stop="refusal")]), serve([FINE])
    model = desk.model(openai_at(server, monkeypatch), anthropic_at(other, monkeypatch))
    for _ in range(2):
        with pytest.raises(Refused, match="No"):
            model.invoke(ASKED)
    assert (len(server.heard), len(other.heard)) == (1, 0)


def test_a_resumed_run_asks_nobody_twice(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    server = serve([ModelAnswer("I look.", [("look", '{"at": 1}')]), FINE])
    first = desk.model(openai_at(server, monkeypatch)).bind_tools([TOOL]).invoke(ASKED)
    gone = desk.model(compatible_at(serve([Status(500)])))
    again = gone.bind_tools([TOOL]).invoke(ASKED)
    kept = ("content", "tool_calls", "invalid_tool_calls", "usage_metadata", "response_metadata")
    assert all(getattr(first, key) == getattr(again, key) for key in kept)
    assert len(server.heard) == len(desk.exchanges()) == 1
    assert desk.exchanges()[0].request["tools"] == ["look"]


def test_another_run_agent_or_tool_is_another_request(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    server = serve([FINE])
    provider = openai_at(server, monkeypatch)
    desk.model(provider).invoke(ASKED)
    desk.model(provider, agent="stand_coach").invoke(ASKED)
    desk.model(provider).bind_tools([TOOL]).invoke(ASKED)
    Desk(desk.database, desk.ctx, start_run(desk.database, desk.ctx)).model(provider).invoke(ASKED)
    assert len(server.heard) == 4


def test_the_worst_case_is_reserved_and_corrected_to_what_it_cost(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    desk.model(openai_at(serve([FINE]), monkeypatch, max_output_tokens=1000)).invoke(ASKED)
    reserved, settled = desk.spends()
    assert (reserved.entry, settled.entry, settled.outcome) == ("reserved", "settled", "answered")
    assert reserved.output_tokens == 1000
    assert reserved.cost_micros >= 10_000
    assert reserved.cost_micros + settled.cost_micros == 325, "100 tokens in at 1.25, 20 out at 10 dollars a million"
    assert (reserved.price_known, settled.estimated) == (True, False)


def test_anthropics_own_count_is_what_is_reserved(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    server = serve([FINE])
    desk.model(anthropic_at(server, monkeypatch)).invoke(ASKED)
    assert (server.counted, desk.spends()[0].input_tokens) == (1, 123)


def test_what_nobody_counted_is_marked_and_not_free(desk: Desk, serve: Serve) -> None:
    desk.model(compatible_at(serve([ModelAnswer("Fine.", usage=False)]))).invoke(ASKED)
    reserved, settled = desk.spends()
    assert (settled.estimated, settled.price_known) == (True, False)
    total = reserved.cost_micros + settled.cost_micros
    assert total >= DEAREST.micros(len(str(ASKED[0].content)), len("Fine."))


@pytest.mark.parametrize("tokens", [(0, 0), (-1, -1), (0, 20), (100, 0), (10**30, 20)], ids=str)
def test_what_is_no_count_leaves_the_reservation_as_it_was(desk: Desk, serve: Serve, tokens: tuple[int, int]) -> None:
    desk.model(compatible_at(serve([replace(FINE, tokens=tokens)]))).invoke(ASKED)
    reserved, settled = desk.spends()
    assert (settled.input_tokens, settled.output_tokens, settled.cost_micros) == (0, 0, 0)
    assert (settled.outcome, settled.estimated) == ("answered", True)
    assert reserved.input_tokens > len(str(ASKED[0].content))


def test_what_nobody_counted_costs_at_least_what_was_said(desk: Desk, serve: Serve) -> None:
    """A server that does not keep to the greatest number of tokens that it was asked for."""
    desk.model(compatible_at(serve([ModelAnswer("x" * 5_000, usage=False)]), max_output_tokens=10)).invoke(ASKED)
    assert sum(spend.output_tokens for spend in desk.spends()) >= 5_000


@pytest.mark.parametrize("tokens", [(0, 0), (-1, -1), (0, 20)], ids=str)
def test_a_loop_that_is_not_counted_ends_as_soon_as_one_that_is(desk: Desk, serve: Serve, tokens: Any) -> None:
    def calls_until_the_end(count: Callable[[ModelRequest], tuple[int, int]]) -> int:
        server = serve(lambda asked: ModelAnswer("Again.", tokens=count(asked)))
        run = Desk(desk.database, desk.ctx, start_run(desk.database, desk.ctx))
        model = run.model(compatible_at(server, max_output_tokens=100), limits=ModelLimits(run_tokens=50_000))
        with pytest.raises(BudgetExceeded, match="tokens"):
            for turn in range(100):
                model.invoke([HumanMessage(f"{turn}. What now? " * 200)])
        return len(server.heard)

    honest = calls_until_the_end(lambda asked: (len(json.dumps(asked.body["messages"])), 20))
    assert 1 < calls_until_the_end(lambda _: tokens) <= honest < 20


def test_a_count_of_nothing_before_the_call_is_none(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    server = serve([FINE])
    server.counts = 0
    desk.model(anthropic_at(server, monkeypatch)).invoke(ASKED)
    assert (server.counted, desk.spends()[0].estimated) == (1, True)
    assert desk.spends()[0].input_tokens > len(str(ASKED[0].content))


@pytest.mark.parametrize(
    ("step", "free"), [(Status(429), True), (Status(500), True), (Silence(5), False), (Garbage(), False)]
)
def test_what_may_have_cost_stays_at_its_worst_case(
    desk: Desk, serve: Serve, monkeypatch: Any, step: Any, free: bool
) -> None:
    with pytest.raises(ModelError):
        desk.model(openai_at(serve([step]), monkeypatch, timeout_seconds=0.2), attempts=1).invoke(ASKED)
    reserved, settled = desk.spends()
    assert reserved.cost_micros + settled.cost_micros == (0 if free else reserved.cost_micros)
    assert settled.outcome.startswith("model_")


def test_a_call_that_may_cost_too_much_is_not_made(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    server = serve([FINE])
    with pytest.raises(BudgetExceeded, match="this meeting"):
        desk.model(openai_at(server, monkeypatch), limits=ModelLimits(run_micros=10_000)).invoke(ASKED)
    with pytest.raises(BudgetExceeded, match="tokens"):
        desk.model(openai_at(server, monkeypatch), limits=ModelLimits(run_tokens=5_000)).invoke(ASKED)
    assert (server.heard, desk.spends()) == ([], [])


def test_the_month_counts_all_runs_of_the_brand_and_no_other(
    desk: Desk, serve: Serve, monkeypatch: Any, new_brand: Any
) -> None:
    provider = openai_at(serve([FINE]), monkeypatch, max_output_tokens=30)
    limits = ModelLimits(month_micros=600)
    desk.model(provider, limits=limits).invoke(ASKED)
    other = new_brand("rival")
    Desk(desk.database, other, start_run(desk.database, other)).model(provider, limits=limits).invoke(ASKED)
    next_run = start_run(desk.database, desk.ctx)
    with pytest.raises(BudgetExceeded, match="this month"):
        Desk(desk.database, desk.ctx, next_run).model(provider, limits=limits).invoke(ASKED)
    desk.ctx.clock.advance(timedelta(days=31))  # type: ignore[attr-defined]
    Desk(desk.database, desk.ctx, next_run).model(provider, limits=limits).invoke(ASKED)


def test_a_price_that_its_owner_states_holds(desk: Desk, serve: Serve) -> None:
    provider = compatible_at(serve([FINE]))
    prices = {str(provider.named): TokenPrice(Decimal(0), Decimal(0))}
    desk.model(provider, prices=prices, limits=ModelLimits(run_micros=0)).invoke(ASKED)
    assert [(spend.cost_micros, spend.price_known) for spend in desk.spends()] == [(0, True)] * 2


def test_a_reservation_that_a_crash_left_counts_as_spent(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    provider = openai_at(serve([FINE]), monkeypatch)
    crashing = desk.model(provider)
    monkeypatch.setattr(type(crashing.ledger), "settle", crash)
    with pytest.raises(KeyboardInterrupt):
        crashing.invoke(ASKED)
    monkeypatch.undo()
    held = sum(spend.cost_micros for spend in desk.spends())
    with pytest.raises(BudgetExceeded):
        desk.model(openai_at(serve([FINE]), monkeypatch), limits=ModelLimits(run_micros=held + 10)).invoke(ASKED)


def test_agents_side_by_side_cannot_reserve_the_same_money(desk: Desk, serve: Serve, monkeypatch: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    provider = openai_at(serve([FINE]), monkeypatch, max_output_tokens=30)

    def ask(agent: str) -> bool:
        own = Desk(desk.database, replace(desk.ctx, ids=desk.ctx.ids.fork(agent)), desk.run_id)
        try:
            own.model(provider, agent=agent, limits=ModelLimits(run_micros=1_500)).invoke(ASKED)
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        paid = list(pool.map(ask, [f"agent_{index}" for index in range(6)]))
    total = sum(spend.cost_micros for spend in desk.spends())
    assert total <= 1_500
    assert total == 325 * sum(paid)
    assert isinstance(desk.run_id, UUID)


def test_what_a_run_cost_is_told_and_what_was_never_settled_counts_at_its_worst(
    desk: Desk, serve: Serve, monkeypatch: Any
) -> None:
    def cost() -> ModelCost | None:
        with desk.database.read(desk.ctx) as session:
            return cost_of_run(session, desk.run_id)

    assert cost() is None
    desk.model(openai_at(serve([FINE]), monkeypatch, max_output_tokens=1000)).invoke(ASKED)
    settled = cost()
    assert settled is not None
    assert (settled.calls, settled.input_tokens, settled.output_tokens, settled.bounded) == (1, 100, 20, False)
    assert settled.micros == sum(spend.cost_micros for spend in desk.spends())

    crashing = desk.model(openai_at(serve([FINE]), monkeypatch, max_output_tokens=1000), agent="stand_coach")
    monkeypatch.setattr(type(crashing.ledger), "settle", lambda *_: None)
    crashing.invoke(ASKED)
    held = cost()
    assert held is not None
    assert (held.calls, held.bounded) == (2, True)
    assert held.output_tokens == 1020
    with desk.database.read(desk.ctx) as session:
        by = costs_since(session, desk.ctx.now().replace(day=1))
    assert [(spend.of, spend.calls) for spend in by["run"]] == [(str(desk.run_id), 2)]
    assert {spend.of for spend in by["agent"]} == {"pricing_director", "stand_coach"}


def test_runs_that_reserve_in_one_transaction_cannot_both_have_the_month_s_last_money(desk: Desk) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event

    begun, go = Event(), Event()

    def hold_up(_: Batch) -> None:
        begun.set()
        assert go.wait(30)

    def reserve(run_id: UUID) -> str:
        ledger = Ledger(desk.database, desk.ctx, run_id, "a", ModelLimits(month_micros=1_500))
        try:
            ledger.reserve("openai:gpt-5", TokenPrice(Decimal(1), Decimal(1)), True, Tokens(500, 500, estimated=True))
        except BudgetExceeded:
            return "refused"
        return "reserved"

    runs = [desk.run_id, start_run(desk.database, desk.ctx)]
    with ThreadPoolExecutor(3) as pool:
        pool.submit(desk.database.together, desk.ctx, hold_up)
        assert begun.wait(30)
        asked = [pool.submit(reserve, run_id) for run_id in runs]
        queue = desk.database._together.of(desk.ctx.brand_id)._queue
        while len(queue) < 2:
            Event().wait(0.01)
        go.set()
        assert sorted(future.result(30) for future in asked) == ["refused", "reserved"]
