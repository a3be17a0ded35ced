"""Scenarios as people write them: YAML files, where whatever is wrong is told with its line."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml.constructor import SafeConstructor

from domain.errors import InvalidInput
from simulation.scenario import DRAWN, FIXED, Location, Origin, Scenario

FOLDER = Path(__file__).parent / "scenarios"
LARGEST_BYTES = 1_000_000
DEEPEST = 20
MOST_PARTS = 60_000
_ENDINGS = (".yaml", ".yml")
_TAG = "tag:yaml.org,2002:"
_SCALARS = {"str", "int", "float", "bool", "null"}
# YAML 1.1 also reads 030 as 24 and 1:30 as 90, which nobody who writes them here means.
_NUMBER = re.compile(r"[-+]?(0|[1-9]\d*|\d*\.\d*(e[-+]?\d+)?|\.inf|\.nan)", re.IGNORECASE)
_PLAINLY = {
    "missing": "this is missing",
    "extra_forbidden": "there is no such field here",
    "union_tag_not_found": "this is missing",
    "model_type": "fields are expected here, as `name: value`",
    "model_attributes_type": "fields are expected here, as `name: value`",
    "tuple_type": "a list is expected here",
    "too_short": "the list has too few entries",
    "too_long": "the list has too many entries",
}


def load_scenario(name_or_path: str) -> Scenario:
    """One of the product's scenarios by name, or the file at a path. Raises InvalidInput with file and line."""
    if name_or_path.endswith(_ENDINGS) or Path(name_or_path).name != name_or_path:
        return _read(Path(name_or_path))
    files = _files()
    if name_or_path not in files:
        raise InvalidInput(
            f"There is no scenario {name_or_path!r}.",
            remedy=f"Known are {', '.join(files)}; or give the path of a YAML file (docs/scenarios.md).",
        )
    return _read(files[name_or_path])


def known_scenarios() -> list[Scenario]:
    """The product's own scenarios, by name."""
    return [_read(path) for path in _files().values()]


def _files() -> Mapping[str, Path]:
    return {path.stem: path for path in sorted(FOLDER.iterdir()) if path.suffix in _ENDINGS}


def _read(path: Path) -> Scenario:
    lines: dict[Location, int] = {}
    origin = Origin(path.name, lines)
    document = _plain(_compose(_text(path, origin), origin), (), origin, lines)
    try:
        scenario = Scenario.model_validate(document, context=origin)
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False)[0], origin) from error
    if scenario.name != path.stem:
        raise origin.error(("name",), f"the name has to be the file's: {path.stem}, not {scenario.name}")
    return scenario


def _text(path: Path, origin: Origin) -> str:
    try:
        if not path.is_file():
            raise InvalidInput(f"{path} is not a file.", remedy="Give a scenario's name, or a YAML file's path.")
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}.", remedy="Give a file that can be read.") from error
    if len(content) > LARGEST_BYTES:
        raise InvalidInput(f"{path.name} is larger than {LARGEST_BYTES:,} bytes.", remedy="Make it smaller.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _at_line(origin, content.count(b"\n", 0, error.start) + 1, "this is not UTF-8") from error


def _compose(text: str, origin: Origin) -> yaml.Node:
    try:
        _refuse_traps(text, origin)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _at_line(origin, mark.line + 1 if mark else 1, f"this is not YAML: {error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _at_line(origin, line, f"this is not YAML: {error.reason}") from error
    if node is None:
        raise origin.error((), "the file is empty")
    return node


def _refuse_traps(text: str, origin: Origin) -> None:
    """Before anything is built: aliases can blow up a small file, deep nesting the stack, and many parts take long."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None) is not None:
            raise _at_line(origin, line, "anchors and aliases (& and *) are not read here; write it out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _at_line(origin, line, "this is nested too deeply")
        if count > MOST_PARTS:
            raise _at_line(origin, line, "the file has too many parts to be a scenario")


def _plain(node: yaml.Node, at: Location, origin: Origin, lines: dict[Location, int]) -> Any:
    """The node's value as lists, dicts and scalars; notes the line of every place on the way."""
    lines.setdefault(at, node.start_mark.line + 1)
    kind = node.tag.removeprefix(_TAG)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _mapping(node, at, origin, lines)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_plain(entry, (*at, index), origin, lines) for index, entry in enumerate(node.value)]
    if not isinstance(node, yaml.ScalarNode) or kind not in _SCALARS:
        raise origin.error(at, f"a {kind} is not read here; write text in quotes, or a plain number")
    if kind in {"int", "float"} and not _NUMBER.fullmatch(node.value):
        raise origin.error(at, "write the number plainly, as 30 or -2.5")
    try:
        return SafeConstructor().construct_object(node)
    except (ValueError, LookupError) as error:
        raise origin.error(at, f"this is no {kind} that can be read") from error


def _mapping(node: yaml.MappingNode, at: Location, origin: Origin, lines: dict[Location, int]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != f"{_TAG}str":
            raise _at_line(origin, line, "a field's name has to be text")
        if key.value in fields:
            raise _at_line(origin, line, f"{key.value!r} is said twice")
        lines[(*at, key.value)] = line
        fields[key.value] = _plain(value, (*at, key.value), origin, lines)
    return fields


def _invalid(error: ErrorDetails, origin: Origin) -> InvalidInput:
    context = error.get("ctx", {})
    location = _in_file(error["loc"])
    if error["type"].startswith("union_tag_"):
        location = (*location, "kind")
    if error["type"] == "union_tag_invalid":
        return origin.error(location, f"there is no kind {context['tag']!r}; known are {context['expected_tags']}")
    reason = _PLAINLY.get(error["type"], error["msg"].removeprefix("Value error, "))
    return origin.error(location, reason)


def _in_file(location: Location) -> Location:
    """Without what pydantic adds to say which kind of event, and which form of a number, it was reading."""
    if location[:1] != ("events",):
        return location
    location = location[:2] + location[3:]
    return location[:3] + location[4:] if location[3:4] in {(FIXED,), (DRAWN,)} else location


def _at_line(origin: Origin, line: int, said: str) -> InvalidInput:
    return Origin(origin.file, {(): line}).error((), said)
