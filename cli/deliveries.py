"""`mhos deliveries`: what went out of the house, to whom, with every attempt."""

from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk

Id = Annotated[str, typer.Argument(metavar="ID", help="The delivery, or an end of its id.")]
_verbs = typer.Typer(invoke_without_command=True, help="Webhooks, emails and chats: what was sent, what was not taken.")
_STYLE = {
    "sent": "green", "failed": "red", "queued": "yellow", "sending": "yellow", "to_hand_over": "yellow",
    "handed_over": "green", "withdrawn": "dim",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    app.add_typer(_verbs, name="deliveries")


@_verbs.callback()
def deliveries(
    context: typer.Context,
    to: Annotated[str, typer.Option(metavar="NAME", help="Only to this endpoint or address.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="Only what nobody took.")] = False,
    most: Annotated[int, typer.Option(min=1, max=1_000, help="How many, at most.")] = 50,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See what went out, newest first."""
    if context.invoked_subcommand is not None:
        return
    with open_desk(profile, brand, as_of, as_json) as desk:
        from automation.delivery_log import deliveries as listed
        from automation.delivery_log import delivery_document

        statuses = ("failed",) if failed else ()
        with desk.office.database.read(desk.ctx) as session:
            documents = [delivery_document(row) for row in listed(session, most, statuses=statuses, target=to)]
    if as_json:
        print_json({"deliveries": documents})
        return
    for document in documents:
        _print_line(document)
    if not documents:
        console().print("Nothing failed." if failed else "Nothing has gone out yet.")


@_verbs.command("show")
def show(
    delivery: Id, profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """See one with what it says and every attempt."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from automation.delivery_log import attempts_at, delivery_document, find_delivery

        with desk.office.database.read(desk.ctx) as session:
            row = find_delivery(session, delivery)
            document = {**delivery_document(row), "message": row.message, "tried": attempts_at(session, row.id)}
    if as_json:
        print_json(document)
        return
    import json

    _print_line(document)
    console().print(f"  id {document['id']}", style="dim")
    for attempt in document["tried"]:
        at, outcome = attempt["at"][:19].replace("T", " "), attempt["outcome"]
        console().print(f"  {attempt['number']}. {at} [{_STYLE[outcome]}]{outcome}[/] {plain(attempt['detail'])}")
    console().print(plain(json.dumps(document["message"], indent=2, ensure_ascii=False)))
    if document["status"] == "failed":
        console().print(f"[dim]mhos deliveries retry {short(document['id'])}[/dim]")


@_verbs.command("retry")
def retry(delivery: Id, profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False) -> None:
    """Send one again that failed, or a webhook that its receiver lost; `mhos work` sends it."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.delivery_log import delivery_document, find_delivery, send_again

        with desk.office.database.begin(desk.ctx) as session:
            document = delivery_document(send_again(session, find_delivery(session, delivery).id))
    if as_json:
        print_json(document)
    else:
        console().print(f"{document['channel']} to {plain(document['target'])} is queued again.  [dim]mhos work[/dim]")


def _print_line(delivery: dict[str, Any]) -> None:
    at, tries = delivery["created_at"][:16].replace("T", " "), delivery["attempts"]
    state = f"[{_STYLE[delivery['status']]}]{delivery['status']}[/]"
    console().print(
        f"[cyan]{short(delivery['id'])}[/cyan] {delivery['channel']} to {plain(delivery['target'])} {state} "
        f"[dim]{at}, {tries} attempt{'' if tries == 1 else 's'}[/dim] {plain(delivery['title'])}"
    )
    if delivery["last_error"]:
        console().print(f"  [red]{plain(delivery['last_error'])}[/red]")
