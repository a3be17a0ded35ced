"""The definition of a tool: a typed function over the store that reads, analyses or proposes, and nothing else."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from inspect import cleandoc
from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from domain.errors import DomainError
from domain.labels import Label
from memory.knowledge import SearchResult
from store.session import BrandSession
from tools.sources import RowSelection


class Access(StrEnum):
    READ = "read"
    ANALYSE = "analyse"
    PROPOSE = "propose"


class Retry(Exception):
    """The arguments do not fit what the tool can do; whoever called may correct them and call again."""


class GaveUp(DomainError):
    """The tool cannot answer this at all; calling again will not help."""

    code = "tool_gave_up"
    status = 409


class ToolArguments(BaseModel):
    """Base of all tools' arguments: nothing beyond what is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoArguments(ToolArguments):
    """Nothing to say."""


Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
"""A code or SKU, as an argument."""


RESULT_NAMES = frozenset({"title", "date", "document", "lead", "origin", "target"})
"""The fields of results that name something which no kind of action calls so: a report may cite them with digits."""


class ToolResult(BaseModel):
    """Base of all tools' results: plain values, and cells for every number that may be cited."""

    model_config = ConfigDict(frozen=True)


class Search(Protocol):
    """Finds passages of the brand's documents, as known at the session's moment: `KnowledgeBase.search`."""

    def __call__(
        self, session: BrandSession, question: str, limit: int, category: str = "", tag: str = ""
    ) -> SearchResult: ...


@dataclass(frozen=True)
class ToolEnv:
    """The call that a tool serves, beside the session: the run, the agent, and what the run has answered already."""

    run_id: UUID
    agent: str
    once: Callable[[tuple[Hashable, ...], Callable[[], Any]], Any]
    """What was read under this name already, in the same run, as of the same moment; else read now.

    What several answers build on is read once, so that they agree. Its fingerprints are taken when it is read."""
    search: Search


@dataclass(frozen=True)
class ToolAnswer:
    """A tool's result, the rows behind it, and how far it may be trusted."""

    result: ToolResult
    sources: tuple[RowSelection, ...] = ()
    label: Label = Label.TRUSTED


@dataclass(frozen=True)
class Tool:
    """One tool. The docstring of `run` is what the model reads about it."""

    name: str
    access: Access
    args: type[ToolArguments]
    result: type[ToolResult]
    run: Callable[[BrandSession, ToolEnv, Any], ToolAnswer]

    @property
    def description(self) -> str:
        return cleandoc(self.run.__doc__ or "")

    def schema(self) -> dict[str, Any]:
        """The tool as chat models are told of it (OpenAI's function format): always the same object."""
        return _schema(self)


@cache
def _schema(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.args.model_json_schema()}
    return {"type": "function", "function": function}
