"""Reads rules, workflows and templates from YAML files; which of them a file is, its fields tell."""

from pathlib import Path

from automation.rule import KINDS, Document
from domain.errors import InvalidInput
from domain.written import decoded, parse_document, write_document

_REMEDY = "docs/automation.md shows each of them, and what there is to say."


def read_file(path: Path, kind: str) -> Document:
    """Raises InvalidInput, naming the lines that are wrong and why."""
    try:
        text = decoded(path.read_bytes(), path.name, noun=kind, remedy=_REMEDY)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", remedy="Name a YAML file.") from error
    return parse(text, path.name, kind)


def parse(text: str, source: str, kind: str) -> Document:
    """As `read_file`, of the text itself."""
    return parse_document(KINDS[kind], text, source, noun=kind, remedy=_REMEDY)


write = write_document
