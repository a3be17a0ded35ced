"""`mhos show`: one action item in full."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.edit import words_for
from cli.language import Lang, language_asked
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import STATUS_STYLE, console, plain, print_json, short
from cli.session import open_desk

if TYPE_CHECKING:
    from domain.language import Language


def register(app: typer.Typer) -> None:
    app.command("show")(show)


def show(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    lang: Lang = "",
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
            language = language_asked(lang, session)
            document = item_view(session, desk.office.policy_version, find_item(session, item), language)
    if as_json:
        print_json(document)
    else:
        show_document(document, language)


def show_document(document: dict[str, Any], language: "Language") -> None:
    """An action item for a person to decide on."""
    from rich.markdown import Markdown
    from rich.panel import Panel
    from rich.table import Table

    from language.speech import say

    screen = console()
    style = STATUS_STYLE[document["status"]]
    status = say(f"item.status.{document['status']}", language)
    reason = f" ({plain(document['status_reason'])})" if document["status_reason"] else ""
    screen.print(Panel(f"[bold]{plain(document['title'])}[/bold]\n[{style}]{status}[/]{reason}", expand=False))
    waits = document["status"] in ("proposed", "snoozed", "approved")
    heads = ("item.now", "item.then") if waits else ("item.before", "item.after")
    table = Table("", *(say(key, language) for key in heads), box=None, pad_edge=False)
    for change in document["diff"]:
        table.add_row(change["field"], change["before"], change["after"])
    screen.print(table)
    screen.print()
    first = f"_{say('item.as_proposed', language)}_ " if document["amended"] else ""
    screen.print(Markdown(first + (document["rationale"] or f"_{say('item.no_reason', language)}_")))
    screen.print()
    for label, text in _lines(document, language):
        if text:
            screen.print(f"[bold]{say(label, language):>13}[/bold]  {plain(text)}")
    if document["changed_since_shown"]:
        changed = "; ".join(document["changed_since_shown"])
        screen.print(f"[red]{say('item.changed_since', language)} {plain(changed)}[/red]")
    _next_step(screen, document)


def _lines(document: dict[str, Any], language: "Language") -> list[tuple[str, str]]:
    """Labels by key, each with its text; empty where there is nothing to say."""
    from cli.inbox import proposer_name

    outcome, open_to_answers = document["outcome"], document["status"] in ("proposed", "snoozed")
    return [
        ("item.label.dissent", f"\n{'':15}".join(document["dissent"])),
        ("item.label.proposed_by", proposer_name(document["agent"], document["agent"], language)),
        ("item.label.expected", document["expected"]),
        ("item.label.risk", _risk(document, language)),
        ("item.label.guardrails", _verdict(document["verdict"], language)),
        ("item.label.policies", ", ".join(document["policies"])),
        ("item.label.undo", document["undo"]),
        ("item.label.outside", document["outside"]["today"][language.value]),
        ("item.label.grounds", ", ".join(f"{row['tool']} [{short(row['id'])}]" for row in document["receipts"])),
        ("item.label.asked", f"\n{'':15}".join(f"{row['author']}: {row['text']}" for row in document["notes"])),
        ("item.label.approved_by", ", ".join(row["by"] for row in document["approvals"])),
        ("item.label.outcome", _outcome_in_words(outcome, language) if outcome else ""),
        ("item.label.can_be_edited", " ".join(words_for(document["kind"])) if open_to_answers else ""),
        ("item.label.edited_from", document["edited_from"] or ""),
        ("item.label.expires", document["expires_locally"] if document["status"] == "proposed" else ""),
    ]


def _risk(document: dict[str, Any], language: "Language") -> str:
    from language.speech import say

    risk = say(f"item.risk.{document['risk']}", language)
    return say("item.risk_touches", language, risk=risk, reach=document["blast_radius"])


def _verdict(verdict: dict[str, Any], language: "Language") -> str:
    from language.speech import say

    reasons = "; ".join(verdict["reasons"]) or say("item.no_objection", language)
    decision = say(f"item.decision.{verdict['decision']}", language)
    return f"{decision}: {reasons}"


def _outcome_in_words(outcome: dict[str, Any], language: "Language") -> str:
    from domain.prediction import Outcome
    from language.speech import speak

    measured = Outcome.model_validate({key: value for key, value in outcome.items() if key != "subject"})
    return speak(measured.message(), language)


def _next_step(screen: Any, document: dict[str, Any]) -> None:
    code = short(document["id"])
    if document["status"] == "proposed":
        given = {gate for approval in document["approvals"] for gate in approval["gates"]}
        who = next((gate for gate in document["gates"] if gate not in given), "operator")
        as_whom = f" --as {who}" if document["gates"] else ""  # without a gate, who edited it may say yes
        screen.print(f"\n[dim]mhos approve {code}{as_whom}   ·   mhos reject {code} --reason …[/dim]")
    elif document["status"] == "done":
        screen.print(f"\n[dim]mhos undo {code}[/dim]")
