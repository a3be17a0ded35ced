"""Runs of rules and workflows as a person reads them."""

from collections.abc import Sequence
from typing import Any

from cli.output import console, plain, print_json, short

_STYLE = {"done": "green", "failed": "red", "undone": "magenta", "waiting": "yellow", "running": "cyan"}


def print_runs(runs: Sequence[dict[str, Any]], as_json: bool) -> None:
    """One run with its attempts after another."""
    if as_json:
        print_json({"runs": runs})
        return
    for run in runs:
        style = _STYLE.get(run["status"], "dim")
        head = f"[cyan]{short(run['id'])}[/cyan] {run['name']} [{style}]{run['status'].replace('_', ' ')}[/]"
        console().print(f"{head} [dim]{run['created_at'][:16].replace('T', ' ')}[/dim] {plain(run['event'])}")
        if run["reason"]:
            console().print(f"  [dim]{plain(run['reason'])}[/dim]")
        for attempt in run["attempts"]:
            step, detail = attempt["step"] or "conditions", plain(attempt["detail"])
            console().print(f"  {step}: {attempt['outcome']} [dim]{detail}[/dim]")
    if not runs:
        console().print("Nothing yet.")
