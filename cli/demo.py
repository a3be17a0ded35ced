"""`mhos demo`: the whole loop on the pilot brand, which is simulated, in one go."""

from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer

from cli.options import Json
from cli.output import console, print_json, short
from cli.session import Desk, context_for, open_office

BRAND = "hairoticmen"
SEED, WEEKS = 1, 40


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(as_json: Json = False) -> None:
    """Live through the pilot brand's past (simulated), import it, hold a meeting, and say what to type next."""
    from cli.meet import DEFAULT_AGENDA, hold

    with open_office(as_json) as office:
        if not as_json:
            console().print("[bold]1. The pilot brand[/bold] [dim](simulated, no real data: docs/twin.md)[/dim]")
        imported = None if _is_there(office) else _import_past(office, as_json)
        if not as_json:
            _say_imported(imported)
            console().print("\n[bold]2. A meeting[/bold]")
        desk = Desk(office, context_for(office, None, BRAND, None))
        document = hold(desk, DEFAULT_AGENDA, [], "", as_json)
    if as_json:
        print_json({"import": imported, "meeting": document})
    else:
        _what_next(document)


def _is_there(office: Any) -> bool:
    """Whether an earlier demo made the brand: its past ends where it ended then."""
    from domain.errors import NotFound, NotSignedIn

    try:
        context_for(office, None, BRAND, None)
    except (NotFound, NotSignedIn):
        return False
    return True


def _import_past(office: Any, as_json: bool) -> dict[str, Any]:
    """The brand's last weeks up to today, as files that its systems might have written."""
    from cli.import_ import import_into
    from domain.clock import SystemClock
    from simulation.folder import write_history

    with TemporaryDirectory(prefix="mhos-demo-") as made:
        folder, today = Path(made), SystemClock().now().date()
        with console().status("Living through its last weeks") if not as_json else nullcontext():
            write_history(folder, SEED, today, WEEKS)
        return import_into(office, folder, BRAND, None, False, None, as_json)


def _say_imported(imported: dict[str, Any] | None) -> None:
    if imported is None:
        console().print(f"{BRAND} is there already.")
        return
    loaded, there = imported["rows_loaded"], imported["rows_duplicate"]
    console().print(f"{imported['rows_read']:,} rows read, {loaded:,} loaded, {there:,} there already.")


def _what_next(document: dict[str, object]) -> None:
    items = document["action_items"]
    assert isinstance(items, list)
    waiting = [short(item["id"]) for item in items if item["status"] == "proposed"]
    screen = console()
    screen.print("\n[bold]3. What to type next[/bold]  (mhos is .venv/bin/mhos)")
    for command, purpose in (*_for_item(waiting), *_ALWAYS):
        screen.print(f"  [cyan]{command:<36}[/cyan] {purpose}")


def _for_item(waiting: list[str]) -> list[tuple[str, str]]:
    if not waiting:
        return []
    return [
        (f"mhos show {waiting[0]}", "what would change, and why"),
        (f"mhos approve {waiting[0]} --as operator", "carry it out"),
        (f"mhos undo {waiting[0]}", "take it back"),
    ]


_ALWAYS = (
    ("mhos minutes", "what stands behind the page"),
    ("mhos minutes --sources", "the same, with the code that opens each number"),
    ("mhos why CODE", "open a number by its code"),
    ("mhos inbox", "what waits for an answer"),
    ("mhos meet", "the next meeting"),
    ("mhos import FOLDER --brand NAME", "your own data: docs/import.md"),
    ("mhos --help", "everything else"),
)
