"""The mind of a crew, read from a setting: rules, a model, or rules with a model that writes."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from domain.errors import InvalidInput

DEFAULT = "default"
_REMEDY = (
    "Set MHOS_MODEL to `rules`, `openai:MODEL`, `anthropic:MODEL`, the base URL of an OpenAI-compatible server "
    "(`http://host:port/v1#MODEL`), or one of these after `hybrid:`."
)


class Provider(StrEnum):
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    COMPATIBLE = "compatible"
    """A server of one's own, or of others, that speaks OpenAI's Chat Completions."""


class Manner(StrEnum):
    RULES = "rules"
    MODEL = "model"
    HYBRID = "hybrid"
    """Rules decide, a model writes."""


@dataclass(frozen=True)
class ModelName:
    """A model and where it is served. An empty `model` is the first one that a compatible server lists."""

    provider: Provider
    model: str
    base_url: str | None = None

    def __str__(self) -> str:
        if self.provider is Provider.COMPATIBLE:
            return f"{self.base_url}#{self.model}" if self.model else str(self.base_url)
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True)
class MindChoice:
    """How an agent thinks. `model` is None for rules only."""

    manner: Manner
    model: ModelName | None = None


def parse_choice(setting: str) -> MindChoice:
    """Read `rules`, a model's name, or `hybrid:` and a model's name. Raises InvalidInput."""
    if setting == Manner.RULES:
        return MindChoice(Manner.RULES)
    first, _, rest = setting.partition(":")
    if first == Manner.HYBRID:
        return MindChoice(Manner.HYBRID, parse_model(rest))
    return MindChoice(Manner.MODEL, parse_model(setting))


def parse_model(text: str) -> ModelName:
    """Read `openai:…`, `anthropic:…` or a base URL with the model behind `#`. Raises InvalidInput."""
    if text.startswith(("http://", "https://")):
        return _compatible(text)
    provider, _, model = text.partition(":")
    if provider not in (Provider.OPENAI, Provider.ANTHROPIC) or not model or model != model.strip():
        raise InvalidInput(f"The crew cannot run on {text!r}.", remedy=_REMEDY)
    return ModelName(Provider(provider), model)


def _compatible(text: str) -> ModelName:
    url = urlsplit(text)
    if not url.hostname or url.query or url.username:
        raise InvalidInput(f"{text!r} is not the base URL of a model server.", remedy=_REMEDY)
    base_url = url._replace(fragment="").geturl().rstrip("/")
    return ModelName(Provider.COMPATIBLE, url.fragment, base_url)
