"""`mhos jobs`: background work, and its dead letters."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk

_verbs = typer.Typer(invoke_without_command=True, help="Background work: what waits, what runs, what was given up.")


def register(app: typer.Typer) -> None:
    app.add_typer(_verbs, name="jobs")


@_verbs.callback()
def jobs(
    context: typer.Context,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See what waits, runs or was given up."""
    if context.invoked_subcommand is not None:
        return
    with open_desk(profile, brand, as_of, as_json) as desk:
        from automation.dead_letters import job_document
        from store.jobs import DEAD, LEASED, QUEUED, listed

        with desk.office.database.read(desk.ctx) as session:
            jobs = [job_document(job) for job in listed(session, (DEAD,) if dead else (LEASED, QUEUED, DEAD))]
    if as_json:
        print_json({"jobs": jobs})
        return
    for job in jobs:
        style = "red" if job["status"] == "dead" else "dim"
        at = job["run_at"][:16].replace("T", " ")
        console().print(f"[cyan]{short(job['id'])}[/cyan] {job['kind']} [{style}]{job['status']}[/] [dim]{at}, "
                        f"{job['attempts']} attempts[/dim] {plain(job['last_error'])}")  # fmt: skip
    if not jobs:
        console().print("No dead letters." if dead else "Nothing waits.")


@_verbs.command("retry")
def retry(
    job: Annotated[str, typer.Argument(metavar="ID", help="The dead letter.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_json: Json = False,
) -> None:
    """Try a job again that was given up; `mhos work` runs it."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.dead_letters import job_document, retry_job
        from store.jobs import find_job

        with desk.office.database.begin(desk.ctx) as session:
            document = job_document(retry_job(session, find_job(session, job).id))
    if as_json:
        print_json(document)
    else:
        console().print(f"{document['kind']} is queued again.  [dim]mhos work[/dim]")
