"""The command line: one file a verb; nothing heavy is imported before a verb needs it."""

import typer

from cli import (
    agents,
    approve,
    audit,
    demo,
    doctor,
    import_,
    inbox,
    jobs,
    journal,
    meet,
    minutes,
    notifications,
    propose,
    reject,
    rules,
    runs,
    say,
    schedule,
    serve,
    show,
    simulate,
    templates,
    undo,
    webhooks,
    why,
    work,
    worker,
    workflows,
)

app = typer.Typer(
    name="mhos",
    help="An AI workforce for commerce brands: agents read your data, meet, propose, and act under guardrails.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

VERBS = (
    demo, import_, meet, say, minutes, inbox, show, why, approve, reject, undo, propose, work, worker, journal, runs,
    schedule, rules, workflows, templates, notifications, webhooks, jobs, agents, audit, doctor, serve, simulate,
)  # fmt: skip

for verb in VERBS:
    verb.register(app)


def run() -> None:
    """Entry point of `mhos`."""
    app()
