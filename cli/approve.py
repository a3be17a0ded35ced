"""`mhos approve`: say yes to exactly what was shown."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, print_json, say_status, short
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("approve")(approve)


def approve(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Approve an action item; it is carried out at once, decided anew at that moment."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.approvals import approve as approve_item
        from actions.items import find_item
        from bootstrap.office import CLI_UNDO_DELAY
        from cli.inbox import gates_text
        from language.speech import say
        from virtual_office.questions.item_view import item_line

        office = desk.office
        approved = approve_item(office.database, desk.ctx, office.engine, item, CLI_UNDO_DELAY)
        office.run_due(desk.ctx)
        with office.database.read(desk.ctx) as session:
            document = item_line(find_item(session, str(approved.id)), desk.language)
    if as_json:
        print_json(document)
        return
    screen = console()
    say_status(document, desk.language)
    if document["can_be_undone"]:
        screen.print(f"[dim]{say('item.reply.undo', desk.language, code=short(document['id']))}[/dim]")
    elif document["status"] == "proposed":
        screen.print(say("item.reply.still_needs", desk.language, gates=gates_text(document["gates"], desk.language)))
