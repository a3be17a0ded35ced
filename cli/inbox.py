"""`mhos inbox`: the action items that wait for a person."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import STATUS_STYLE, console, plain, print_json, short
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("inbox")(inbox)


def inbox(
    everything: Annotated[bool, typer.Option("--all", help="Those that are closed, too.")] = False,
    snoozed: Annotated[bool, typer.Option("--snoozed", help="What was put off instead, until its time comes.")] = False,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See the action items that wait for an answer, most money at stake first."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions import items
        from domain.action import ItemStatus
        from virtual_office.questions.item_view import item_line

        with desk.office.database.read(desk.ctx) as session:
            put_off = (ItemStatus.SNOOZED,) if snoozed else None
            statuses = tuple(ItemStatus) if everything else put_off
            lines = [item_line(item) for item in items.inbox(session, statuses)]
    if as_json:
        print_json({"items": lines})
    elif lines:
        console().print(items_table(lines))
    else:
        console().print(
            "Nothing is put off."
            if snoozed
            else "Nothing waits for you. `mhos meet` holds a meeting; `mhos inbox --all` shows what is closed."
        )


def items_table(lines: Sequence[dict[str, Any]]) -> Any:
    """Action items, three lines each, so that they read well in a narrow terminal, too."""
    from rich.table import Table

    table = Table(title="Action items", title_justify="left", title_style="bold", show_header=False, box=None)
    table.add_column("id", style="cyan", no_wrap=True)
    table.add_column("what")
    for item in lines:
        table.add_row(short(item["id"]), "\n".join((plain(item["title"]), *_details(item))))
    return table


def _details(item: dict[str, Any]) -> tuple[str, str]:
    style = STATUS_STYLE.get(item["status"], "dim")
    waits = item["status"] == "proposed"
    needs = f", needs {' and '.join(item['gates']) or 'a yes'}" if waits else ""
    from domain.money import format_minor

    who = plain(item["agent"].replace("_", " "))
    stake = format_minor(item["amount_minor"], item["currency"])
    return (
        f"[{style}]{item['status']}[/]{needs} [dim]· {item['risk']} risk · {who}[/dim]",
        f"[dim]expected {plain(item['expected'])}, at stake {stake}[/dim]",
    )
