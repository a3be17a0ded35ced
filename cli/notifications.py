"""`mhos notifications`: what people were told, and what they have not read."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk

_verbs = typer.Typer(invoke_without_command=True, help="What you were told, newest first.")
_STYLE = {"critical": "red", "warning": "yellow", "info": "dim"}


def register(app: typer.Typer) -> None:
    app.add_typer(_verbs, name="notifications")


@_verbs.callback()
def notifications(
    context: typer.Context,
    unread: Annotated[bool, typer.Option("--unread", help="Only what you have not read.")] = False,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See what you were told, newest first."""
    if context.invoked_subcommand is not None:
        return
    with open_desk(profile, brand, as_of, as_json) as desk:
        from automation import notifications as inbox

        with desk.office.database.read(desk.ctx) as session:
            notes = [
                inbox.notification_document(row, new) for row, new in inbox.notifications(session, unread_only=unread)
            ]
            count = inbox.unread_count(session)
    if as_json:
        print_json({"unread": count, "notifications": notes})
        return
    for note in notes:
        style = _STYLE[note["severity"]]
        mark = "●" if note["unread"] else " "
        when = note["created_at"][:16].replace("T", " ")
        console().print(
            f"[{style}]{mark} {note['severity']:<8}[/] [cyan]{short(note['id'])}[/cyan] {plain(note['title'])} "
            f"[dim]{when} · {note['module']} · {plain(note['source'])}[/dim]"
        )
        if note["body"]:
            console().print(f"             [dim]{plain(note['body'])}[/dim]")
    console().print(
        f"{count} unread." if notes or count else "Nothing unread." if unread else "Nobody told you anything."
    )


@_verbs.command("read")
def read(
    which: Annotated[str, typer.Argument(metavar="[ID]", help="One; all without it.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_json: Json = False,
) -> None:
    """Note that you have read one, or all."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.notifications import mark_read, unread_count
        from domain.actor import Permission

        desk.ctx.require(Permission.DATA_READ)
        with desk.office.database.begin(desk.ctx) as session:
            marked = mark_read(session, which or None)
            left = unread_count(session)
    if as_json:
        print_json({"read": marked, "unread": left})
    else:
        console().print(f"{marked} read, {left} unread.")
