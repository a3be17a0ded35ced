"""The command line: one file a verb; only the file of the verb that is asked for is loaded."""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from cli.output import print_error

VERBS = (
    "demo", "import_", "kb", "meet", "say", "minutes", "ask", "inbox", "show", "why", "ask_back", "approve", "edit",
    "reject", "snooze", "undo", "propose", "work", "worker", "journal", "runs", "spending", "schedule", "rules",
    "workflows", "templates", "notifications", "webhooks", "deliveries", "jobs", "agents", "audit", "doctor",
    "password", "serve", "simulate",
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


def command_line_for(words: Sequence[str]) -> typer.Typer:
    """The command line that these words need: the verb that they begin with; every verb where they begin with none."""
    return command_line([verb for verb in VERBS if verb.rstrip("_").replace("_", "-") in words[:1]] or VERBS)


def run() -> None:
    """Entry point of `mhos`: with `--json`, what is typed wrongly is answered as JSON too."""
    app = command_line_for(sys.argv[1:])
    if "--json" not in sys.argv[1:] or "--help" in sys.argv[1:]:
        app()
        return
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        print_error({"error": {"code": "usage", "message": error.format_message(), "details": {}}}, as_json=True)
        sys.exit(2)
