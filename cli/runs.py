"""`mhos runs`: the meetings held so far."""

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("runs")(runs)


def runs(profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """See the meetings held, and those that were interrupted."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from virtual_office.minutes.summary import runs_document

        with desk.office.database.read(desk.ctx) as session:
            document = runs_document(session)
    if as_json:
        print_json({"runs": document})
        return
    from rich.table import Table

    table = Table("Id", "Started", "Status", "Items", "Agenda", box=None, pad_edge=False)
    for run in document:
        status = "interrupted" if run["interrupted"] else run["status"]
        table.add_row(short(run["id"]), run["started_locally"], status, str(run["action_items"]), plain(run["agenda"]))
    console().print(table if document else "No meeting was held yet: `mhos meet`.")
