"""Charters: who an agent is, read from Markdown with front matter and checked line by line."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from domain.action import ACTION_KINDS
from domain.errors import InvalidInput

CHARTERS = Path(__file__).parent / "charters"
_FENCE = "---"


class Charter(BaseModel):
    """An agent's purpose, its tools and action kinds, and the highest autonomy it may ever have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    title: str = Field(min_length=1, max_length=80)
    focus: str = Field(min_length=1)
    tools: tuple[str, ...] = Field(min_length=1)
    action_kinds: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()
    autonomy_cap: int = Field(ge=0, le=4)
    model: str = "default"
    body: str = Field(min_length=1)

    @field_validator("action_kinds")
    @classmethod
    def _known_kinds(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(kinds) - set(ACTION_KINDS)):
            raise ValueError(f"there is no action kind {', '.join(unknown)}")
        return kinds

    @field_validator("tools", "action_kinds")
    @classmethod
    def _no_doubles(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("a name stands here twice")
        return names


def parse_charter(text: str, file: str) -> Charter:
    """Read one charter. Raises InvalidInput that names the file and line."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise _wrong(file, 1, "a charter begins with front matter between two lines of ---")
    end = next((i for i, line in enumerate(lines[1:], start=1) if line.strip() == _FENCE), None)
    if end is None:
        raise _wrong(file, len(lines), "the front matter does not end: a second line of --- is missing")
    front = _front_matter(lines[1:end], file)
    try:
        return Charter(**{**front, "body": "\n".join(lines[end + 1 :]).strip()})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        raise _wrong(file, _line_of(lines[:end], field, end + 2), f"{field}: {first['msg']}") from error


def load_charters(folder: Path = CHARTERS) -> tuple[Charter, ...]:
    """Every charter of the crew, by name. Raises InvalidInput."""
    return _load(folder)


@cache
def _load(folder: Path) -> tuple[Charter, ...]:
    charters = [_read(path) for path in sorted(folder.glob("*.md"))]
    return tuple(sorted(charters, key=lambda charter: charter.name))


def _read(path: Path) -> Charter:
    charter = parse_charter(path.read_text(encoding="utf-8"), path.name)
    if charter.name != path.stem:
        raise _wrong(path.name, 2, f"the charter of {charter.name} must lie in {charter.name}.md")
    return charter


def _front_matter(lines: Sequence[str], file: str) -> dict[str, Any]:
    try:
        front = yaml.safe_load("\n".join(lines))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2
        raise _wrong(file, line, f"this is not YAML: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(front, dict) or "body" in front or not all(isinstance(key, str) for key in front):
        raise _wrong(file, 2, "the front matter must be lines of `name: value`")
    return front


def _line_of(lines: Sequence[str], field: str, otherwise: int) -> int:
    """Where a field stands, or the front matter's first line where it is missing; the body stands at `otherwise`."""
    if field == "body":
        return otherwise
    pattern = re.compile(rf"^{re.escape(field)}\s*:")
    return next((i for i, line in enumerate(lines, start=1) if pattern.match(line)), 1)


def _wrong(file: str, line: int, problem: str) -> InvalidInput:
    return InvalidInput(f"{file}:{line}: {problem}", remedy="Correct the charter.", file=file, line=line)
