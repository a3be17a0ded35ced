"""`mhos undo`: take an action item back."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json, say_status
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("undo")(undo)


def undo(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Take an action item back: withdraw it, or restore what it changed."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.gateway import undo as undo_item
        from virtual_office.questions.item_view import item_line

        document = item_line(undo_item(desk.office.database, desk.ctx, item), desk.language)
    if as_json:
        print_json(document)
    else:
        say_status(document, desk.language)
