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
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See the action items that wait for an answer, most money at stake first."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions import items
        from actions.documents import item_summary
        from domain.action import ItemStatus

        with desk.office.database.read(desk.ctx) as session:
            statuses = tuple(ItemStatus) if everything else items.OPEN
            found = [item_summary(item) for item in items.inbox(session, statuses)]
    if as_json:
        print_json({"items": found})
    elif found:
        console().print(items_table(found))
    else:
        console().print("Nothing waits for you. `mhos meet` holds a meeting; `mhos inbox --all` shows what is closed.")


def items_table(found: Sequence[dict[str, Any]]) -> Any:
    """Action items as a table."""
    from rich.table import Table

    table = Table(title="Action items", title_justify="left", expand=False)
    for heading in ("Id", "What", "By", "Risk", "Expected", "Status", "Needs"):
        table.add_column(heading, overflow="fold")
    for item in found:
        style = STATUS_STYLE.get(item["status"], "")
        needs = ", ".join(item["gates"]) if item["status"] == "proposed" else ""
        table.add_row(
            short(item["id"]),
            plain(item["title"]),
            item["agent"],
            item["risk"],
            item["expected"],
            f"[{style}]{item['status']}[/]" if style else item["status"],
            needs,
        )
    return table
