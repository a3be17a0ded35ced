"""A run's toolbox: an agent's tool calls checked, answered once, and kept as receipts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from domain.actor import Permission
from domain.canonical import canonical_json
from domain.context import Context
from domain.errors import BrandScopeBroken, DomainError, InvalidInput, Unavailable
from domain.report import AgentReport
from store.database import Database
from store.tables import Receipt
from tools.answers import find_receipt, receipts_of, request_hash, store_receipt
from tools.base import Access, Retry, Tool, ToolAnswer, ToolArguments, ToolEnv
from tools.readings import Readings
from tools.registry import TOOLS
from tools.report_check import problems_of

LARGEST_ARGUMENTS = 20_000


@dataclass(frozen=True)
class ToolReply:
    """What the model is told. `retryable` when other arguments might do."""

    ok: bool
    receipt_id: UUID | None
    content: str
    retryable: bool = False


class Toolbox:
    """The tools that a charter names, for one agent in one run. `ctx` is fixed to the moment that the run reads.

    `readings` is shared by the toolboxes of one run that read as of the same moment.
    """

    def __init__(
        self,
        database: Database,
        ctx: Context,
        run_id: UUID,
        agent: str,
        tool_names: Sequence[str],
        readings: Readings | None = None,
    ) -> None:
        unknown = sorted(set(tool_names) - set(TOOLS))
        if unknown:
            raise InvalidInput(f"There is no tool {', '.join(unknown)}.", remedy=f"Tools: {', '.join(sorted(TOOLS))}.")
        self._database = database
        self._ctx = ctx
        self.run_id = run_id
        self._agent = agent
        self._readings = readings or Readings()
        self._tools: Mapping[str, Tool] = {name: TOOLS[name] for name in tool_names}

    def schemas(self) -> list[dict[str, Any]]:
        """Every tool as chat models are told of it."""
        return self._schemas

    @cached_property
    def _schemas(self) -> list[dict[str, Any]]:
        return [tool.schema() for tool in self._tools.values()]

    def call(self, name: str, arguments: Mapping[str, Any]) -> ToolReply:
        """Answer one call. A failure is told in the reply, but broken walls and a store that is gone raise."""
        try:
            tool = self._tool(name)
            args = _checked(tool, arguments)
            return self._propose(tool, args) if tool.access is Access.PROPOSE else self._answer(tool, args)
        except Retry as error:
            return _failure("invalid_arguments", str(error), retryable=True)
        except (BrandScopeBroken, Unavailable):
            raise
        except DomainError as error:
            return _failure(error.code, error.message, remedy=error.remedy)

    def answer(self, name: str, arguments: Mapping[str, Any]) -> Receipt:
        """The receipt of one call, for who is no model. Raises InvalidInput for arguments that do not fit."""
        tool = self._tool(name)
        try:
            return self._receipt(tool, _checked(tool, arguments))
        except Retry as error:
            raise InvalidInput(str(error), remedy="Ask differently.") from error

    def problems_of(self, report: AgentReport) -> list[str]:
        """What in a report does not hold: figures without a receipt of this run, bare digits, proposals of others."""
        with self._database.read(self._ctx) as session:
            return problems_of(session, self.run_id, self._agent, report)

    def _tool(self, name: str) -> Tool:
        if name not in self._tools:
            raise Retry(f"There is no tool {name[:64]!r} here. Tools: {', '.join(self._tools)}.")
        return self._tools[name]

    def _answer(self, tool: Tool, args: ToolArguments) -> ToolReply:
        return _reply(self._receipt(tool, args))

    def _receipt(self, tool: Tool, args: ToolArguments) -> Receipt:
        call = request_hash(self._ctx, self._agent, tool.name, args)
        if call not in self._receipts:
            with self._database.read(self._ctx) as session:
                answer = tool.run(session, self._env, args)
            self._receipts[call] = self._keep(tool, args, answer, call)
        return self._receipts[call]

    def _keep(self, tool: Tool, args: ToolArguments, answer: ToolAnswer, call: str) -> Receipt:
        try:
            with self._database.begin(self._ctx) as session:
                return store_receipt(session, self.run_id, self._agent, tool.name, args, answer)
        except IntegrityError:
            with self._database.read(self._ctx) as session:
                stored = find_receipt(session, self.run_id, call)
            if stored is None:
                raise
            return stored

    def _propose(self, tool: Tool, args: ToolArguments) -> ToolReply:
        self._ctx.require(Permission.ACTION_PROPOSE)
        with self._database.begin(self._ctx) as session:
            answer = tool.run(session, self._env, args)
        return ToolReply(True, None, canonical_json({"result": answer.result}))

    @cached_property
    def _receipts(self) -> dict[str, Receipt]:
        """What this agent has been answered in this run, by the call's hash; before an interruption, too."""
        with self._database.read(self._ctx) as session:
            return {receipt.request_hash: receipt for receipt in receipts_of(session, self.run_id, self._agent)}

    @cached_property
    def _env(self) -> ToolEnv:
        def recall(name: str, args: ToolArguments) -> Mapping[str, Any] | None:
            receipt = self._receipts.get(request_hash(self._ctx, self._agent, name, args))
            return None if receipt is None else receipt.result

        search = partial(self._readings.knowledge.search, self._database, run=self.run_id)
        return ToolEnv(self.run_id, self._agent, recall, self._readings.once, search)


def _checked(tool: Tool, arguments: Mapping[str, Any]) -> ToolArguments:
    try:
        size = len(json.dumps(arguments))
    except (TypeError, ValueError, RecursionError) as error:
        raise Retry("The arguments are not a JSON object.") from error
    if size > LARGEST_ARGUMENTS:
        raise Retry(f"The arguments are {size} characters long; {LARGEST_ARGUMENTS} is the most.")
    try:
        return tool.args.model_validate(arguments)
    except ValidationError as error:
        raise Retry("; ".join(_sentence(tool, entry) for entry in error.errors()[:5])) from error


def _sentence(tool: Tool, entry: Any) -> str:
    where = ".".join(str(part)[:64] for part in entry["loc"]) or "arguments"
    if entry["type"] == "extra_forbidden":
        return f"{where} is no argument of {tool.name} (which takes {', '.join(tool.args.model_fields)})"
    return f"{where}: {entry['msg']}"


def _reply(receipt: Receipt) -> ToolReply:
    content = canonical_json({"receipt": receipt.id, "label": receipt.label, "result": receipt.result})
    return ToolReply(True, receipt.id, content)


def _failure(code: str, message: str, *, remedy: str = "", retryable: bool = False) -> ToolReply:
    error = {"code": code, "message": message, "remedy": remedy, "retryable": retryable}
    return ToolReply(False, None, canonical_json({"error": error}), retryable)
