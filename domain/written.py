"""Reads a typed document from YAML text, every value as it is written, and says by line what is wrong with one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from domain.errors import InvalidInput

MOST_BYTES = 64_000
Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


def parse_document(
    model: type[M], text: str, source: str, *, noun: str, remedy: str, say: Callable[[Any], str | None] = lambda _: None
) -> M:
    """The document of a text. Raises InvalidInput, naming the lines of `source` that are wrong and why.

    `noun` names the document to people (`rule`); `say` may word an error of pydantic's better than it is worded here.
    """
    try:
        tree = yaml.compose(text, Loader=yaml.BaseLoader)
        document = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _rejected(source, [(mark.line + 1 if mark else 1, _said(error))], remedy) from error
    if not isinstance(tree, yaml.MappingNode):
        raise _rejected(source, [(1, f"this is no {noun}: it has no `name:`")], remedy)
    places = dict(_places(tree, ()))
    if repeated := list(_repeated(tree)):
        raise _rejected(source, repeated, remedy)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        errors = error.errors()
        inner = [detail for detail in errors if not any(_lies_within(other["loc"], detail["loc"]) for other in errors)]
        faults = [(_line(places, detail["loc"]), say(detail) or _reason(detail, model)) for detail in inner]
        raise _rejected(source, sorted(faults), remedy) from error


def decoded(raw: bytes, source: str, *, noun: str, remedy: str) -> str:
    """The text of a file. Raises InvalidInput where it is too long or not UTF-8."""
    if len(raw) > MOST_BYTES:
        raise InvalidInput(f"{source} is too long for a {noun}.", remedy=remedy)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{source} is not UTF-8 text.", remedy=remedy) from error


def write_document(document: BaseModel) -> str:
    """The document as the YAML that `parse_document` reads."""
    said = document.model_dump(mode="json", exclude_none=True, exclude_defaults=True, by_alias=True)
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


def _repeated(node: yaml.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _repeated(entry)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            yield key.start_mark.line + 1, f"{key.value} is said twice"
        seen.add(key.value)
        yield from _repeated(value)


def _lies_within(place: Place, whole: Place) -> bool:
    return len(place) > len(whole) and place[: len(whole)] == whole


def _line(places: Mapping[Place, int], where: Place) -> int:
    """The line of the innermost thing there is on the way to a place; which variant it was tried as is no place."""
    at: Place = ()
    for part in where:
        if (*at, part) in places:
            at = (*at, part)
    return places[at]


def _reason(error: Any, model: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"{where} is missing"
        case "extra_forbidden":
            known = f"; there is {', '.join(model.model_fields)}" if len(error["loc"]) == 1 else ""
            return f"there is no {where}{known}"
        case "union_tag_invalid":
            tag = error["ctx"]
            return f"{where}: {tag['tag']!r} is none of {tag['expected_tags']}"
        case "value_error":
            return f"{where}: {error['msg'].removeprefix('Value error, ')}".removeprefix(": ")
        case _:
            return f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]} (is {str(error['input'])[:40]!r})"


def _rejected(source: str, lines: list[tuple[int, str]], remedy: str) -> InvalidInput:
    first = f"{source}, line {lines[0][0]}: {lines[0][1]}."
    more = f" And {len(lines) - 1} more." if len(lines) > 1 else ""
    rejected = [{"file": source, "line": line, "reason": reason} for line, reason in lines]
    return InvalidInput(first + more, remedy=remedy, rows_rejected=rejected)
