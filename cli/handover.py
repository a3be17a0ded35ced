"""`mhos handover`: what a person has to bring out of the house: the list, the text and files, and the tick."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.language import Lang, language_asked
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, say_status, short
from cli.session import open_desk

if TYPE_CHECKING:
    from domain.language import Language


def register(app: typer.Typer) -> None:
    app.command("handover")(handover)


def handover(
    item: Annotated[str, typer.Argument(metavar="[ID]", help="The action item; all that wait, without one.")] = "",
    save: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write its text and files there.")] = None,
    done: Annotated[bool, typer.Option("--done", help="Tick: it has been handed over.")] = False,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="Tick: it had its effect outside.")] = False,
    lang: Lang = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See and tick what you have to hand over: an order to send, a price to set, a list to write to."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.hand_over import confirm, hand_over
        from actions.items import find_item
        from virtual_office.questions.item_view import item_line

        database = desk.office.database
        with database.read(desk.ctx) as session:
            language = language_asked(lang, session)
            if not item:
                _list(_waiting(session, language), language, as_json)
                return
            found = find_item(session, item)
            written = _letters(session, found)
        if done or confirmed:
            with database.begin(desk.ctx) as session:
                changed = hand_over(session, item) if done else found
                changed = confirm(session, item) if confirmed else changed
                line = item_line(changed, language)
            if as_json:
                print_json(line)
            else:
                say_status(line, language)
            return
        saved = _saved(written, save, short(found.id)) if save else []
        line = item_line(found, language)
    _show(line, written, saved, language, as_json)


def _waiting(session: Any, language: "Language") -> list[dict[str, Any]]:
    from actions.hand_over import to_hand_over
    from virtual_office.questions.item_view import item_line

    return [item_line(item, language) for item in to_hand_over(session)]


def _letters(session: Any, item: Any) -> list[tuple[Any, Any]]:
    from actions.hand_over import letters_of
    from automation.letters import written_letter

    return [(row, written_letter(session, item, row)) for row in letters_of(session, item)]


def _list(lines: list[dict[str, Any]], language: "Language", as_json: bool) -> None:
    from language.speech import say

    if as_json:
        print_json({"items": lines})
        return
    screen = console()
    screen.print(f"[bold]{say('item.handover.heading' if lines else 'item.handover.nothing', language)}[/bold]")
    for line in lines:
        screen.print(f"[cyan]{short(line['id'])}[/cyan] {plain(line['title'])}")
        screen.print(f"         [dim]{plain(line['left']['said'])}[/dim]")


def _saved(written: list[tuple[Any, Any]], folder: Path, code: str) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    for number, (_, letter) in enumerate(written, 1):
        base = f"{code}-{number}" if len(written) > 1 else code
        files = [(f"{base}.txt", f"{letter.subject}\n\n{letter.text}\n".encode())]
        files += [(f"{base}-{file.name}", file.content) for file in letter.files]
        for name, content in files:
            (folder / name).write_bytes(content)
            names.append(str(folder / name))
    return names


def _show(
    line: dict[str, Any], written: list[tuple[Any, Any]], saved: list[str], language: "Language", as_json: bool
) -> None:
    from language.speech import say

    if as_json:
        letters = [
            {"to": row.target, "status": row.status, "subject": letter.subject, "text": letter.text,
             "files": [file.name for file in letter.files]} for row, letter in written
        ]  # fmt: skip
        print_json({**line, "letters": letters, "saved": saved})
        return
    say_status(line, language)
    screen = console()
    for row, letter in written[:3]:
        receiver = row.target or say("item.letter.each_drawn", language)
        screen.print(f"\n[bold]{say('item.label.receiver', language)}[/bold] {plain(receiver)}")
        screen.print(f"[bold]{plain(letter.subject)}[/bold]\n{plain(letter.text)}")
        if letter.files:
            names = ", ".join(file.name for file in letter.files)
            screen.print(f"[bold]{say('item.label.files', language)}[/bold] {plain(names)}")
    if saved:
        screen.print(say("item.handover.saved", language, files=", ".join(saved)))
    code = short(line["id"])
    if line["left"] and line["left"]["state"] == "to_hand_over":
        screen.print(f"\n[dim]mhos handover {code} --save FOLDER   ·   mhos handover {code} --done[/dim]")
    elif line["left"] and line["left"].get("seen") == "open":
        screen.print(f"\n[dim]mhos handover {code} --confirmed[/dim]")
