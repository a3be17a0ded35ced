"""Reads meeting definitions from YAML, and says by line what is wrong with one."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from domain.errors import InvalidInput
from virtual_office.definition import MeetingDefinition, require_same_name

FOLDER = Path(__file__).parent / "definitions"
_MOST_BYTES = 64_000
_HELP = "Compare with the files in virtual_office/definitions/, or `mhos schedule show NAME`."
Place = tuple[str | int, ...]


@cache
def shipped_definitions() -> Mapping[str, MeetingDefinition]:
    """The product's own, by name: each holds until a brand sets a version of its own."""
    found = {path.stem: read_definition(path) for path in sorted(FOLDER.glob("*.yaml"))}
    for name, definition in found.items():
        require_same_name(definition, name)
    return found


def read_definition(path: Path) -> MeetingDefinition:
    """A definition from a file. Raises InvalidInput, naming the lines that are wrong and why."""
    try:
        raw = path.read_bytes()
        if len(raw) > _MOST_BYTES:
            raise InvalidInput(f"{path.name} is too long for a meeting definition.", remedy=_HELP)
        text = raw.decode("utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", remedy="Name a YAML file.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8 text.", remedy=_HELP) from error
    return parse_definition(text, path.name)


def parse_definition(text: str, source: str) -> MeetingDefinition:
    """As `read_definition`, of the text itself; every value is read as it is written, so that 10:30 stays a time."""
    try:
        tree = yaml.compose(text, Loader=yaml.BaseLoader)
        document = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _rejected(source, [(mark.line + 1 if mark else 1, _said(error))]) from error
    if not isinstance(tree, yaml.MappingNode):
        raise _rejected(source, [(1, "this is no meeting definition: it has no `name:`")])
    places = dict(_places(tree, ()))
    if repeated := list(_repeated(tree)):
        raise _rejected(source, repeated)
    try:
        return MeetingDefinition.model_validate(document)
    except ValidationError as error:
        found = [(_line(places, one["loc"]), _reason(one)) for one in error.errors()]
        raise _rejected(source, sorted(found)) from error


def write_definition(definition: MeetingDefinition) -> str:
    """The definition as the YAML that `read_definition` reads."""
    said = definition.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)


def _said(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "this is not YAML")


def _places(node: yaml.Node, at: Place) -> Iterator[tuple[Place, int]]:
    """The line of everything in the document, by its place in it."""
    yield at, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _places(value, (*at, key.value))
            yield (*at, key.value), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _places(value, (*at, index))


def _repeated(node: yaml.MappingNode) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            yield key.start_mark.line + 1, f"{key.value} is said twice"
        seen.add(key.value)
        if isinstance(value, yaml.MappingNode):
            yield from _repeated(value)


def _line(places: Mapping[Place, int], where: Place) -> int:
    """The line of the innermost thing there is on the way to a place."""
    return next(places[where[:depth]] for depth in range(len(where), -1, -1) if where[:depth] in places)


def _reason(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"{where} is missing"
        case "extra_forbidden":
            return f"there is no {where}; there is {', '.join(MeetingDefinition.model_fields)}"
        case "string_pattern_mismatch" if error["loc"][-1] == "at":
            return f"at: {error['input']!r} is no time of day, such as 08:00"
        case _:
            return f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]} (is {str(error['input'])[:40]!r})"


def _rejected(source: str, lines: list[tuple[int, str]]) -> InvalidInput:
    first = f"{source}, line {lines[0][0]}: {lines[0][1]}."
    more = f" And {len(lines) - 1} more." if len(lines) > 1 else ""
    rejected = [{"file": source, "line": line, "reason": reason} for line, reason in lines]
    return InvalidInput(first + more, remedy=_HELP, rows_rejected=rejected)
