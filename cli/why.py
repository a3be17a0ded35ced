"""`mhos why`: open a number down to the rows it came from."""

import re
from itertools import groupby
from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk

_KEYS = {"id", "table", "seq", "known_at", "recorded_at", "currency"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")


def register(app: typer.Typer) -> None:
    app.command("why")(why)


def why(
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="The code behind a number, as in minutes.")],
    rows: Annotated[int, typer.Option(min=1, max=100_000, help="How many rows of your data to show.")] = 20,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Open a number: its receipt, and the rows of your own data it came from."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from tools.receipts import why as open_figure

        with desk.office.database.read(desk.ctx) as session:
            opened = open_figure(session, figure, rows).model_dump(mode="json")
    if as_json:
        print_json(opened)
    else:
        _show(opened)


def _show(opened: dict[str, Any]) -> None:
    screen = console()
    receipt = opened["receipt"]
    asked = ", ".join(f"{name} {value}" for name, value in receipt["arguments"].items() if value != "")
    screen.print(f"[bold]{plain(opened['rendered'])}[/bold]")
    screen.print(f"from [cyan]{receipt['tool']}[/cyan] ({plain(asked)}), asked by {receipt['agent']}")
    screen.print(
        f"[dim]as of {_moment(receipt['as_of'])}, {receipt['label']} data, receipt {short(receipt['id'])}[/dim]"
    )
    if opened["beside"]:
        beside = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in opened["beside"].items())
        screen.print(f"\nIn the same answer: {plain(beside)}")
    unchanged = "unchanged since" if opened["rows_unchanged"] else "[red]changed since: these are today's[/red]"
    shown = len(opened["rows"])
    first = f"; the first {shown} (--rows N shows more)" if shown < opened["rows_total"] else ""
    screen.print(f"\n{opened['rows_total']:,} rows of your data, {unchanged}{first}:")
    for name, rows in groupby(opened["rows"], key=lambda row: row["table"]):
        _show_rows(screen, name, [_readable(row) for row in rows])


def _show_rows(screen: Any, name: str, rows: list[dict[str, str]]) -> None:
    """Print the columns in which all rows agree as one line, and the others as a table, dates first."""
    from rich.table import Table

    common = [column for column in rows[0] if len({row[column] for row in rows}) == 1]
    said = "; ".join(f"{column} {rows[0][column]}" for column in common if rows[0][column])
    screen.print(f"\n[bold]{plain(name.replace('_', ' '))}[/bold] [dim]{plain(said)}[/dim]")
    columns = sorted(set(rows[0]) - set(common), key=lambda column: (not _DATE.match(rows[0][column]), column))
    if not columns:
        return
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(plain(row[column]) for column in columns))
    screen.print(table)


def _readable(row: dict[str, Any]) -> dict[str, str]:
    """A row as people read it: without keys, money with its sign, shares in percent, dates short."""
    from domain.money import format_minor

    readable: dict[str, str] = {}
    for column, value in row.items():
        if column in _KEYS or column.endswith("_id"):
            continue
        name = column.removesuffix("_minor").removesuffix("_bps").replace("_", " ")
        if value is None:
            readable[name] = ""
        elif column.endswith("_minor") and "currency" in row:
            readable[name] = format_minor(value, row["currency"])
        elif column.endswith("_bps"):
            readable[name] = f"{value / 100:g} %"
        else:
            readable[name] = _moment(value)
    return readable


def _moment(value: object) -> str:
    """A moment to the second, a midnight as its date; anything else as it is."""
    text = str(value)
    return text[:19].replace("T00:00:00", "").replace("T", " ") if _MOMENT.match(text) else text
