"""`mhos why`: open a number down to the rows it came from."""

from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, print_json
from cli.session import open_desk


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
    screen.print(f"[bold]{opened['rendered']}[/bold]")
    screen.print(f"from [cyan]{receipt['tool']}[/cyan] {receipt['arguments']}, asked by {receipt['agent']}")
    screen.print(f"[dim]as of {receipt['as_of']}, {receipt['label']}, receipt {receipt['id']}[/dim]")
    unchanged = "unchanged since" if opened["rows_unchanged"] else "[red]changed since: these are today's[/red]"
    screen.print(f"\n{opened['rows_total']} rows of your data, {unchanged}; the first {len(opened['rows'])}:")
    if not opened["rows"]:
        return
    columns = [name for name in opened["rows"][0] if name not in ("brand_id", "id")]
    table = Table(*columns, box=None)
    for row in opened["rows"]:
        table.add_row(*(str(row.get(name, "")) for name in columns))
    screen.print(table)
