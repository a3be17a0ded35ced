"""Connects an agent in a run to its models: the one named, and the one to fall back on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import SecretStr

from domain.context import Context
from domain.errors import InvalidInput
from llm.budget import Ledger, Limits
from llm.choice import ModelName, Provider
from llm.patience import Patience
from llm.prices import Price
from store.database import Database

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from llm.crew_model import CrewChatModel

_KEYS: Mapping[Provider, tuple[str, ...]] = {
    Provider.OPENAI: ("OPENAI_API_KEY",),
    Provider.ANTHROPIC: ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
}


@dataclass(frozen=True)
class ModelOptions:
    """What holds for every model of a crew. `prices` are those that their owner states, by the model's name."""

    fallback: ModelName | None = None
    key: SecretStr | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    max_output_tokens: int = 8_192
    timeout_seconds: float = 120.0


def require_key(model: ModelName) -> None:
    """Raises InvalidInput where the environment holds no key for a provider that wants one."""
    names = _KEYS.get(model.provider, ())
    if names and not any(os.environ.get(name) for name in names):
        raise InvalidInput(f"{model} needs a key.", remedy=f"Set {names[0]}, or MHOS_MODEL=rules, which needs none.")


def connect(
    model: ModelName, options: ModelOptions, database: Database, ctx: Context, run_id: UUID, agent: str
) -> "CrewChatModel":
    """The chat model that an agent thinks with in a run. Nothing is asked of anybody yet."""
    from llm.crew_model import CrewChatModel
    from llm.exchanges import Exchanges

    asked = [model] if options.fallback in (None, model) else [model, options.fallback]
    return CrewChatModel(
        agent=agent,
        providers=[_provider_model(one, options) for one in asked if one is not None],
        prices=options.prices,
        exchanges=Exchanges(database, ctx, run_id),
        ledger=Ledger(database, ctx, run_id, agent, options.limits),
        patience=options.patience,
    )


def _provider_model(model: ModelName, options: ModelOptions) -> "BaseChatModel":
    limits = {"timeout_seconds": options.timeout_seconds, "max_output_tokens": options.max_output_tokens}
    if model.provider is Provider.ANTHROPIC:
        from llm.anthropic_chat import AnthropicChatModel

        return AnthropicChatModel(named=model, **limits)
    from llm.openai_chat import OpenAIChatModel

    return OpenAIChatModel(named=model, api_key=options.key, **limits)
