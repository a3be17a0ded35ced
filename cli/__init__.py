"""The command line: one file a verb; only the file of the verb that is asked for is loaded."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer

from cli.output import print_error

VERBS = (
    "demo", "import_", "kb", "meet", "say", "minutes", "ask", "inbox", "show", "why", "ask_back", "approve", "edit",
    "reject", "snooze", "undo", "propose", "work", "worker", "journal", "runs", "spending", "schedule", "rules", "workflows",
    "templates", "notifications", "webhooks", "deliveries", "jobs", "agents", "audit", "doctor", "password", "serve",
    "simulate",
)  # fmt: skip
"""The verbs in the order of `mhos --help`, each by its file."""


def command_line(verbs: Sequence[str]) -> typer.Typer:
    """The command line with these verbs."""
    app = typer.Typer(
        name="mhos",
        help="An AI workforce for commerce brands: agents read your data, meet, propose, and act under guardrails.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(_of_several)
    for verb in verbs:
        import_module(f"cli.{verb}").register(app)
    return app


def _of_several() -> None:
    """Does nothing: with it, a command line of one verb is told the verb's name, too."""


def __getattr__(name: str) -> Any:
    """`app`, the command line with all verbs."""
    if name != "app":
        raise AttributeError(f"{__name__} has no {name}")
    return command_line(VERBS)


def _asked_for(words: Sequence[str]) -> Sequence[str]:
    """The file of the verb that the words begin with; all of them where they begin with none."""
    return [verb for verb in VERBS if verb.rstrip("_").replace("_", "-") in words[:1]] or VERBS


def run() -> None:
    """Entry point of `mhos`: with `--json`, what is typed wrongly is answered as JSON too."""
    app = command_line(_asked_for(sys.argv[1:]))
    if "--json" not in sys.argv[1:] or "--help" in sys.argv[1:]:
        app()
        return
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        print_error({"error": {"code": "usage", "message": error.format_message(), "details": {}}}, as_json=True)
        sys.exit(2)
