"""`mhos rules`: what happens by itself when something happened."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.definition_verbs import Name, Reason, change, definition_verbs
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json
from cli.run_view import print_runs
from cli.session import open_desk

_verbs = definition_verbs("rule", "What happens by itself when something happened, or at certain times.")


def register(app: typer.Typer) -> None:
    app.add_typer(_verbs, name="rules")


@_verbs.command("disable")
def disable(
    name: Name, reason: Reason = "", profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False
) -> None:
    """Let a rule sleep until it is enabled."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation import definitions

        change(desk, as_json, lambda session: definitions.disable(session, name, reason))


@_verbs.command("enable")
def enable(
    name: Name, reason: Reason = "", profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False
) -> None:
    """Let a rule be woken again, by what happens from now on."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation import definitions

        change(desk, as_json, lambda session: definitions.disable(session, name, reason, paused=False))


@_verbs.command("test")
def test(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's name, or a file that is not set yet.")],
    since: Annotated[str, typer.Option(metavar="DATE", help="From when on, e.g. 2026-01-31.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See what a rule would have done about past events; nothing is written or sent."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from automation.dry_run import would_have

        moment = _moment(since)
        document = _rule(desk, rule)
        matches = would_have(desk.office.database, desk.ctx, desk.office.engine, document, moment)
    acted = sum(match.status == "would act" for match in matches)
    if as_json:
        events = [{**vars(match), "at": match.at.isoformat()} for match in matches]
        print_json({"rule": document.name, "events": events, "would_act": acted, "written": False})
        return
    for match in matches:
        mark = "[green]●[/green]" if match.status == "would act" else "[dim]○[/dim]"
        console().print(
            f"{mark} {match.at:%Y-%m-%d %H:%M} {match.type} {plain(match.subject)}  [dim]{plain(match.reason)}[/dim]"
        )
        for deed_text in match.does:
            console().print(f"    {plain(deed_text)}")
    console().print(f"{document.name}: would have acted on {acted} of {len(matches)} events. Nothing was written.")


@_verbs.command("log")
def log(
    name: Annotated[str, typer.Argument(help="Of one rule; of all without it.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See what rules did, the newest first, with every attempt."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from automation.log import logged

        with desk.office.database.read(desk.ctx) as session:
            runs = logged(session, "rule", name)
    print_runs(runs, as_json)


def _moment(text: str) -> Any:
    from domain.context import parse_moment
    from domain.errors import InvalidInput

    try:
        return parse_moment(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a time.", remedy="Write 2026-01-31.") from error


def _rule(desk: Any, rule: str) -> Any:
    """A file's rule where there is such a file, else the brand's rule of this name."""
    from automation.definition_file import read_file
    from automation.definitions import definition_of

    if Path(rule).suffix in (".yaml", ".yml"):
        return read_file(Path(rule), "rule")
    with desk.office.database.read(desk.ctx) as session:
        return definition_of(session, "rule", rule).document
