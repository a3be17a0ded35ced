"""`mhos reject`: say no, and why."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json, say_status
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("reject")(reject)


def reject(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    reason: Annotated[str, typer.Option(help="Why; the agent will read it.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Reject an action item; the reason reaches the agent's next report."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.items import reject as reject_item
        from actions.refusals import refusals_noted
        from virtual_office.questions.item_view import item_line

        database = desk.office.database
        with refusals_noted(database, desk.ctx, item), database.begin(desk.ctx) as session:
            document = item_line(reject_item(session, item, reason), desk.language)
    if as_json:
        print_json(document)
    else:
        say_status(document, desk.language)
