"""A brand's run, and chat models for its agents at local servers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.context import Context
from evals.model_server import ModelServer, Script, Step, serving
from llm.anthropic_chat import AnthropicChatModel
from llm.budget import Ledger, ModelLimits
from llm.choice import parse_model
from llm.crew_model import CrewChatModel
from llm.exchanges import Exchanges
from llm.openai_chat import OpenAIChatModel
from llm.patience import Patience
from llm.prices import TokenPrice
from store.database import Database
from store.tables import ModelExchange, ModelSpend
from tests.integration.priced_brand import start_run


@dataclass
class Desk:
    """One run of one brand, at which agents think. `waits` are the seconds that they would have waited."""

    database: Database
    ctx: Context
    run_id: UUID
    waits: list[float] = field(default_factory=list)

    def model(
        self,
        *providers: Any,
        agent: str = "pricing_director",
        limits: ModelLimits | None = None,
        prices: dict[str, TokenPrice] | None = None,
        **patience: Any,
    ) -> CrewChatModel:
        return CrewChatModel(
            agent=agent,
            providers=list(providers),
            prices=prices or {},
            exchanges=Exchanges(self.database, self.ctx, self.run_id),
            ledger=Ledger(self.database, self.ctx, self.run_id, agent, limits or ModelLimits()),
            patience=Patience(sleep=self.waits.append, **patience),
        )

    def spends(self) -> list[ModelSpend]:
        return self._rows(ModelSpend)

    def exchanges(self) -> list[ModelExchange]:
        return self._rows(ModelExchange)

    def _rows(self, table: type[Any]) -> list[Any]:
        with self.database.read(self.ctx) as session:
            return list(session.scalars(select(table).order_by(col(table.id))).all())


@pytest.fixture
def desk(database: Database, new_brand: Callable[..., Context]) -> Desk:
    ctx = new_brand()
    return Desk(database, ctx, start_run(database, ctx))


@pytest.fixture
def serve() -> Iterator[Callable[[Script | Sequence[Step]], ModelServer]]:
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(serving(script))


def openai_at(server: ModelServer, monkeypatch: pytest.MonkeyPatch, **rest: Any) -> OpenAIChatModel:
    """A model of OpenAI at a server."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    return OpenAIChatModel(named=parse_model("openai:gpt-5"), **rest)


def anthropic_at(server: ModelServer, monkeypatch: pytest.MonkeyPatch, **rest: Any) -> AnthropicChatModel:
    """A model of Anthropic at a server."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    return AnthropicChatModel(named=parse_model("anthropic:claude-sonnet-5"), **rest)


def compatible_at(server: ModelServer, **rest: Any) -> OpenAIChatModel:
    """A model of a compatible server."""
    return OpenAIChatModel(named=parse_model(f"{server.url}/v1#local-model"), **rest)
