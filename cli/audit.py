"""`mhos audit`: what was done, and a check that nobody rewrote it."""

from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk

_ID = 36


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The audit: one hash-chained line of entries per brand.", no_args_is_help=True)
    group.command("verify")(verify)
    group.command("list")(list_)
    app.add_typer(group, name="audit")


def verify(profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Recompute the brand's audit chain; exits non-zero where it is broken."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from domain.actor import Permission
        from store.audit import verify_audit

        desk.ctx.require(Permission.AUDIT_READ)
        with desk.office.database.read(desk.ctx) as session:
            check = verify_audit(session)
    if as_json:
        print_json({"ok": check.ok, "entries": check.entries, "head": check.head, "broken_at": check.broken_at})
    elif check.ok:
        console().print(f"[green]The chain holds[/green]: {check.entries} entries, head {check.head[:16]}…")
    else:
        console().print(f"[red]The chain is broken at entry {check.broken_at}[/red].")
    if not check.ok:
        raise typer.Exit(1)


def list_(
    most: Annotated[int, typer.Option(min=1, max=1_000, help="How many, at most.")] = 50,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See what was done in the brand, and what people were refused, newest first."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from domain.actor import Permission
        from domain.language import Language
        from language.speech import spoken
        from store.audit import newest_entries

        desk.ctx.require(Permission.AUDIT_READ)
        with desk.office.database.read(desk.ctx) as session:
            rows = [row.model_dump(mode="json", exclude={"brand_id", "id"}) for row in newest_entries(session, most)]
        entries = spoken(rows, Language.EN)
    if as_json:
        print_json({"entries": entries})
        return
    for entry in entries:
        at, subject = entry["at"][:16].replace("T", " "), entry["subject"]
        about = short(subject) if len(subject) == _ID else subject
        head = f"[dim]{at}[/dim] {plain(entry['actor'])} [bold]{entry['action']}[/bold] [cyan]{plain(about)}[/cyan]"
        console().print(f"{head}  [dim]{plain(_in_words(entry['detail']))}[/dim]")


def _in_words(detail: dict[str, Any]) -> str:
    """The details that fit a line: words and numbers, no documents."""
    return ", ".join(f"{name}: {value}" for name, value in detail.items() if isinstance(value, str | int | float))[:160]
