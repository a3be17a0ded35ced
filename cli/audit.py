"""`mhos audit`: check that nobody rewrote what happened."""

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, print_json
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The audit: one hash-chained line of entries per brand.", no_args_is_help=True)
    group.command("verify")(verify)
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
