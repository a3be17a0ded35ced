"""Checks an agent's report against what its run really holds: figures, prose and proposals."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.action import ACTION_KINDS, parse_action
from domain.errors import DomainError
from domain.kind import EACH
from domain.report import AgentReport, Claim
from guardrails.names import NameIndex, bounded
from guardrails.prose import ProseCheck
from store.session import BrandSession
from store.tables import ProposalRow
from tools.base import RESULT_NAMES
from tools.receipts import CitedCells, cited_cells

_NAMING_KEYS = RESULT_NAMES | {name.rpartition(EACH)[2] for kind in ACTION_KINDS.values() for name in kind.names}
"""The fields of results that name something: what actions are about, and what tools alone tell of."""

_BOUNDS = bounded(re.compile(r"(?<![^\s(\"'“‘])"), re.compile(r"(?![^\s.,;:!?)\"'”’])"))
"""A name begins and ends at spaces, brackets and quotation marks, and before what ends a sentence."""
_SHORTEST_QUOTE = 20
"""A passage may be quoted word for word; a shorter one might be no more than a number."""


def problems_of(report: AgentReport, cited: CitedCells, names: frozenset[str], own: Collection[UUID]) -> list[str]:
    """Sentences about what does not hold; none when the report may stand. `own` are the agent's proposals."""
    check = _Check(cited, names)
    problems = [f"{place}: {problem}" for place, claim in _claims(report) for problem in check.problems(claim)]
    problems += [f"{place}: {problem}" for place, line in _lines(report) for problem in check.problems_of_line(line)]
    problems += [
        f"proposals: {given} is no proposal of yours in this run" for given in report.proposals if given not in own
    ]
    return problems


def receipts_cited(report: AgentReport) -> set[UUID]:
    """The receipts that a report's figures point into."""
    return {ref.receipt for _, claim in _claims(report) for ref in claim.figures.values()}


def proposals_of(session: BrandSession, run_id: UUID, agent: str) -> dict[UUID, str]:
    """The proposals that an agent made in a run, and what each is about."""
    made = select(col(ProposalRow.id), col(ProposalRow.action)).where(
        col(ProposalRow.run_id) == run_id, col(ProposalRow.agent) == agent
    )
    return {row[0]: parse_action(row[1]).subject for row in session.execute(made.order_by(col(ProposalRow.id))).all()}


def check_rationale(session: BrandSession, run_id: UUID, claim: Claim, tokens: frozenset[str]) -> list[str]:
    """Problems of a claim that is to be stored with a proposal, a sentence each."""
    cited = cited_cells(session, (ref.receipt for ref in claim.figures.values()), run_id)
    return list(_Check(cited, tokens).problems(claim))


def names_in(results: Iterable[Any]) -> frozenset[str]:
    """The names in tools' results: SKUs, titles, zones, quotations. Only these may hold digits."""
    return frozenset(name for result in results for name in _names(result))


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _names(part)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and (key in _NAMING_KEYS or (key == "quote" and len(value) >= _SHORTEST_QUOTE)):
                yield value
            else:
                yield from _names(value)


def _claims(report: AgentReport) -> Iterator[tuple[str, Claim]]:
    yield "summary", report.summary
    for index, finding in enumerate(report.findings):
        yield f"findings/{index}/claim", finding.claim


def _lines(report: AgentReport) -> Iterator[tuple[str, str]]:
    """The lines of a report that people read and that have no figures, each with its place."""
    for index, finding in enumerate(report.findings):
        yield f"findings/{index}/subject", finding.subject
    for index, line in enumerate(report.missing_data):
        yield f"missing_data/{index}", line
    for index, line in enumerate(report.missing_german):
        yield f"missing_german/{index}", line


class _Check:
    """The check of figures and of digits in the text: its names are indexed once for all claims of a report."""

    def __init__(self, cited: CitedCells, names: frozenset[str]) -> None:
        self._cited, self._prose = cited, ProseCheck(names)
        no_plain_words = [name for name in names if not name.isalpha()]
        self._in_lines = NameIndex(no_plain_words)
        self._in_claims = NameIndex(name for name in no_plain_words if not set(name) & set("{}"))
        """Claims name nothing that has braces: it would hide the key of a figure, or be read as one."""

    def problems(self, claim: Claim) -> Iterator[str]:
        try:
            bare = {part: _bare(getattr(claim, part), self._in_claims) for part in ("text", "german", "beside")}
            self._prose.check(claim.model_copy(update=bare))
        except DomainError as error:
            yield error.message
        for key, ref in claim.figures.items():
            try:
                self._cited.cell(ref)
            except DomainError as error:
                yield f"figure {key}: {error.message}"

    def problems_of_line(self, line: str) -> Iterator[str]:
        try:
            self._prose.check_line(_bare(line, self._in_lines))
        except DomainError as error:
            yield error.message


def _bare(text: str, names: NameIndex) -> str:
    """The text without the names that are no plain word, so that a name of several words may stand in it too."""
    return names.blanked(text, _BOUNDS)
