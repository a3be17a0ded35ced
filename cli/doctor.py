"""`mhos doctor`: start what the product needs, use it, stop it, and name the remedy where something fails."""

from typing import Any

import typer

from cli.options import Json
from cli.output import console, print_json


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(as_json: Json = False) -> None:
    """Check that everything works here, by really using it; exits non-zero where something does not."""
    from cli.health_checks import examine

    checks = [check.as_document() for check in examine()]
    ok = all(check["ok"] for check in checks)
    if as_json:
        print_json({"ok": ok, "checks": checks})
    else:
        _show(checks, ok)
    if not ok:
        raise typer.Exit(1)


def _show(checks: list[dict[str, Any]], ok: bool) -> None:
    from rich.markup import escape

    screen = console()
    for check in checks:
        mark = "[green]✓[/green]" if check["ok"] else "[red]✗[/red]"
        screen.print(f"{mark} {check['name']:<12} {escape(check['found'])}")
        if not check["ok"]:
            screen.print(f"    [bold]{escape(check['remedy'])}[/bold]")
    screen.print("\nAll well." if ok else "\nSomething needs mending: see above.")
