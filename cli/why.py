"""`mhos why`: open a number down to the rows it came from."""

import re
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.language import Lang, language_asked
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk

if TYPE_CHECKING:
    from domain.language import Language

NOT_SHOWN = frozenset({"id", "table", "seq", "known_at", "recorded_at", "currency", "brand_id"})
"""Columns of rows that are no news to people."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")


def register(app: typer.Typer) -> None:
    app.command("why")(why)


def why(
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="The code behind a number, as in minutes.")],
    rows: Annotated[int, typer.Option(min=1, max=100_000, help="How many rows of your data to show.")] = 20,
    lang: Lang = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Open a number: its receipt, and the rows of your own data it came from."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from language.formats import cell_text
        from tools.receipts import why as open_figure

        with desk.office.database.read(desk.ctx) as session:
            language = language_asked(lang, session)
            opened = open_figure(session, figure, rows, lambda cell: cell_text(cell, language)).model_dump(mode="json")
    if as_json:
        print_json(opened)
    else:
        _show(opened, language)


def _show(opened: dict[str, Any], language: "Language") -> None:
    from language.speech import say
    from virtual_office.minutes.words import agent_title

    screen, receipt = console(), opened["receipt"]
    given = ((name, value) for name, value in receipt["arguments"].items() if value != "")
    arguments = ", ".join(f"{_name(f'name.{name}', name, language)} {value}" for name, value in given)
    agent = agent_title(receipt["agent"], receipt["agent"], language)
    tool = f"[cyan]{receipt['tool']}[/cyan]"
    screen.print(f"[bold]{plain(opened['rendered'])}[/bold]")
    screen.print(say("why.asked", language, tool=tool, arguments=plain(arguments), agent=agent))
    moment, label = _moment(receipt["as_of"]), say(f"why.label.{receipt['label']}", language)
    as_of = say("why.as_of", language, moment=moment, label=label, receipt=short(receipt["id"]))
    screen.print(f"[dim]{as_of}[/dim]")
    if opened["beside"]:
        beside = "; ".join(f"{_in_words(name, language)} {value}" for name, value in opened["beside"].items())
        screen.print(f"\n{say('why.same_answer', language, numbers=plain(beside))}")
    screen.print(f"\n{_rows_line(opened, language)}:")
    for table, rows in groupby(opened["rows"], key=lambda row: row["table"]):
        _show_rows(screen, table, list(rows), language)


def _rows_line(opened: dict[str, Any], language: "Language") -> str:
    from domain.message import message
    from language.speech import say, speak

    changed = f"[red]{say('why.changed', language)}[/red]"
    state = say("why.unchanged", language) if opened["rows_unchanged"] else changed
    shown, total = len(opened["rows"]), opened["rows_total"]
    first = f"; {speak(message('why.first', count=shown), language)}" if shown < total else ""
    return speak(message("why.rows", count=total, state=state), language) + first


def _show_rows(screen: Any, name: str, rows: list[dict[str, Any]], language: "Language") -> None:
    """Print the columns in which all rows agree as one line, and the others as a table, dates first."""
    from rich.table import Table

    texts = [_readable(row, language) for row in rows]
    common = [column for column in texts[0] if len({row[column] for row in texts}) == 1]
    agreed = "; ".join(f"{column} {texts[0][column]}" for column in common if texts[0][column])
    title = _name(f"table.{name}", name.replace("_", " "), language)
    screen.print(f"\n[bold]{plain(title)}[/bold] [dim]{plain(agreed)}[/dim]")
    columns = sorted(set(texts[0]) - set(common), key=lambda column: (not _DATE.match(texts[0][column]), column))
    if not columns:
        return
    table = Table(*columns, box=None, pad_edge=False)
    for row in texts:
        table.add_row(*(plain(row[column]) for column in columns))
    screen.print(table)


def _readable(row: dict[str, Any], language: "Language") -> dict[str, str]:
    """A row as people read it: without keys, money with its sign, shares in percent, dates short."""
    from language.formats import money_text

    readable: dict[str, str] = {}
    for column, value in row.items():
        if column in NOT_SHOWN or column.endswith("_id"):
            continue
        name = _in_words(column.removesuffix("_minor").removesuffix("_bps"), language)
        if value is None:
            readable[name] = ""
        elif column.endswith("_minor") and "currency" in row:
            readable[name] = money_text(value, row["currency"], language)
        elif column.endswith("_bps"):
            readable[name] = _percent(value, language)
        else:
            readable[name] = _moment(value)
    return readable


def _percent(bps: int, language: "Language") -> str:
    """As few decimals as tell it: `12.5 %`, `12,5 %`."""
    from language.formats import number_text

    decimals = next(places for places in (0, 1, 2) if bps % 10 ** (2 - places) == 0)
    return f"{number_text(bps / 100, language, decimals)} %"


def _in_words(name: str, language: "Language") -> str:
    return _name(f"name.{name}", name.replace("_", " "), language)


def _name(key: str, english: str, language: "Language") -> str:
    """A table, column or number by its German name; one that the catalogue does not have keeps its own."""
    from domain.language import Language
    from language.sentences import sentence

    return english if language is Language.EN else sentence(f"why.{key}", language) or english


def _moment(value: object) -> str:
    """A moment to the second, a midnight as its date; anything else as it is."""
    text = str(value)
    return text[:19].replace("T00:00:00", "").replace("T", " ") if _MOMENT.match(text) else text
