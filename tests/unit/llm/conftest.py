"""Both providers' chat models against a local server that speaks their protocols."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from evals.model_server import ModelServer, Script, Step, serving

ModelAt = Callable[..., BaseChatModel]


@pytest.fixture
def serve() -> Iterator[Callable[[Script | Sequence[Step]], ModelServer]]:
    """Start a server that plays this script."""
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(serving(script))


@pytest.fixture(params=["openai", "anthropic", "compatible"])
def provider(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def model_at(provider: str, monkeypatch: pytest.MonkeyPatch) -> ModelAt:
    """A chat model of this provider, at a server."""

    def make(server: ModelServer, **rest: Any) -> BaseChatModel:
        from llm.anthropic_chat import AnthropicChatModel
        from llm.choice import parse_model
        from llm.openai_chat import OpenAIChatModel

        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        if provider == "anthropic":
            return AnthropicChatModel(named=parse_model("anthropic:claude-sonnet-5"), **rest)
        setting = "openai:gpt-5" if provider == "openai" else f"{server.url}/v1#local-model"
        return OpenAIChatModel(named=parse_model(setting), **rest)

    return make
