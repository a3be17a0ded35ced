"""`mhos workflows`: several steps with waits and branches, started by rules or by hand."""

from typing import Annotated

import typer

from cli.definition_verbs import Name, definition_verbs
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, print_json, short
from cli.run_view import print_runs
from cli.session import Desk, open_desk

Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or an end of it.")]
_verbs = definition_verbs("workflow", "Several steps with waits and branches, started by rules or by hand.")


def register(app: typer.Typer) -> None:
    app.add_typer(_verbs, name="workflows")


@_verbs.command("start")
def start(
    name: Name,
    data: Annotated[str, typer.Option(help='What its steps may name as data.…, e.g. \'{"sku": "A"}\'.')] = "{}",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_json: Json = False,
) -> None:
    """Begin a workflow yourself."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.start import start_workflow

        with desk.office.database.begin(desk.ctx) as session:
            run_id = start_workflow(session, name, data)
        desk.office.run_due(desk.ctx)
    if as_json:
        print_json({"run": str(run_id), "workflow": name})
    else:
        console().print(f"{name} began: {short(run_id)}  [dim]mhos workflows runs[/dim]")


@_verbs.command("runs")
def runs(
    name: Annotated[str, typer.Argument(help="Of one workflow; of all without it.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See what workflows did, the newest first, with every attempt."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from automation.log import logged

        with desk.office.database.read(desk.ctx) as session:
            executions = logged(session, "workflow", name)
    print_runs(executions, as_json)


@_verbs.command("cancel")
def cancel(
    run: Run,
    reason: Annotated[str, typer.Option(help="Why, for those who read its log.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_json: Json = False,
) -> None:
    """Let a run go no further; what it did is compensated, newest first."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.executions import call_off, find_run

        with desk.office.database.begin(desk.ctx) as session:
            run_id = call_off(session, find_run(session, run).id, reason).id
        desk.office.run_due(desk.ctx)
        _print_one(desk, run_id, as_json)


@_verbs.command("retry")
def retry(run: Run, profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False) -> None:
    """Begin a run that failed again, about the same event, by the workflow as it holds now."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.executions import begin_again, find_run

        with desk.office.database.begin(desk.ctx) as session:
            run_id = begin_again(session, find_run(session, run).id).id
        desk.office.run_due(desk.ctx)
        _print_one(desk, run_id, as_json)


def _print_one(desk: Desk, run_id: object, as_json: bool) -> None:
    from automation.executions import find_run
    from automation.log import attempts_of, run_document

    with desk.office.database.read(desk.ctx) as session:
        execution = find_run(session, str(run_id))
        print_runs([run_document(execution, attempts_of(session, execution))], as_json)
