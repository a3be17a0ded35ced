"""The verbs that rules, workflows and templates share: list, show, set, history, rollback, remove."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, print_text
from cli.session import Desk, open_desk

if TYPE_CHECKING:
    from automation.definitions import DefinitionVersion
    from store.session import BrandSession

Name = Annotated[str, typer.Argument(help="Its name.")]
Reason = Annotated[str, typer.Option(help="Why, for those who read its history.")]


def definition_verbs(kind: str, help_: str) -> typer.Typer:
    """The verbs of one kind: `rule`, `workflow` or `template`."""
    verbs = typer.Typer(no_args_is_help=True, help=help_)
    _reading(verbs, kind)
    _changing(verbs, kind)
    return verbs


def _reading(verbs: typer.Typer, kind: str) -> None:
    @verbs.command("list")
    def list_(profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False) -> None:
        """See those that hold now."""
        with open_desk(profile, brand, as_of, as_json) as desk:
            from automation.definitions import holding

            with desk.office.database.read(desk.ctx) as session:
                rows = [summary(version) for version in holding(session, kind)]
        if as_json:
            print_json({f"{kind}s": rows})
            return
        from rich.table import Table

        table = Table("Name", "Title", "Woken by" if kind == "rule" else "", "Version", "By", box=None, pad_edge=False)
        for row in rows:
            table.add_row(row["name"], plain(row["title"]), plain(row["wakes"]), str(row["version"]), row["author"])
        console().print(table if rows else f"There is no {kind} yet: `mhos {kind}s set FILE --reason …`.")

    @verbs.command("show")
    def show(
        name: Name, profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False
    ) -> None:
        """See one as the file that would set it."""
        with open_desk(profile, brand, as_of, as_json) as desk:
            from automation.definition_file import write
            from automation.definitions import definition_of

            with desk.office.database.read(desk.ctx) as session:
                version = definition_of(session, kind, name)
            assert version.document is not None
            text = write(version.document)
        if as_json:
            print_json({**summary(version), "document": version.document.model_dump(mode="json"), "yaml": text})
        else:
            print_text(f"# version {version.version}, {version.author}: {version.reason}\n{text}")

    @verbs.command("history")
    def history(
        name: Name, profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False
    ) -> None:
        """See every version: who set it, why, and what it changed."""
        with open_desk(profile, brand, as_of, as_json) as desk:
            from automation.definitions import versions_of

            with desk.office.database.read(desk.ctx) as session:
                versions = versions_of(session, kind, name)
            history = [_entry(version, before) for before, version in zip([None, *versions], versions, strict=False)]
        if as_json:
            print_json({"name": name, "versions": history})
            return
        for entry in reversed(history):
            _say(entry)


def _changing(verbs: typer.Typer, kind: str) -> None:
    @verbs.command("set")
    def set_(
        file: Annotated[Path, typer.Argument(help="A YAML file: docs/automation.md shows how it is written.")],
        reason: Reason = "",
        plan: Annotated[bool, typer.Option("--plan", help="Say what would change, and change nothing.")] = False,
        profile: AsProfile = None,
        brand: BrandOption = None,
        as_json: Json = False,
    ) -> None:
        """Let a file hold from now on, as a new version."""
        with open_desk(profile, brand, None, as_json) as desk:
            from automation.definition_file import read_file
            from automation.definitions import set_definition

            document = read_file(file, kind)
            _require_known(document)
            if plan:
                _plan(desk, kind, document, as_json)
            else:
                change(desk, as_json, lambda session: set_definition(session, kind, document, reason))

    @verbs.command("rollback")
    def rollback(
        name: Name,
        version: Annotated[
            int | None, typer.Option("--to", metavar="VERSION", help="By default the one before.")
        ] = None,
        reason: Reason = "",
        profile: AsProfile = None,
        brand: BrandOption = None,
        as_json: Json = False,
    ) -> None:
        """Let an earlier version hold again, as a new version."""
        with open_desk(profile, brand, None, as_json) as desk:
            from automation.definitions import roll_back

            change(desk, as_json, lambda session: roll_back(session, kind, name, version, reason))

    @verbs.command("remove")
    def remove(
        name: Name, reason: Reason = "", profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False
    ) -> None:
        """Let it hold no more; its versions stay."""
        with open_desk(profile, brand, None, as_json) as desk:
            from automation import definitions

            change(desk, as_json, lambda session: definitions.remove(session, kind, name, reason))


def _require_known(document: Any) -> None:
    """Raises InvalidInput for an agent that there is not, before a meeting of it is called in vain."""
    from automation.rule import agents_named

    if named := agents_named(document):
        from agents.charter import load_charters
        from bootstrap.meetings import require_agents

        require_agents(named, [charter.name for charter in load_charters()])


def summary(version: "DefinitionVersion") -> dict[str, Any]:
    """One line of a list."""
    from automation.rule import Rule

    document = version.document
    wakes = ""
    if isinstance(document, Rule):
        wakes = "disabled" if document.paused else ", ".join(document.on) or (document.at.cron if document.at else "")
    return {
        "name": version.name,
        "title": document.title if document else "",
        "wakes": wakes,
        "paused": isinstance(document, Rule) and document.paused,
        "version": version.version,
        "author": version.author,
        "reason": version.reason,
        "created_at": version.created_at.isoformat(),
    }


def change(desk: Desk, as_json: bool, make: "Callable[[BrandSession], DefinitionVersion]") -> None:
    """Make one change, and say what it was."""
    from automation.definitions import versions_of

    with desk.office.database.begin(desk.ctx) as session:
        made = make(session)
        versions = versions_of(session, made.kind, made.name)
    entry = _entry(made, versions[-2] if len(versions) > 1 else None)
    if as_json:
        print_json(entry)
    else:
        _say(entry)


def _plan(desk: Desk, kind: str, document: Any, as_json: bool) -> None:
    from automation.definitions import differences, holding

    with desk.office.database.read(desk.ctx) as session:
        now = next((version.document for version in holding(session, kind) if version.name == document.name), None)
    changes = differences(now, document)
    if as_json:
        print_json({"name": document.name, "changes": changes, "written": False})
    else:
        console().print(f"[bold]{document.name}[/bold]: " + ("would change" if changes else "would stay as it is"))
        _say_changes(changes)


def _entry(version: "DefinitionVersion", before: "DefinitionVersion | None") -> dict[str, Any]:
    from automation.definitions import version_document

    return {"name": version.name, **version_document(version, before)}


def say_version(entry: dict[str, Any]) -> None:
    """The line of a version: its number, when, by whom and why."""
    when = entry["created_at"][:16].replace("T", " ")
    state = " [red]removed[/red]" if entry["removed"] else ""
    head = f"[bold]{entry['name']}[/bold] version {entry['version']}{state}"
    console().print(f"{head}  [dim]{when} {plain(entry['author'])}[/dim]  {plain(entry['reason'])}")


def _say(entry: dict[str, Any]) -> None:
    say_version(entry)
    _say_changes(entry["changes"])


def _say_changes(changes: list[dict[str, Any]]) -> None:
    import json

    for field in changes:
        before, after = ("nothing" if field[side] is None else json.dumps(field[side]) for side in ("before", "after"))
        console().print(f"  {field['field']}: {plain(before)} → {plain(after)}")
