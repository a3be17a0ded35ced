"""Every reason that measuring gives has its German."""

import ast
from pathlib import Path

import pytest

import actions
import automation
from virtual_office.minutes.outcome_words import reason_in_german

ROOMS = [Path(room.__file__ or "").parent for room in (actions, automation)]
_CALLS = {"_not_measurable", "not_measurable"}


def _text(node: ast.expr) -> str | None:
    """A string as it is said, with 7 wherever something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


def reasons() -> list[str]:
    """What the rooms that measure say, read from their source; the line about a job is none."""
    found = set[str]()
    for path in (path for room in ROOMS for path in room.rglob("*outcome*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            said: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
                said = list(node.args[1:])
            elif isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
                said = (
                    list(node.value.values)
                    if isinstance(node.target, ast.Name) and node.target.id in {"_WORDS", "_WHY"}
                    else []
                )
            elif isinstance(node, ast.keyword) and node.arg == "reasons" and isinstance(node.value, ast.Tuple):
                said = list(node.value.elts)
            elif isinstance(node, ast.Return) and node.value is not None:
                said = [node.value]
            found |= {text for text in map(_text, said) if text is not None}
    return sorted(text for text in found if not text.startswith("7 7: "))


def test_the_source_gives_as_many_reasons_as_one_would_expect() -> None:
    assert len(reasons()) > 30


@pytest.mark.parametrize("reason", reasons())
def test_every_reason_has_its_german(reason: str) -> None:
    german = reason_in_german(reason)
    assert german
    assert german != reason
    assert german.count("7") == reason.count("7")


def test_an_unknown_reason_stays_as_it_is() -> None:
    assert reason_in_german("the moon was full") == ""
