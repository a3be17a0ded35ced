"""How the command line prints: one JSON document, or something a person likes to read."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.language import Language

_at_work: list[Any] = []
"""The terminal that says so, until something else is printed."""


def say_at_work() -> None:
    """Say on a terminal's standard error, before anything is loaded, that an answer is coming."""
    if sys.stderr.isatty() and not _at_work:
        _at_work.append(sys.stderr)
        sys.stderr.write("At work …")
        sys.stderr.flush()


def wipe() -> None:
    """Take away what `say_at_work` said."""
    while _at_work:
        terminal = _at_work.pop()
        terminal.write("\r\x1b[K")
        terminal.flush()


def print_text(text: str) -> None:
    """Text as it is, on standard output."""
    wipe()
    sys.stdout.write(text)


def print_json(document: Any) -> None:
    """One JSON document on standard output, nothing else."""
    sys.stdout.write(json.dumps(document, default=str, ensure_ascii=False) + "\n")


def print_error(envelope: Mapping[str, Any], as_json: bool) -> None:
    """The error as JSON on standard output, or as a sentence with its remedy on standard error."""
    if as_json:
        print_json(envelope)
        return
    from rich.text import Text

    error = envelope["error"]
    screen = console(stderr=True)
    screen.print(Text(error["message"], style="bold red"))
    for rejected in error["details"].get("rows_rejected", [])[:20]:
        screen.print(Text(f"  {rejected['file']}, line {rejected['line']}: {rejected['reason']}"))
    if remedy := error["details"].get("remedy"):
        screen.print(Text(remedy))


def console(stderr: bool = False) -> Any:
    """A Rich console that does not guess at highlighting numbers, and keeps the codes beside numbers quiet."""
    from rich.console import Console
    from rich.theme import Theme

    wipe()

    return Console(stderr=stderr, highlight=False, soft_wrap=False, theme=Theme({"markdown.code": "dim cyan"}))


def plain(text: object) -> str:
    """Text from outside, so that no bracket in it is taken for a style."""
    from rich.markup import escape

    return escape(str(text))


def status_text(document: Mapping[str, Any], language: "Language") -> str:
    """Where an action item stands, with its reason, in colour: `proposed`, `done (carried out)`."""
    from language.speech import say

    status = say(f"item.status.{document['status']}", language)
    reason = f" ({plain(document['status_reason'])})" if document["status_reason"] else ""
    return f"[{STATUS_STYLE[document['status']]}]{status}[/]{reason}"


def say_status(document: Mapping[str, Any], language: "Language") -> None:
    """`Title: status (reason)`, of an action item."""
    console().print(f"{plain(document['title'])}: {status_text(document, language)}")


STATUS_STYLE = {
    "proposed": "yellow", "denied": "red", "approved": "cyan", "rejected": "red", "done": "green", "undone": "magenta",
    "measured": "green", "expired": "dim", "superseded": "dim", "failed": "red", "running": "cyan",
    "snoozed": "yellow", "unknown": "red",
}  # fmt: skip


def short(identifier: object) -> str:
    """The end of an id: enough to type."""
    return str(identifier)[-8:]
