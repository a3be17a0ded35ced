"""`mhos show`: one action item in full."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.edit import words_for
from cli.language import Lang, language_asked
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short, status_text
from cli.session import open_desk

if TYPE_CHECKING:
    from domain.language import Language


def register(app: typer.Typer) -> None:
    app.command("show")(show)


def show(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    sources: Annotated[
        bool, typer.Option("--sources", help="Number each number and list what opens it; who proposed it, the rules.")
    ] = False,
    lang: Lang = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Read an action item: why now, what we put in, if no, what it should bring, how to take it back, each line."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.items import find_item
        from language.lines import Sources, as_clean_markdown, as_linked_markdown
        from virtual_office.questions.item_view import item_view

        numbered = Sources()
        style = as_linked_markdown if as_json else numbered.as_markdown if sources else as_clean_markdown
        with desk.office.database.read(desk.ctx) as session:
            language = language_asked(lang, session)
            found = find_item(session, item)
            document = item_view(session, desk.office.policy_version, found, language, style)
    if as_json:
        print_json(document)
        return
    show_document(document, language)
    if sources:
        show_sources(document, language, numbered.entries())
    _next_step(document, sources, language)


def show_document(document: dict[str, Any], language: "Language") -> None:
    """An action item for a person to decide on, in the order in which it is read."""
    from rich.markdown import Markdown
    from rich.panel import Panel
    from rich.table import Table

    from language.speech import say

    screen = console()
    screen.print(Panel(f"[bold]{plain(document['title'])}[/bold]\n{status_text(document, language)}", expand=False))
    parts = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    parts.add_column(style="bold", no_wrap=True)
    parts.add_column()
    for label, text in _parts(document, language):
        if text:
            parts.add_row(say(label, language), Markdown(text))
    screen.print(parts)
    if document["diff"]:
        screen.print()
        waits = document["status"] in ("proposed", "snoozed", "approved")
        heads = ("item.now", "item.then") if waits else ("item.before", "item.after")
        table = Table("", *(say(key, language) for key in heads), box=None, pad_edge=False)
        for change in document["diff"]:
            table.add_row(*(plain(change[part]) for part in ("field", "before", "after")))
        screen.print(table)
    if document["changed_since_shown"]:
        changed = "; ".join(document["changed_since_shown"])
        screen.print(f"[red]{say('item.changed_since', language)} {plain(changed)}[/red]")


def _parts(document: dict[str, Any], language: "Language") -> list[tuple[str, str]]:
    """Labels by key, each with its text as Markdown; empty where there is nothing to say."""
    from language.lines import escape_markdown
    from language.speech import say

    outcome = document["outcome"]
    asked = [f"{row['author'].rpartition(':')[2]}: {row['text']}" for row in document["notes"]]
    return [
        ("item.label.why_now", document["rationale"] or say("item.no_reason", language)),
        ("item.label.changed", document["changed"]),
        ("item.label.objections", "\n\n".join(map(escape_markdown, document["objections"]))),
        ("item.label.puts_in", document["puts_in"]),
        ("item.label.if_no", document["if_no"] if document["status"] in ("proposed", "snoozed") else ""),
        ("item.label.expected", document["promise"]),
        ("item.label.answer_by", document["answer_by"]),
        ("item.label.undo", document["undo"]),
        ("item.label.outside", escape_markdown(document["outside"]["today"][language.value])),
        ("item.label.outcome", escape_markdown(_outcome_in_words(outcome, language)) if outcome else ""),
        ("item.label.asked", "\n\n".join(map(escape_markdown, asked))),
    ]


def show_sources(document: dict[str, Any], language: "Language", entries: Sequence[tuple[int, str, str]]) -> None:
    """Who proposed it, what the rules say, what it rests on, and what opens each number."""
    from rich.table import Table

    from language.speech import say

    screen = console()
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(style="dim")
    screen.print()
    for label, text in _grounds(document, language):
        if text:
            table.add_row(say(label, language), plain(text))
    for number, text, code in entries:
        opens = ", ".join(f"mhos why {part}" for part in code.split("+"))
        table.add_row(f"[{number}]", plain(f"{text}: {opens}"))
    screen.print(table)


def _grounds(document: dict[str, Any], language: "Language") -> list[tuple[str, str]]:
    from cli.inbox import proposer_name

    open_to_answers = document["status"] in ("proposed", "snoozed")
    return [
        ("item.label.proposed_by", proposer_name(document["agent"], document["agent"].replace("_", " "), language)),
        ("item.label.dissent", "\n".join(document["dissent"])),
        ("item.label.risk", _risk(document, language)),
        ("item.label.guardrails", _verdict(document["verdict"], language)),
        ("item.label.policies", ", ".join(document["policies"])),
        ("item.label.grounds", ", ".join(f"{row['tool']} {short(row['id'])}" for row in document["receipts"])),
        ("item.label.approved_by", ", ".join(row["by"].rpartition(":")[2] for row in document["approvals"])),
        ("item.label.can_be_edited", " ".join(words_for(document["kind"])) if open_to_answers else ""),
        ("item.label.edited_from", document["edited_from"] or ""),
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


def _next_step(document: dict[str, Any], sources: bool, language: "Language") -> None:
    from language.speech import say

    code, steps = short(document["id"]), list[str]()
    if document["status"] == "proposed":
        given = {gate for approval in document["approvals"] for gate in approval["gates"]}
        who = next((gate for gate in document["gates"] if gate not in given), "operator")
        as_whom = f" --as {who}" if document["gates"] else ""  # without a gate, who edited it may say yes
        steps = [f"mhos approve {code}{as_whom}", f"mhos reject {code} --reason …", f"mhos ask-back {code} …"]
    elif document["status"] in ("done", "measured", "approved") and document["can_be_undone"]:
        steps = [f"mhos undo {code}"]
    if not sources:
        steps.append(say("item.show_sources", language, command=f"mhos show {code} --sources"))
    console().print(f"\n[dim]{plain('   ·   '.join(steps))}[/dim]")
