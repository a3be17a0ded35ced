"""`mhos schedule`: meetings that are held by themselves, each by a versioned definition."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli.definition_verbs import say_version
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, print_text, short
from cli.session import Desk, open_desk

if TYPE_CHECKING:
    from store.session import BrandSession
    from virtual_office.schedule.definition import MeetingDefinition
    from virtual_office.schedule.versions import MeetingDefinitionVersion, Scheduled

Name = Annotated[str, typer.Argument(help="The definition's name.")]
Reason = Annotated[str, typer.Option(help="Why, for those who read its history.")]
_verbs = typer.Typer(no_args_is_help=True, help="Meetings that are held by themselves: `mhos work` holds what is due.")


def register(app: typer.Typer) -> None:
    app.add_typer(_verbs, name="schedule")


@_verbs.command("list")
def list_(profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """See the meetings on a schedule, and when each is held next."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from virtual_office.schedule.versions import definitions

        with desk.office.database.read(desk.ctx) as session:
            documents = [_document(session, meeting) for meeting in definitions(session)]
    if as_json:
        print_json({"schedule": documents})
        return
    from rich.table import Table

    table = Table("Name", "Title", "Held", "Next", "Last", "Version", box=None, pad_edge=False)
    for document in documents:
        following = "paused" if document["paused"] else document["next_local"]
        last = f"{short(document['last']['meeting_id'])} {document['last']['slot_local']}" if document["last"] else ""
        head = document["name"], plain(document["title"]), document["rhythm"]
        table.add_row(*head, following, last, str(document["version"]))
    console().print(table if documents else "No meeting is on a schedule: `mhos schedule set FILE --reason …`.")


@_verbs.command("show")
def show(
    name: Name, profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """See one definition as the file that would set it."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from virtual_office.schedule.definition_file import write_definition
        from virtual_office.schedule.versions import definition_of

        with desk.office.database.read(desk.ctx) as session:
            meeting = definition_of(session, name)
            document = _document(session, meeting)
        text = write_definition(meeting.definition)
    if as_json:
        print_json({**document, "yaml": text})
        return
    held = "paused" if document["paused"] else f"next {document['next_local']}"
    print_text(f"# version {document['version']}, {document['rhythm']} {document['zone']}, {held}\n{text}")


@_verbs.command("set")
def set_(
    file: Annotated[Path, typer.Argument(help="A YAML file: see `mhos schedule show weekly-trading-review`.")],
    reason: Reason = "",
    plan: Annotated[bool, typer.Option("--plan", help="Say what would change, and change nothing.")] = False,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_json: Json = False,
) -> None:
    """Let a definition hold from now on, as a new version."""
    with open_desk(profile, brand, None, as_json) as desk:
        from bootstrap.meetings import require_agents
        from virtual_office.schedule.definition_file import read_definition
        from virtual_office.schedule.versions import set_definition

        definition = read_definition(file)
        require_agents(definition.attendees, _crew())
        if plan:
            _plan(desk, definition, as_json)
        else:
            _change(desk, as_json, lambda session: set_definition(session, definition, reason))


@_verbs.command("pause")
def pause(
    name: Name, reason: Reason = "", profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False
) -> None:
    """Hold no meeting by a definition until it is resumed."""
    with open_desk(profile, brand, None, as_json) as desk:
        from virtual_office.schedule import versions as schedule

        _change(desk, as_json, lambda session: schedule.pause(session, name, reason))


@_verbs.command("resume")
def resume(
    name: Name, reason: Reason = "", profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False
) -> None:
    """Hold meetings by a definition again, from its next time on."""
    with open_desk(profile, brand, None, as_json) as desk:
        from virtual_office.schedule import versions as schedule

        _change(desk, as_json, lambda session: schedule.pause(session, name, reason, paused=False))


@_verbs.command("remove")
def remove(
    name: Name, reason: Reason = "", profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False
) -> None:
    """Hold no meeting by a definition any more; its versions stay."""
    with open_desk(profile, brand, None, as_json) as desk:
        from virtual_office.schedule import versions as schedule

        _change(desk, as_json, lambda session: schedule.remove(session, name, reason))


@_verbs.command("rollback")
def rollback(
    name: Name,
    version: Annotated[int | None, typer.Option("--to", metavar="VERSION", help="By default the one before.")] = None,
    reason: Reason = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_json: Json = False,
) -> None:
    """Let an earlier version hold again, as a new version."""
    with open_desk(profile, brand, None, as_json) as desk:
        from virtual_office.schedule.versions import roll_back

        _change(desk, as_json, lambda session: roll_back(session, name, version, reason))


@_verbs.command("history")
def history(
    name: Name, profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """See every version of a definition: who set it, why, and what it changed."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from virtual_office.schedule.versions import versions_of

        with desk.office.database.read(desk.ctx) as session:
            versions = versions_of(session, name)
        history = [_entry(version, before) for before, version in zip([None, *versions], versions, strict=False)]
    if as_json:
        print_json({"name": name, "versions": history})
        return
    for entry in reversed(history):
        _say(entry)


def _crew() -> list[str]:
    from agents.charter import load_charters

    return [charter.name for charter in load_charters()]


def _document(session: "BrandSession", meeting: "Scheduled") -> dict[str, Any]:
    from store.reads.settings import brand_of
    from virtual_office.schedule.due import newest_run

    definition, zone, now = meeting.definition, brand_of(session).zone, session.ctx.now()
    following, last = definition.next_slot(zone, now), newest_run(session, meeting.name)
    return {
        **definition.model_dump(mode="json"),
        "version": meeting.version,
        "rhythm": definition.rhythm_in_words(),
        "zone": zone,
        "next": None if definition.paused else following.isoformat(),
        "next_local": None if definition.paused else f"{following.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}",
        "last": None
        if last is None or last.slot is None
        else {
            "meeting_id": str(last.id),
            "status": last.status,
            "slot": last.slot.isoformat(),
            "slot_local": f"{last.slot.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}",
        },
    }


def _entry(version: "MeetingDefinitionVersion", before: "MeetingDefinitionVersion | None") -> dict[str, Any]:
    from virtual_office.schedule.definition import differences

    return {
        "name": version.name,
        "version": version.version,
        "author": version.author,
        "reason": version.reason,
        "created_at": version.created_at.isoformat(),
        "removed": version.definition is None,
        "changes": differences(before.definition if before else None, version.definition) if before else [],
    }


def _change(desk: Desk, as_json: bool, change: "Callable[[BrandSession], MeetingDefinitionVersion]") -> None:
    """Make one change, and say what it was."""
    from virtual_office.schedule.versions import versions_of

    with desk.office.database.begin(desk.ctx) as session:
        made = change(session)
        versions = versions_of(session, made.name)
    entry = _entry(made, versions[-2] if len(versions) > 1 else None)
    if as_json:
        print_json(entry)
    else:
        _say(entry)


def _plan(desk: Desk, definition: "MeetingDefinition", as_json: bool) -> None:
    from virtual_office.schedule.definition import differences
    from virtual_office.schedule.versions import definitions

    with desk.office.database.read(desk.ctx) as session:
        now = next((meeting.definition for meeting in definitions(session) if meeting.name == definition.name), None)
    changes = differences(now, definition)
    if as_json:
        print_json({"name": definition.name, "changes": changes, "written": False})
    else:
        console().print(f"[bold]{definition.name}[/bold]: " + ("would change" if changes else "would stay as it is"))
        _say_changes(changes)


def _say(entry: dict[str, Any]) -> None:
    say_version(entry)
    _say_changes(entry["changes"])


def _say_changes(changes: list[dict[str, Any]]) -> None:
    for change in changes:
        before, after = (_in_words(change[side]) for side in ("before", "after"))
        console().print(f"  {change['field']}: {plain(before)} → {plain(after)}")


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {said}" for name, said in value.items() if said is not None) or "none"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)
