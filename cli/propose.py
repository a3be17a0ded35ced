"""`mhos propose`: ask for an action yourself, under the same guardrails."""

from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, say_status, short
from cli.session import errors_as_sentences, open_desk


def register(app: typer.Typer) -> None:
    app.command("propose", add_help_option=False)(propose)


def propose(
    ctx: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="The action kind, e.g. price.update; left out: all of them.")
    ] = "",
    parameters: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE", help="sku=A channel=shop price=12.90; left out: what the kind takes."),
    ] = None,
    sku: Annotated[str | None, typer.Option(help="The same as sku=…")] = None,
    channel: Annotated[str | None, typer.Option(help="The same as channel=…")] = None,
    price: Annotated[str | None, typer.Option(help="The same as price=…")] = None,
    zone: Annotated[str | None, typer.Option(help="The same as zone=…")] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
    show_help: Annotated[bool, typer.Option("--help", help="Show this, or what KIND takes.")] = False,
) -> None:
    """Ask for an action yourself: what the guardrails allow you happens at once, what needs a second person waits."""
    options = {"sku": sku, "channel": channel, "price": price, "zone": zone}
    given = [*(parameters or ()), *(f"{name}={value}" for name, value in options.items() if value is not None)]
    if not kind and show_help:
        typer.echo(ctx.get_help())
        return
    if not given or show_help:
        _show_forms(kind, as_json)
        return
    with open_desk(profile, brand, as_of, as_json) as desk:
        document = _ask(desk, kind, given, reason)
    if as_json:
        print_json(document)
    else:
        say_status(document, desk.language)
        console().print(f"[dim]mhos show {short(document['id'])}[/dim]")
    if document["status"] == "denied":
        raise typer.Exit(1)


def _ask(desk: Any, kind: str, given: list[str], reason: str) -> dict[str, Any]:
    """The item that was made of it, as it stands once what is due has been carried out."""
    from actions.items import find_item
    from actions.items import propose as propose_item
    from actions.proposing import action_in_words
    from virtual_office.questions.item_view import item_line

    office = desk.office
    with office.database.begin(desk.ctx) as session:
        action = action_in_words(session, kind, given)
        item_id = str(propose_item(session, office.engine, action, reason).id)
    office.run_due(desk.ctx)
    with office.database.read(desk.ctx) as session:
        return item_line(find_item(session, item_id), desk.language)


def _show_forms(kind: str, as_json: bool) -> None:
    """Print the parameters of a kind, or the list of kinds."""
    with errors_as_sentences(as_json):
        from domain.action import ACTION_KINDS
        from domain.forms import usage

        if kind:
            document = form_document(kind)
            print_json(document) if as_json else _print_form(document)
            return
        kinds = [{"kind": kind.name, "title": kind.title, "usage": usage(kind)} for kind in ACTION_KINDS.values()]
        if as_json:
            print_json({"kinds": kinds})
            return
        for row in kinds:
            console().print(f"[bold]{plain(row['title'])}[/bold]\n  mhos propose {plain(row['usage'])}")


def form_document(kind: str) -> dict[str, Any]:
    """The parameters of a kind as `mhos propose` takes them. Raises InvalidInput for a kind that there is not."""
    from domain.action import kind_of
    from domain.forms import form_of, usage

    definition = kind_of(kind)
    fields = [
        {"name": field.word, "expected": field.expected, "example": field.sample, "required": field.required,
         "about": field.about}
        for field in form_of(definition)
    ]  # fmt: skip
    return {"kind": kind, "title": definition.title, "usage": f"mhos propose {usage(definition)}", "parameters": fields}


def _print_form(document: dict[str, Any]) -> None:
    from rich.table import Table

    screen = console()
    screen.print(f"[bold]{plain(document['title'])}[/bold]\n{plain(document['usage'])}\n")
    table = Table("", "", "", box=None, pad_edge=False, show_header=False)
    for field in document["parameters"]:
        left_out = "" if field["required"] else "may be left out"
        notes = "; ".join(note for note in (field["about"], left_out) if note)
        table.add_row(field["name"], plain(field["expected"]), f"[dim]{plain(notes)}[/dim]")
    screen.print(table)
