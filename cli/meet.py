"""`mhos meet`: hold a meeting, or go on with one."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json
from cli.session import Desk, open_desk

DEFAULT_AGENDA = "Trading review: what changed, and what should we do about it?"


def register(app: typer.Typer) -> None:
    app.command("meet")(meet)


def meet(
    agenda: Annotated[str, typer.Option(help="What the meeting is about.")] = DEFAULT_AGENDA,
    agents: Annotated[str, typer.Option(metavar="A,B", help="Who attends; everybody by default.")] = "",
    resume: Annotated[str, typer.Option(metavar="ID", help="Go on with an interrupted meeting.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Hold a meeting: the crew reports, the chair decides, minutes and action items are left."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        document = hold(desk, agenda, [name.strip() for name in agents.split(",") if name.strip()], resume, as_json)
        if as_json:
            print_json(document)


def hold(desk: Desk, agenda: str, agents: list[str], resume: str, as_json: bool) -> dict[str, object]:
    """Hold it with live progress unless JSON is wanted; what came of it."""
    from cli.meeting_view import MeetingView
    from virtual_office.summary import meeting_document

    with MeetingView(enabled=not as_json) as view:
        if resume:
            run_id = desk.office.resume(desk.ctx, resume, view.progress)
        else:
            run_id = desk.office.meet(desk.ctx, agenda, agents, view.progress)
    desk.office.run_due(desk.ctx)
    with desk.office.database.read(desk.ctx) as session:
        document = meeting_document(session, run_id)
    if not as_json:
        view.show(document, whole=False)
    return document
