"""Faults of models and their providers, and what must become of each: one agent plays each case in one run."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from agents.charter import Charter
from agents.loop import run_agent
from domain.context import Context
from evals.model_server import (
    Cut,
    ErrorEvent,
    Flood,
    Garbage,
    ModelServer,
    Silence,
    Status,
    Step,
    Trickle,
    Unstreamed,
    serving,
)
from evals.model_wire import ANTHROPIC, OPENAI, ModelAnswer
from llm.anthropic_chat import AnthropicChatModel
from llm.budget import Ledger, ModelLimits
from llm.choice import parse_model
from llm.crew_model import CrewChatModel
from llm.exchanges import Exchanges
from llm.openai_chat import OpenAIChatModel
from llm.patience import Patience
from store.database import Database
from store.tables import ModelExchange, ModelSpend, Run
from tools.toolbox import Toolbox

PROVIDERS = (OPENAI, ANTHROPIC)
LOOK = ModelAnswer("I look.", [("list_channels", "{}")])
_WELL = '{"summary": {"text": "All is well."}}'
REPORT = ModelAnswer("Done.", [("submit_report", _WELL)])
_NOT_JSON = ModelAnswer(calls=[("list_channels", "{channels: all}")])
_CUT_OFF = ModelAnswer(calls=[("submit_report", '{"summary": {"text": "All is we')], stop="length")
_UNKNOWN = ModelAnswer(calls=[("change_price", '{"to": 1}')])
_IN_WORDS = ModelAnswer(calls=[("submit_report", '{"summary": {"text": "Sales rose by twelve percent."}}')])
_UNFOUNDED = ModelAnswer(calls=[("submit_report", '{"summary": {"text": "Sales rose by 12 %."}}')])
_SILENT_SECONDS, _TOTAL_SECONDS = 1.0, 2.5
_FEW_TOKENS = 20_000


@dataclass(frozen=True)
class FaultCase:
    """Steps of the model's server, its last again and again, and what must become of them."""

    name: str
    steps: Sequence[Step]
    status: str = "ok"
    reason: str = ""
    """What the degraded report's reason must say."""
    waits: Sequence[float] = ()
    """The least that must be waited before each attempt but the first."""
    fallback: Sequence[Step] = ()
    limits: ModelLimits = field(default_factory=ModelLimits)
    openai_only: bool = False


CASES: tuple[FaultCase, ...] = (
    FaultCase("nothing wrong", [LOOK, REPORT]),
    FaultCase("parallel tool calls", [ModelAnswer(calls=[("list_channels", "{}")] * 5), REPORT]),
    FaultCase("thinks before it speaks", [ModelAnswer(calls=LOOK.calls, thinking="Where to look?"), REPORT]),
    FaultCase("no count of tokens", [replace(LOOK, usage=False), replace(REPORT, usage=False)], openai_only=True),
    *(
        FaultCase(
            f"counts of {tokens[0]} tokens, in a loop",
            [replace(LOOK, tokens=tokens)],
            "degraded",
            "tokens, and",
            limits=ModelLimits(run_tokens=_FEW_TOKENS),
        )
        for tokens in ((0, 0), (-1, -1))
    ),
    FaultCase(
        "thinks before its arguments", [LOOK, ModelAnswer(calls=[("submit_report", f"<think>{{</think>{_WELL}")])]
    ),
    FaultCase("a report in a fenced block", [LOOK, ModelAnswer(f"```json\n{_WELL}\n```")]),
    FaultCase("a server that does not stream", [Unstreamed(LOOK), Unstreamed(REPORT)], openai_only=True),
    FaultCase(
        "refusal",
        [LOOK, ModelAnswer("I will not.", stop="refusal")],
        "degraded",
        "declined to answer",
        fallback=[REPORT],
    ),
    FaultCase("no tool call, once", [ModelAnswer("Let me think."), REPORT]),
    FaultCase("malformed JSON, once", [_NOT_JSON, REPORT]),
    FaultCase("malformed JSON, again", [_NOT_JSON], "degraded", "not a JSON object"),
    FaultCase("truncated JSON, once", [_CUT_OFF, REPORT]),
    FaultCase("truncated JSON, again", [_CUT_OFF], "degraded", "cut off at its greatest length"),
    FaultCase("unknown tool, once", [_UNKNOWN, REPORT]),
    FaultCase("unknown tool, again", [_UNKNOWN], "degraded", "There is no tool 'change_price'"),
    FaultCase("a number without a receipt, once", [_UNFOUNDED, REPORT]),
    FaultCase("a number without a receipt, again", [_UNFOUNDED], "degraded", "bare number"),
    FaultCase("a number in words, once", [_IN_WORDS, REPORT]),
    FaultCase("a number in words, again", [_IN_WORDS], "degraded", "number in words"),
    FaultCase("429 with retry-after, twice", [Status(429, {"retry-after": "7"})] * 2 + [LOOK, REPORT], waits=[7, 7]),
    FaultCase("429 that asks for an hour", [Status(429, {"retry-after": "3600"})], "degraded", "answered 429"),
    FaultCase("429 without money", [Status(429, code="insufficient_quota")], "degraded", "answered 429"),
    FaultCase("500, twice", [Status(500), Status(500), LOOK, REPORT], waits=[0.7, 1.5]),
    FaultCase(
        "500 for good", [Status(500)], "degraded", "answered 500: try again later (tried 4 times)", waits=[0.7, 1.5, 3]
    ),
    FaultCase("500 for good, with a fallback", [Status(500)], waits=[0.7, 1.5, 3], fallback=[LOOK, REPORT]),
    FaultCase("529 (overloaded), once", [Status(529), LOOK, REPORT], waits=[0.7]),
    FaultCase("401", [Status(401)], "degraded", "answered 401"),
    FaultCase("400", [Status(400, message="context too long")], "degraded", "context too long"),
    FaultCase("time-out, once", [Silence(9), LOOK, REPORT], waits=[0.7]),
    FaultCase("time-out for good", [Silence(9)], "degraded", "did not answer in time", waits=[0.7, 1.5, 3]),
    FaultCase("kept alive without an answer", [Trickle(), LOOK, REPORT], waits=[0.7]),
    FaultCase("connection cut in mid-stream, once", [Cut(LOOK, 3), LOOK, REPORT], waits=[0.7]),
    FaultCase("connection cut in mid-stream, for good", [Cut(LOOK, 3)], "degraded", "connection", waits=[0.7, 1.5, 3]),
    FaultCase("an answer without end", [Flood("events")], "degraded", "is longer than"),
    FaultCase("an answer without end, packed", [Flood("packed")], "degraded", "is longer than"),
    FaultCase("stream ends unfinished", [Cut(LOOK, 3, politely=True), LOOK, REPORT], waits=[0.7]),
    FaultCase("error within a stream", [ErrorEvent(), LOOK, REPORT], waits=[0.7]),
    FaultCase("a page instead of an answer", [Garbage(content_type="text/html"), LOOK, REPORT], waits=[0.7]),
    FaultCase("endless loop of tool calls", [LOOK], "degraded", "no report after 40 turns"),
    FaultCase("no money left", [LOOK, REPORT], "degraded", "left for this meeting", limits=ModelLimits(run_micros=100)),
    FaultCase("no tokens left", [LOOK, REPORT], "degraded", "tokens", limits=ModelLimits(run_tokens=100)),
)


@dataclass(frozen=True)
class FaultOutcome:
    """The outcome of a case. `broken` names what is not as promised."""

    case: FaultCase
    provider: str
    status: str
    reason: str
    requests: int
    waits: Sequence[float]
    cost_micros: int
    broken: Sequence[str]


def play(case: FaultCase, provider: str, database: Database, ctx: Context, charter: Charter) -> FaultOutcome:
    """One agent works on the case in a run of its own, and once more as if it had been interrupted at the end."""
    with serving(case.steps) as server, serving(case.fallback or [Status(500)]) as other, _at(server):
        run_id, waits, as_of = _run(database, ctx), list[float](), ctx.now()
        providers = [_model(provider, server)]
        if case.fallback:
            providers.append(OpenAIChatModel(named=parse_model(f"{other.url}/v1#fallback")))

        def answer() -> tuple[str, str]:
            model = CrewChatModel(
                agent=charter.name,
                providers=providers,
                exchanges=Exchanges(database, ctx, run_id),
                ledger=Ledger(database, ctx, run_id, charter.name, case.limits),
                patience=Patience(sleep=waits.append),
            )
            toolbox = Toolbox(database, replace(ctx, as_of=as_of), run_id, charter.name, charter.tools)
            result = asyncio.run(run_agent(charter, toolbox, model, "How are we?"))
            return result.status, result.reason

        status, reason = answer()
        heard, waited = len(server.heard) + len(other.heard), tuple(waits)
        broken = list(_broken(case, status, reason, waited, [*server.refused, *other.refused]))
        spends = _rows(database, ctx, run_id, ModelSpend)
        broken += _unpaid(spends, heard)
        if case.status == "ok":
            recorded = len(_rows(database, ctx, run_id, ModelExchange))
            if (answer(), len(server.heard) + len(other.heard)) != ((status, reason), heard):
                broken.append(f"the replay of {recorded} exchanges differs, or asked again")
        cost = sum(spend.cost_micros for spend in spends)
        return FaultOutcome(case, provider, status, reason, heard, waited, cost, broken)


def _broken(case: FaultCase, status: str, reason: str, waits: Sequence[float], refused: Sequence[str]) -> Iterator[str]:
    if status != case.status:
        yield f"{status} instead of {case.status}: {reason}"
    if case.reason not in reason:
        yield f"the reason does not say {case.reason!r}: {reason}"
    if len(waits) != len(case.waits) or any(wait < least for wait, least in zip(waits, case.waits, strict=True)):
        yield f"waited {waits} instead of {case.waits}"
    if refused:
        yield f"a request that the provider would refuse: {refused[0]}"


def _unpaid(spends: Sequence[ModelSpend], heard: int) -> list[str]:
    calls = {spend.call_id for spend in spends}
    broken = [f"{len(calls)} calls paid for, {heard} made"] if len(calls) != heard else []
    if len(spends) != 2 * len(calls):
        broken.append("a reservation was not settled")
    return broken


def _model(provider: str, server: ModelServer) -> OpenAIChatModel | AnthropicChatModel:
    limits = {"timeout_seconds": _SILENT_SECONDS, "total_seconds": _TOTAL_SECONDS, "max_output_tokens": 1_000}
    if provider == ANTHROPIC:
        return AnthropicChatModel(named=parse_model("anthropic:claude-sonnet-5"), **limits)
    return OpenAIChatModel(named=parse_model("openai:gpt-5"), **limits)


@contextmanager
def _at(server: ModelServer) -> Iterator[None]:
    """The official clients find the server as they find their own: by the environment."""
    places = {"OPENAI_BASE_URL": f"{server.url}/v1", "ANTHROPIC_BASE_URL": server.url}
    with patch.dict(os.environ, {**places, "OPENAI_API_KEY": "sk-local", "ANTHROPIC_API_KEY": "sk-ant-local"}):
        yield


def _run(database: Database, ctx: Context) -> UUID:
    with database.begin(ctx) as session:
        run = Run(kind="eval", graph_version="eval", status="running", started_by="eval", started_at=ctx.now())
        session.add(run)
        session.flush()
        return run.id


def _rows(database: Database, ctx: Context, run_id: UUID, table: type[Any]) -> list[Any]:
    with database.read(ctx) as session:
        return list(session.scalars(select(table).where(col(table.run_id) == run_id)).all())
