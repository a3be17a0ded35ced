"""`mhos inbox`: the action items that wait for a person."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.language import Lang, language_asked
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import STATUS_STYLE, console, plain, print_json, short
from cli.session import open_desk

if TYPE_CHECKING:
    from domain.language import Language


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
        from virtual_office.questions.item_view import item_line

        with desk.office.database.read(desk.ctx) as session:
            language = language_asked(lang, session)
            put_off = (ItemStatus.SNOOZED,) if snoozed else None
            statuses = tuple(ItemStatus) if everything else put_off
            lines = [item_line(item, language) for item in items.inbox(session, statuses)]
    from language.speech import say

    if as_json:
        print_json({"items": lines})
    elif lines:
        console().print(items_table(lines, language))
    else:
        console().print(say("item.nothing_put_off" if snoozed else "item.nothing_waits", language))


def items_table(lines: Sequence[dict[str, Any]], language: "Language") -> Any:
    """Action items, three lines each, so that they read well in a narrow terminal, too."""
    from rich.table import Table

    from language.speech import say

    heading = say("item.list_heading", language)
    table = Table(title=heading, title_justify="left", title_style="bold", show_header=False, box=None)
    table.add_column("id", style="cyan", no_wrap=True)
    table.add_column("what")
    for item in lines:
        table.add_row(short(item["id"]), "\n".join((plain(item["title"]), *_details(item, language))))
    return table


def proposer_name(name: str, english: str, language: "Language") -> str:
    """Who proposed it: an agent by its German title, a person by name."""
    from virtual_office.minutes.words import agent_title

    return agent_title(name, english, language)


def _details(item: dict[str, Any], language: "Language") -> tuple[str, str]:
    from language.formats import money_text
    from language.speech import say

    style, status = STATUS_STYLE[item["status"]], say(f"item.status.{item['status']}", language)
    gates = _gates(item["gates"], language)
    needs = f", {say('item.needs', language, gates=gates)}" if item["status"] == "proposed" else ""
    risk = say("item.risk_of", language, risk=say(f"item.risk.{item['risk']}", language))
    who = plain(proposer_name(item["agent"], item["agent"].replace("_", " "), language))
    stake = money_text(item["amount_minor"], item["currency"], language)
    at_stake = say("item.at_stake", language, expected=item["expected"], stake=stake)
    return f"[{style}]{status}[/]{needs} [dim]· {risk} · {who}[/dim]", f"[dim]{plain(at_stake)}[/dim]"


def _gates(gates: Sequence[str], language: "Language") -> str:
    """`operator and owner`; `a yes` where no gate is shut."""
    from domain.verdict import gate_name
    from language.speech import say, speak

    if not gates:
        return say("item.a_yes", language)
    first, *others = (speak(gate_name(gate), language) for gate in gates)
    for last in others:
        first = say("item.and", language, first=first, last=last)
    return first
