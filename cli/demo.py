"""`mhos demo`: the whole loop on the sample brand, in one go."""

from pathlib import Path

import typer

from cli.options import Json
from cli.output import console, print_json, short
from cli.session import Desk, context_for, open_office

SAMPLE = Path(__file__).resolve().parent.parent / "examples" / "hairoticmen_sample"
BRAND = "hairoticmen"


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(as_json: Json = False) -> None:
    """Import the sample brand (synthetic data), hold a meeting, and say what to type next."""
    from cli.import_ import import_into
    from cli.meet import DEFAULT_AGENDA, hold

    with open_office(as_json) as office:
        if not as_json:
            console().print("[bold]1. The sample brand[/bold] [dim](synthetic data, in examples/)[/dim]")
        imported = import_into(office, SAMPLE, BRAND, None, False, None, as_json)
        if not as_json:
            _say_imported(imported)
            console().print("\n[bold]2. A meeting[/bold]")
        desk = Desk(office, context_for(office, None, BRAND, None))
        document = hold(desk, DEFAULT_AGENDA, [], "", as_json)
    if as_json:
        print_json({"import": imported, "meeting": document})
    else:
        _what_next(document)


def _say_imported(imported: dict[str, object]) -> None:
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
    ("mhos why CODE", "open a number by the code beside it"),
    ("mhos inbox", "what waits for an answer"),
    ("mhos meet", "the next meeting"),
    ("mhos import FOLDER --brand NAME", "your own data: docs/import.md"),
    ("mhos --help", "everything else"),
)
