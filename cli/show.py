"""`mhos show`: one action item in full."""

from typing import Annotated, Any

import typer

from cli.edit import words_for
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import STATUS_STYLE, console, plain, print_json, short
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("show")(show)


def show(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See exactly what an action item would change, why, the risk, and how to take it back."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.items import find_item
        from virtual_office.questions.item_view import item_view

        with desk.office.database.read(desk.ctx) as session:
            document = item_view(session, desk.office.engine, find_item(session, item))
    if as_json:
        print_json(document)
    else:
        show_document(document)


def show_document(document: dict[str, Any]) -> None:
    """An action item for a person to decide on."""
    from rich.markdown import Markdown
    from rich.panel import Panel
    from rich.table import Table

    screen = console()
    style = STATUS_STYLE.get(document["status"], "")
    reason = f" ({plain(document['status_reason'])})" if document["status_reason"] else ""
    screen.print(
        Panel(f"[bold]{plain(document['title'])}[/bold]\n[{style}]{document['status']}[/]{reason}", expand=False)
    )
    waits = document["status"] in ("proposed", "snoozed", "approved")
    table = Table("", *(("now", "then") if waits else ("before", "after")), box=None, pad_edge=False)
    for change in document["diff"]:
        table.add_row(change["field"], change["before"], change["after"])
    screen.print(table)
    screen.print()
    first = "_As it was proposed:_ " if document["amended"] else ""
    screen.print(Markdown(first + (document["rationale"] or "_No reason was given._")))
    screen.print()
    for label, text in _lines(document):
        if text:
            screen.print(f"[bold]{label:>13}[/bold]  {plain(text)}")
    if document["changed_since_shown"]:
        screen.print("[red]Changed since it was shown: " + plain("; ".join(document["changed_since_shown"])) + "[/red]")
    _next_step(screen, document)


def _lines(document: dict[str, Any]) -> list[tuple[str, str]]:
    verdict = document["verdict"]
    outcome, open_to_answers = document["outcome"], document["status"] in ("proposed", "snoozed")
    return [
        ("Dissent", f"\n{'':15}".join(document["dissent"])),
        ("Proposed by", document["agent"]),
        ("Expected", document["expected"]),
        ("Risk", f"{document['risk']}; touches {document['blast_radius']}"),
        ("Guardrails", f"{verdict['decision'].replace('_', ' ')}: {'; '.join(verdict['reasons']) or 'no objection'}"),
        ("Policies", ", ".join(document["policies"])),
        ("Undo", document["undo"]),
        ("Outside", document["outside"]["today"]["en"]),
        ("Grounds", ", ".join(f"{row['tool']} [{short(row['id'])}]" for row in document["receipts"])),
        ("Asked", f"\n{'':15}".join(f"{row['author']}: {row['text']}" for row in document["notes"])),
        ("Approved by", ", ".join(row["by"] for row in document["approvals"])),
        ("Outcome", _outcome_in_words(outcome) if outcome else ""),
        ("Can be edited", " ".join(words_for(document["kind"])) if open_to_answers else ""),
        ("Edited from", document["edited_from"] or ""),
        ("Expires", document["expires_locally"] if document["status"] == "proposed" else ""),
    ]


def _outcome_in_words(outcome: dict[str, Any]) -> str:
    from domain.language import Language
    from domain.prediction import Outcome
    from language.speech import speak

    measured = Outcome.model_validate({key: value for key, value in outcome.items() if key != "subject"})
    return speak(measured.message(), Language.EN)


def _next_step(screen: Any, document: dict[str, Any]) -> None:
    code = short(document["id"])
    if document["status"] == "proposed":
        given = {gate for approval in document["approvals"] for gate in approval["gates"]}
        who = next((gate for gate in document["gates"] if gate not in given), "operator")
        as_whom = f" --as {who}" if document["gates"] else ""  # without a gate, who edited it may say yes
        screen.print(f"\n[dim]mhos approve {code}{as_whom}   ·   mhos reject {code} --reason …[/dim]")
    elif document["status"] == "done":
        screen.print(f"\n[dim]mhos undo {code}[/dim]")
