"""Where each policy stands in its text, so that a fault is named by line; Cedar's Python face names none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cedarpy

_STATEMENT = re.compile(r'(?:"(?:\\.|[^"\\])*"|//[^\n]*|[^;"])*;?', re.DOTALL)
_LEADING = re.compile(r"(?:\s|//[^\n]*)*")
_CEDARS_NAME = re.compile(r"^for policy `[^`]*`, ")


@dataclass(frozen=True)
class PolicyStatement:
    """One policy as written: in which of the texts (from 1), from which line, and the words."""

    text: int
    line: int
    words: str

    @property
    def place(self) -> str:
        return f"policy text {self.text}, line {self.line}"


def statements(texts: Sequence[str]) -> Iterator[PolicyStatement]:
    """The policies of all texts in order; Cedar numbers them the same way: policy0, policy1 and so on."""
    for number, text in enumerate(texts, start=1):
        for match in _STATEMENT.finditer(text):
            start = match.start() + len(_leading(match[0]))
            if start < match.end():
                yield PolicyStatement(number, text.count("\n", 0, start) + 1, text[start : match.end()])


def faults(texts: Sequence[str], schema: cedarpy.Schema) -> list[str]:
    """The places that Cedar cannot read or that do not fit the schema, a sentence each; empty when all fits."""
    written = list(statements(texts))
    if unreadable := [fault for statement in written if (fault := _unreadable(statement))]:
        return unreadable
    places = {f"policy{number}": statement.place for number, statement in enumerate(written)}
    checked = cedarpy.validate_policies("\n".join(texts), schema)
    return [
        f"{places.get(error.policy_id, 'the policies')}: {_CEDARS_NAME.sub('', error.error)}"
        for error in checked.errors
    ]


def _leading(words: str) -> str:
    match = _LEADING.match(words)
    return match[0] if match else ""


def _unreadable(statement: PolicyStatement) -> str | None:
    try:
        cedarpy.PolicySet.from_str(statement.words)
    except ValueError as error:
        return f"{statement.place}: {error}"
    return None
