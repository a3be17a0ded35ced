"""`mhos why`: open a number down to the rows it came from."""

import re
from itertools import groupby
from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json
from cli.session import open_desk

_KEYS = {"id", "table", "seq", "known_at", "recorded_at"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")


def register(app: typer.Typer) -> None:
    app.command("why")(why)


def why(
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="The code behind a number, as in minutes.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Open a number: its receipt, and the rows of your own data it came from."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from tools.receipts import why as open_figure

        with desk.office.database.read(desk.ctx) as session:
            opened = open_figure(session, figure).model_dump(mode="json")
    if as_json:
        print_json(opened)
    else:
        _show(opened)


def _show(opened: dict[str, Any]) -> None:
    from rich.table import Table

    screen = console()
    receipt = opened["receipt"]
    asked = ", ".join(f"{name} {value}" for name, value in receipt["arguments"].items() if value != "")
    screen.print(f"[bold]{plain(opened['rendered'])}[/bold]")
    screen.print(f"from [cyan]{receipt['tool']}[/cyan] ({plain(asked)}), asked by {receipt['agent']}")
    screen.print(f"[dim]as of {_moment(receipt['as_of'])}, {receipt['label']} data, receipt {receipt['id']}[/dim]")
    unchanged = "unchanged since" if opened["rows_unchanged"] else "[red]changed since: these are today's[/red]"
    shown = len(opened["rows"])
    first = f"; the first {shown}" if shown < opened["rows_total"] else ""
    screen.print(f"\n{opened['rows_total']:,} rows of your data, {unchanged}{first}:")
    for name, rows in groupby(opened["rows"], key=lambda row: row.get("table", "")):
        found = list(rows)
        columns = [column for column in found[0] if _worth_showing(column)]
        table = Table(*columns, title=plain(name) or None, title_justify="left", box=None)
        for row in found:
            table.add_row(*(plain(_moment(row.get(column))) for column in columns))
        screen.print(table)


def _worth_showing(column: str) -> bool:
    return column not in _KEYS and not column.endswith("_id")


def _moment(value: object) -> str:
    """A moment as people write it; anything else as it is."""
    text = "" if value is None else str(value)
    return text.replace("T00:00:00", "").replace("+00:00", "").replace("Z", "") if _MOMENT.match(text) else text
