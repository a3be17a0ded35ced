"""`mhos work`: carry out what is due, meetings on a schedule too."""

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("work")(work)


def work(profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Run the jobs that are due: approved items, outcomes to be measured, meetings on a schedule."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        results = desk.office.work(desk.ctx)
    if as_json:
        print_json({"jobs": [{"id": str(r.id), "kind": r.kind, "ok": r.ok, "outcome": r.outcome} for r in results]})
        return
    for result in results:
        mark = "[green]✓[/green]" if result.ok else "[red]✗[/red]"
        console().print(f"{mark} {result.kind}: {plain(result.outcome)}")
    if not results:
        console().print("Nothing is due.")
