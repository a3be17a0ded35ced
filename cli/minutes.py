"""`mhos minutes`: read the minutes of a meeting again."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("minutes")(minutes)


def minutes(
    meeting: Annotated[str, typer.Argument(metavar="[ID]", help="The meeting; the newest by default.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Read the minutes of a meeting, with its action items as they stand now."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from virtual_office.runs import find_run
        from virtual_office.summary import meeting_document

        with desk.office.database.read(desk.ctx) as session:
            document = meeting_document(session, find_run(session, meeting).id)
    if as_json:
        print_json(document)
        return
    from cli.meeting_view import MeetingView

    MeetingView(enabled=True).show(document, whole=True)
