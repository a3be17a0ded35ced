"""`mhos work`: carry out what is due, meetings on a schedule too."""

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("work")(work)


def work(profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Run what is due: approved items, outcomes, meetings; say what was done, what lapsed, and what is due next."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from cli.work_view import work_document

        since = desk.ctx.now()
        results = desk.office.work(desk.ctx)
        with desk.office.database.read(desk.ctx) as session:
            document = work_document(session, results, since, desk.language)
    if as_json:
        print_json(document)
        return
    from cli.work_view import show_work

    show_work(document, desk.language)
