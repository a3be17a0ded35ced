"""Reads meeting definitions from YAML, and says by line what is wrong with one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from domain.errors import InvalidInput
from domain.written import decoded, parse_document, write_document
from virtual_office.schedule.definition import MeetingDefinition, require_same_name

FOLDER = Path(__file__).parent / "definitions"
_HELP = "Compare with the files in virtual_office/schedule/definitions/, or `mhos schedule show NAME`."
_NOUN = "meeting definition"


@cache
def shipped_definitions() -> Mapping[str, MeetingDefinition]:
    """The product's own, by name: each holds until a brand sets a version of its own."""
    definitions = {path.stem: read_definition(path) for path in sorted(FOLDER.glob("*.yaml"))}
    for name, definition in definitions.items():
        require_same_name(definition, name)
    return definitions


def read_definition(path: Path) -> MeetingDefinition:
    """A definition from a file. Raises InvalidInput, naming the lines that are wrong and why."""
    try:
        text = decoded(path.read_bytes(), path.name, noun=_NOUN, remedy=_HELP)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", remedy="Name a YAML file.") from error
    return parse_definition(text, path.name)


def parse_definition(text: str, source: str) -> MeetingDefinition:
    """As `read_definition`, of the text itself; every value is read as it is written, so that 10:30 stays a time."""
    return parse_document(MeetingDefinition, text, source, noun=_NOUN, remedy=_HELP, say=_say)


def write_definition(definition: MeetingDefinition) -> str:
    """The definition as the YAML that `read_definition` reads."""
    return write_document(definition)


def _say(error: Any) -> str | None:
    if error["type"] == "string_pattern_mismatch" and error["loc"][-1] == "at":
        return f"at: {error['input']!r} is no time of day, such as 08:00"
    return None
