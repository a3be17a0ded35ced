"""A run's toolbox: an agent's tool calls checked, answered once, and kept as receipts."""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import DataError

from domain.actor import Permission
from domain.canonical import canonical_json
from domain.context import Context
from domain.errors import BrandScopeBroken, DomainError, InvalidInput, Unavailable
from domain.text import storable
from store.database import Database
from store.group_commit import columns_of
from store.session import BrandSession
from store.tables import Receipt
from tools.answers import answers_in, receipt_for, request_hash
from tools.base import Access, GaveUp, Retry, Tool, ToolAnswer, ToolArguments, ToolEnv
from tools.readings import Readings
from tools.receipts import CitedCells, cited_cells

_log = logging.getLogger(__name__)
"""On standard error, also without being set up: standard output is a verb's document."""
if TYPE_CHECKING:
    from domain.report import AgentReport

LARGEST_ARGUMENTS = 20_000
_STUMBLED = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, DataError)
"""What a tool raises at arguments that nobody foresaw: a resumed run would raise it again, so it goes on instead."""


@dataclass(frozen=True)
class ToolReply:
    """A tool's reply to the model. `retryable` when other arguments might do."""

    ok: bool
    receipt_id: UUID | None
    content: str
    retryable: bool = False


class Toolbox:
    """The tools that a charter names, for one agent in one run. `ctx` is fixed to the moment that the run reads.

    `readings` is shared by the toolboxes of one run that read as of the same moment. `known` are the tools that may be
    named: all that there are, unless the caller has them at hand.
    """

    def __init__(
        self,
        database: Database,
        ctx: Context,
        run_id: UUID,
        agent: str,
        tool_names: Sequence[str],
        readings: Readings | None = None,
        known: Mapping[str, Tool] | None = None,
    ) -> None:
        known = _registered() if known is None else known
        unknown = sorted(set(tool_names) - set(known))
        if unknown:
            raise InvalidInput(f"There is no tool {', '.join(unknown)}.", remedy=f"Tools: {', '.join(sorted(known))}.")
        self._database = database
        self._ctx = ctx
        self.run_id = run_id
        self._agent = agent
        self._readings = readings or Readings()
        self._tools: Mapping[str, Tool] = {name: known[name] for name in tool_names}

    def schemas(self) -> list[dict[str, Any]]:
        """Every tool as chat models are told of it."""
        return self._schemas

    @cached_property
    def _schemas(self) -> list[dict[str, Any]]:
        return [tool.schema() for tool in self._tools.values()]

    def call(self, name: str, arguments: Mapping[str, Any], *, wait: bool = True) -> ToolReply:
        """Answer one call. A failure is told in the reply, but broken walls and a store that is gone raise.

        Without `wait` the receipt is stored by the time of `written`, or of whatever this Context commits next.
        """
        try:
            tool = self._tool(name)
            args = _checked(tool, arguments)
            if tool.access is Access.PROPOSE:
                return self._propose(tool, args)
            reply = self._answer(tool, args)
            if wait:
                self.written()
            return reply
        except Retry as error:
            return _failure("invalid_arguments", str(error), retryable=True)
        except (BrandScopeBroken, Unavailable):
            raise
        except DomainError as error:
            return _failure(error.code, error.message, remedy=error.remedy, reasons=error.details.get("reasons", ()))
        except _STUMBLED:
            self._note_stumble(name)
            return _failure("tool_stumbled", f"{name} cannot work with these arguments.", retryable=True)

    def _note_stumble(self, name: str) -> None:
        _log.exception("tool.stumbled tool=%s agent=%s run=%s", name, self._agent, self.run_id)

    def answer(self, name: str, arguments: Mapping[str, Any]) -> Receipt:
        """The receipt of one call, for who is no model. Raises InvalidInput for arguments that do not fit."""
        tool = self._tool(name)
        try:
            receipt = self._receipt(tool, _checked(tool, arguments))
        except Retry as error:
            raise InvalidInput(str(error), remedy="Ask differently.") from error
        self.written()
        return receipt

    def written(self) -> None:
        """Return once every receipt is stored. Until then they are known to this run's toolboxes here only."""
        self._database.flush(self._ctx)

    def problems_of(self, report: "AgentReport") -> list[str]:
        """Problems in a report: figures without a receipt of this run, bare digits, proposals of others."""
        from tools.report_check import names_in, problems_of, proposals_of, receipts_cited

        own: Collection[UUID] = ()
        if report.proposals:
            with self._database.read(self._ctx) as session:
                own = proposals_of(session, self.run_id, self._agent)
        names = names_in(receipt.result for receipt in list(self._receipts.values()) if receipt.agent == self._agent)
        return problems_of(report, self.cells(receipts_cited(report)), names, own)

    def unnamed_in(self, report: "AgentReport") -> dict[UUID, str]:
        """The proposals that the agent made in this run and the report does not name, and what each is about."""
        if not any(tool.access is Access.PROPOSE for tool in self._tools.values()):
            return {}
        from tools.report_check import proposals_of

        with self._database.read(self._ctx) as session:
            made = proposals_of(session, self.run_id, self._agent)
        return {proposal: subject for proposal, subject in made.items() if proposal not in report.proposals}

    def cells(self, cited: Collection[UUID]) -> CitedCells:
        """The cells that figures may point at in these receipts of the run."""
        known = {receipt.id: receipt.result for receipt in list(self._receipts.values())}
        if set(cited) <= known.keys():
            return CitedCells(known)
        with self._database.read(self._ctx) as session:  # another process stored it, or there is no such receipt
            return cited_cells(session, cited, self.run_id)

    def _tool(self, name: str) -> Tool:
        if name not in self._tools:
            raise Retry(f"There is no tool {name[:64]!r} here. Tools: {', '.join(self._tools)}.")
        return self._tools[name]

    def _answer(self, tool: Tool, args: ToolArguments) -> ToolReply:
        return _reply(self._receipt(tool, args))

    def _receipt(self, tool: Tool, args: ToolArguments) -> Receipt:
        call = request_hash(self._ctx, self._agent, tool.name, args)
        if call not in self._receipts:
            with self._database.read(self._ctx, self._readings) as session:
                answer = self._run(tool, session, args)
            receipt = receipt_for(self._ctx, self.run_id, self._agent, tool.name, args, answer)
            # Should another process have kept one first, that one holds, and what cites ours is refused by the store.
            self._database.soon(self._ctx, lambda batch: batch.append(Receipt, columns_of(receipt), unless_there=True))
            self._receipts[call] = receipt
        return self._receipts[call]

    def _propose(self, tool: Tool, args: ToolArguments) -> ToolReply:
        self._ctx.require(Permission.ACTION_PROPOSE)
        self.written()
        with self._database.begin(self._ctx, self._readings) as session:
            answer = self._run(tool, session, args)
        return ToolReply(True, None, canonical_json({"result": answer.result}))

    def _run(self, tool: Tool, session: BrandSession, args: ToolArguments) -> ToolAnswer:
        try:
            return tool.run(session, self._env, args)
        except ArithmeticError as error:
            raise GaveUp("The numbers that this rests on are beyond what can be reckoned with.") from error

    @cached_property
    def _receipts(self) -> dict[str, Receipt]:
        """The run's answers by the call's hash, which names the agent; those before an interruption, too.

        All toolboxes of the run that share their readings see and add to it.
        """

        def read() -> dict[str, Receipt]:
            with self._database.read(self._ctx) as session:
                return answers_in(session, self.run_id)

        answers: dict[str, Receipt] = self._readings.once(("answers", self.run_id), read)
        return answers

    @cached_property
    def _env(self) -> ToolEnv:
        search = partial(self._readings.knowledge.search, self._database, run=self.run_id)
        return ToolEnv(self.run_id, self._agent, self._readings.once, search)


def _registered() -> Mapping[str, Tool]:
    from tools import registry

    return registry.TOOLS


def _checked(tool: Tool, arguments: Mapping[str, Any]) -> ToolArguments:
    try:
        size = len(json.dumps(arguments, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise Retry("The arguments are not a JSON object.") from error
    if size > LARGEST_ARGUMENTS:
        raise Retry(f"The arguments are {size} characters long; {LARGEST_ARGUMENTS} is the most.")
    try:
        args = tool.args.model_validate(arguments)
    except ValidationError as error:
        raise Retry("; ".join(_sentence(tool, entry) for entry in error.errors()[:5])) from error
    if storable(arguments) != arguments:
        raise Retry("The arguments hold a character that cannot be stored: NUL, or half of a surrogate pair.")
    return args


def _sentence(tool: Tool, entry: Any) -> str:
    where = ".".join(str(part)[:64] for part in entry["loc"]) or "arguments"
    if entry["type"] == "extra_forbidden":
        return f"{where} is no argument of {tool.name} (which takes {', '.join(tool.args.model_fields)})"
    return f"{where}: {entry['msg']}"


def _reply(receipt: Receipt) -> ToolReply:
    content = canonical_json({"receipt": receipt.id, "label": receipt.label, "result": receipt.result})
    return ToolReply(True, receipt.id, content)


def _failure(
    code: str, message: str, *, remedy: str = "", retryable: bool = False, reasons: Sequence[str] = ()
) -> ToolReply:
    error: dict[str, Any] = {"code": code, "message": message, "remedy": remedy, "retryable": retryable}
    if reasons:
        error["reasons"] = list(reasons)
    return ToolReply(False, None, canonical_json({"error": error}), retryable)
