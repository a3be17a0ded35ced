"""`mhos inbox`: the action items that wait for a person."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.language import Lang, language_asked
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short, status_text
from cli.session import open_desk

if TYPE_CHECKING:
    from domain.language import Language


OF_A_KIND = 3
"""So many of a kind are summed up."""


def register(app: typer.Typer) -> None:
    app.command("inbox")(inbox)


def inbox(
    everything: Annotated[bool, typer.Option("--all", help="Those that are closed, too.")] = False,
    snoozed: Annotated[bool, typer.Option("--snoozed", help="What was put off instead, until its time comes.")] = False,
    lang: Lang = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See the action items that wait for an answer, most money at stake first."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions import items
        from domain.action import ItemStatus
        from virtual_office.questions.item_view import inbox_line

        with desk.office.database.read(desk.ctx) as session:
            language = language_asked(lang, session)
            put_off = (ItemStatus.SNOOZED,) if snoozed else None
            statuses = tuple(ItemStatus) if everything else put_off
            lines = [inbox_line(session, item, language) for item in items.inbox(session, statuses)]
    from language.speech import say

    if as_json:
        print_json({"items": lines})
    elif lines:
        console().print(items_table(lines, language))
    else:
        console().print(say("item.nothing_put_off" if snoozed else "item.nothing_waits", language))


def items_table(lines: Sequence[dict[str, Any]], language: "Language") -> Any:
    """Action items, two lines each; three or more of a kind under a line that sums them up."""
    from rich.table import Table

    from language.speech import say

    heading = say("item.list_heading", language)
    table = Table(title=heading, title_justify="left", title_style="bold", show_header=False, box=None)
    table.add_column("id", style="cyan", no_wrap=True)
    table.add_column("what")
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for item in lines:
        by_kind.setdefault(item["kind"], []).append(item)
    for alike in by_kind.values():
        if is_group := len(alike) >= OF_A_KIND:
            table.add_row("", f"[bold]{plain(_together(alike, language))}[/bold]")
        shared = {_answer(item, language) for item in alike}
        for item in alike:
            details = _details(item, language, with_answer=not is_group or len(shared) > 1)
            table.add_row(short(item["id"]), "\n".join((plain(item["title"]), *details)))
    return table


def _together(alike: Sequence[dict[str, Any]], language: "Language") -> str:
    """What the items of a kind come to: how many, what they take and bring, whose yes by when where it is one."""
    from domain.figure import Cell
    from domain.message import Message
    from language.formats import rounded_text
    from language.speech import say, speak

    first = alike[0]
    key = f"item.group.{first['kind'].replace('.', '_')}"
    said = [speak(Message(key=key, numbers={"count": Cell(value=len(alike), unit="count")}), language)]
    unit = f"{first['currency']}.minor"
    if takes := sum(item.get("takes_minor", 0) for item in alike):
        said.append(say("item.group.takes", language, amount=rounded_text(Cell(value=takes, unit=unit), language)))
    worths = [item["brings_minor"] for item in alike if item.get("brings_minor") is not None]
    if len(worths) == len(alike):
        said.append(
            say("item.group.brings", language, amount=rounded_text(Cell(value=sum(worths), unit=unit), language))
        )
    answers = {_answer(item, language) for item in alike}
    return " · ".join([*said, *(answers if len(answers) == 1 else ())])


def proposer_name(name: str, english: str, language: "Language") -> str:
    """Who proposed it: an agent by its German title, a person by name."""
    from virtual_office.minutes.words import agent_title

    return agent_title(name, english, language)


def _details(item: dict[str, Any], language: "Language", *, with_answer: bool) -> list[str]:
    """What it should bring, where it stands or whose yes it needs by when."""
    from language.speech import say

    expected = say("item.line.expected", language, expected=item["expected"])
    said = [f"[dim]{plain(expected)}[/dim]"]
    if item["status"] != "proposed":
        said.append(status_text(item, language))
    elif with_answer:
        said.append(plain(_answer(item, language)))
    return [" [dim]·[/dim] ".join(said)]


def _answer(item: dict[str, Any], language: "Language") -> str:
    """Whose yes it needs, and until when."""
    from language.speech import say

    who = say("item.needs", language, gates=gates_text(item["gates"], language))
    until = item.get("answer_until", "")
    return f"{who}, {until}" if item["status"] == "proposed" and until else ""


def gates_text(gates: Sequence[str], language: "Language") -> str:
    """`operator and owner`; `a yes` where no gate is shut."""
    from domain.verdict import gate_name
    from language.speech import say, speak

    if not gates:
        return say("item.a_yes", language)
    first, *others = (speak(gate_name(gate), language) for gate in gates)
    for last in others:
        first = say("item.and", language, first=first, last=last)
    return first
