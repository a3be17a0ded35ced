"""Recorded exchanges: what a run was answered is found by its request's hash, so that resumed it asks nobody twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from sqlalchemy import select
from sqlmodel import col

from domain.canonical import sha256_of
from domain.context import Context
from llm.errors import Refused
from store.database import Database
from store.group_commit import Batch, Work
from store.tables import ModelExchange

_ANSWER, _REFUSAL = "answer", "refusal"
_KEPT = ("content", "tool_calls", "invalid_tool_calls", "usage_metadata", "response_metadata")


@dataclass(frozen=True)
class Request:
    """A request to a model, whichever answers: the conversation, the tools, and whether one must be called."""

    agent: str
    messages: Sequence[BaseMessage]
    tools: Sequence[Mapping[str, Any]]
    tool_choice: str | None

    @cached_property
    def hash(self) -> str:
        """The request's identity. Who is asked is no part of it: an answer of the fallback is an answer."""
        return sha256_of([self.agent, [_plain(message) for message in self.messages], self.tools, self.tool_choice])

    @property
    def news(self) -> dict[str, Any]:
        """The request's new part: the messages since the model last spoke, and the tools' names."""
        last = max((at for at, message in enumerate(self.messages) if isinstance(message, AIMessage)), default=-1)
        new = [_plain(message) for message in self.messages[last + 1 :]]
        return {"after": last + 1, "messages": new, "tools": [tool["function"]["name"] for tool in self.tools]}


class Recorded:
    """The answers of one run so far, by the request's hash: read once, and shared by the run's agents."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._responses: dict[str, dict[str, Any]] | None = None

    def responses(self, database: Database, ctx: Context, run_id: UUID) -> dict[str, dict[str, Any]]:
        """All of them, to be added to."""
        with self._guard:
            if self._responses is None:
                with database.read(ctx) as session:
                    rows = session.execute(
                        select(col(ModelExchange.request_hash), col(ModelExchange.response)).where(
                            col(ModelExchange.run_id) == run_id
                        )
                    ).all()
                self._responses = {row[0]: row[1] for row in rows}
            return self._responses


class Exchanges:
    """The exchanges of one run, as one agent sees and adds to them."""

    def __init__(self, database: Database, ctx: Context, run_id: UUID, recorded: Recorded | None = None) -> None:
        self._database, self._ctx, self._run_id = database, ctx, run_id
        self._recorded = recorded or Recorded()

    def find(self, request: Request) -> AIMessage | None:
        """The answer that was recorded; None where none was. Raises Refused where the model declined."""
        response = self._responses().get(request.hash)
        if response is None:
            return None
        if _REFUSAL in response:
            raise Refused(response[_REFUSAL])
        return AIMessage(**response[_ANSWER])

    def keeping(self, request: Request, model: str, answer: AIMessage | Refused) -> Work[None]:
        """The work that records the answer to a request. Who came first holds."""
        if isinstance(answer, Refused):
            response: dict[str, Any] = {_REFUSAL: answer.message}
        else:
            response = {_ANSWER: {key: getattr(answer, key) for key in _KEPT}}
        row = {
            "id": self._ctx.new_id(),
            "run_id": self._run_id,
            "agent": request.agent,
            "request_hash": request.hash,
            "model": model,
            "request": request.news,
            "response": response,
            "created_at": self._ctx.now(),
        }

        def keep(batch: Batch) -> None:
            batch.append(ModelExchange, row, unless_there=True)
            self._responses().setdefault(request.hash, response)

        return keep

    def _responses(self) -> dict[str, dict[str, Any]]:
        return self._recorded.responses(self._database, self._ctx, self._run_id)


def _plain(message: BaseMessage) -> dict[str, Any]:
    plain: dict[str, Any] = {"type": message.type, "content": message.content}
    if isinstance(message, AIMessage):
        called = [*message.tool_calls, *message.invalid_tool_calls]
        plain["calls"] = [[call["id"], call["name"], call["args"]] for call in called]
    if isinstance(message, ToolMessage):
        plain |= {"answers": message.tool_call_id, "status": message.status}
    return plain
