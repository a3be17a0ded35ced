"""The command line: one file a verb; nothing heavy is imported before a verb needs it."""

import sys

import typer

from cli import (
    agents,
    approve,
    ask,
    audit,
    deliveries,
    demo,
    doctor,
    edit,
    import_,
    inbox,
    jobs,
    journal,
    kb,
    meet,
    minutes,
    notifications,
    password,
    propose,
    reject,
    rules,
    runs,
    say,
    schedule,
    serve,
    show,
    simulate,
    snooze,
    spending,
    templates,
    undo,
    webhooks,
    why,
    work,
    worker,
    workflows,
)
from cli.output import print_error

app = typer.Typer(
    name="mhos",
    help="An AI workforce for commerce brands: agents read your data, meet, propose, and act under guardrails.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

VERBS = (
    demo, import_, kb, meet, say, minutes, ask, inbox, show, why, approve, edit, reject, snooze, undo, propose, work,
    worker, journal, runs, spending, schedule, rules, workflows, templates, notifications, webhooks, deliveries, jobs,
    agents, audit, doctor, password, serve, simulate,
)  # fmt: skip

for verb in VERBS:
    verb.register(app)


def run() -> None:
    """Entry point of `mhos`: with `--json`, what is typed wrongly is answered as JSON too."""
    if "--json" not in sys.argv[1:] or "--help" in sys.argv[1:]:
        app()
        return
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        print_error({"error": {"code": "usage", "message": error.format_message(), "details": {}}}, as_json=True)
        sys.exit(2)
