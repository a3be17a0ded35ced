"""OpenAI's own client, set up for OpenAI or for a server that speaks the same."""

from typing import Any

import openai
from pydantic import SecretStr

from llm.choice import ModelName, Provider
from llm.transport import http_client, silence_limit


def openai_client(
    named: ModelName, api_key: SecretStr | None, timeout_seconds: float, total_seconds: float, most_bytes: int
) -> openai.OpenAI:
    """A client that never retries by itself: who is patient, and for how long, is decided above it."""
    client = http_client(openai, timeout_seconds, total_seconds, most_bytes)
    settings: dict[str, Any] = {
        "timeout": silence_limit(timeout_seconds),
        "max_retries": 0,
        "http_client": client,
    }
    if named.provider is Provider.COMPATIBLE:
        # Never OPENAI_API_KEY: it belongs to OpenAI, not to whoever runs this server.
        key = api_key.get_secret_value() if api_key else "none"
        return openai.OpenAI(base_url=named.base_url, api_key=key, **settings)
    return openai.OpenAI(**settings)
