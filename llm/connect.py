"""Connects an agent in a run to its models: the one named, and the one to fall back on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import UUID
from weakref import WeakValueDictionary

from pydantic import SecretStr

from domain.context import Context
from domain.errors import InvalidInput
from llm.budget import Ledger, ModelLimits
from llm.choice import ModelName, Provider
from llm.patience import Patience
from llm.prices import TokenPrice
from store.database import Database

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from llm.crew_model import CrewChatModel
    from llm.exchanges import Recorded

_KEYS: Mapping[Provider, tuple[str, ...]] = {
    Provider.OPENAI: ("OPENAI_API_KEY",),
    Provider.ANTHROPIC: ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
}


@dataclass(frozen=True)
class ModelOptions:
    """Options of every model of a crew. `prices` are those that their owner states, by the model's name."""

    fallback: ModelName | None = None
    key: SecretStr | None = None
    prices: Mapping[str, TokenPrice] = field(default_factory=dict)
    limits: ModelLimits = field(default_factory=ModelLimits)
    patience: Patience = field(default_factory=Patience)
    max_output_tokens: int = 8_192
    timeout_seconds: float = 120.0
    streamed: bool = True


def require_key(model: ModelName) -> None:
    """Raises InvalidInput where the environment holds no key for a provider that wants one."""
    names = _KEYS.get(model.provider, ())
    if names and not any(os.environ.get(name) for name in names):
        raise InvalidInput(f"{model} needs a key.", remedy=f"Set {names[0]}, or MHOS_MODEL=rules, which needs none.")


class Providers:
    """The providers' models that a process talks to: each is connected to once, and shared by agents and runs."""

    def __init__(self, options: ModelOptions) -> None:
        self.options = options
        self._guard = Lock()
        self._known: dict[ModelName, BaseChatModel] = {}
        self._recorded: WeakValueDictionary[UUID, Recorded] = WeakValueDictionary()

    def connect(self, model: ModelName, database: Database, ctx: Context, run_id: UUID, agent: str) -> "CrewChatModel":
        """The chat model that an agent thinks with in a run. Nothing is asked of anybody yet."""
        from llm.crew_model import CrewChatModel
        from llm.exchanges import Exchanges

        fallback = self.options.fallback
        asked = [model] if fallback in (None, model) else [model, fallback]
        return CrewChatModel(
            agent=agent,
            providers=[self._provider(name) for name in asked if name is not None],
            prices=self.options.prices,
            exchanges=Exchanges(database, ctx, run_id, self._recorded_in(run_id)),
            ledger=Ledger(database, ctx, run_id, agent, self.options.limits),
            patience=self.options.patience,
        )

    def _provider(self, model: ModelName) -> "BaseChatModel":
        with self._guard:
            if model not in self._known:
                self._known[model] = _provider_model(model, self.options)
            return self._known[model]

    def _recorded_in(self, run_id: UUID) -> "Recorded":
        """Shared while any agent of the run is at work."""
        from llm.exchanges import Recorded

        with self._guard:
            return self._recorded.setdefault(run_id, Recorded())


def _provider_model(model: ModelName, options: ModelOptions) -> "BaseChatModel":
    limits: dict[str, Any] = {
        "timeout_seconds": options.timeout_seconds,
        "max_output_tokens": options.max_output_tokens,
        "streamed": options.streamed,
    }
    if model.provider is Provider.ANTHROPIC:
        from llm.anthropic_chat import AnthropicChatModel

        return AnthropicChatModel(named=model, **limits)
    from llm.openai_chat import OpenAIChatModel

    return OpenAIChatModel(named=model, api_key=options.key, **limits)
