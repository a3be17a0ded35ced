"""`mhos edit`: ask for the same with other amounts or dates."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, print_json, say_status, short
from cli.session import open_desk

if TYPE_CHECKING:
    from domain.forms import FormField


def register(app: typer.Typer) -> None:
    app.command("edit")(edit)


def edit(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    changes: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE", help="price=13.90, quantity:SKU=300; `mhos show` names them.")
    ],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Ask for the same with other amounts or dates: a new item in its place, judged anew, which waits for a yes."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.items import action_of, find_item
        from virtual_office.questions.edits import edit_item
        from virtual_office.questions.item_view import item_line

        office = desk.office
        with office.database.begin(desk.ctx) as session:
            old = find_item(session, item)
            wanted = changes_of(changes, action_of(old).model_dump(mode="json"))
            new = edit_item(office.database, session, office.engine, str(old.id), wanted, reason)
            document = {**item_line(new, desk.language), "replaces": str(old.id)}
    if as_json:
        print_json(document)
    else:
        say_status(document, desk.language)
        console().print(f"[dim]mhos show {short(document['id'])} · mhos approve {short(document['id'])}[/dim]")


def words_for(kind: str) -> list[str]:
    """The editable fields of an action kind as typed here: `price=…`, `quantity:SKU=…`."""
    return [
        f"{field.word}=…" if entries is None else f"{field.word}:{_named(entries)}=…"
        for field, entries in _editable(kind).values()
    ]


def changes_of(given: list[str], action: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as the action stores them. Money is written as 13.90, a share in percent. Raises InvalidInput."""
    from domain.errors import InvalidInput
    from domain.forms import read_value

    editable = _editable(action["kind"], action["currency"])
    changes: dict[str, Any] = {}
    for text in given:
        word, equals, value = text.partition("=")
        name, _, about = word.partition(":")
        if not equals or name not in editable or bool(about) is not (editable[name][1] is not None):
            can = " ".join(words_for(action["kind"])) or "nothing: approve or reject it"
            raise InvalidInput(f"{text!r} cannot be edited here.", remedy=f"What can be: {can}")
        field, entries = editable[name]
        new = read_value(field, value, action["currency"])
        if entries is not None:
            changes[entries.name] = _with(changes.get(entries.name, action[entries.name]), about, field.name, new)
        else:
            changes[field.name] = new
    return changes


def _editable(kind: str, currency: str = "EUR") -> dict[str, tuple["FormField", "FormField | None"]]:
    """By the word that people write: the field, and the list that it is a field of, if it is one's."""
    from domain.action import kind_of
    from domain.forms import form_of
    from domain.kind import EACH

    definition = kind_of(kind)
    fields = {field.name: field for field in form_of(definition, currency)}
    editable: dict[str, tuple[FormField, FormField | None]] = {}
    for name in definition.editable:
        outer, _, inner = name.rpartition(EACH)
        entries = fields[outer] if outer else None
        field = fields[inner] if entries is None else next(part for part in entries.entry if part.name == inner)
        editable[field.word] = field, entries
    return editable


def _named(entries: "FormField") -> str:
    """The word that names an entry: its last text field, in capitals."""
    return [part.word.upper() for part in entries.entry if part.sort == "text"][-1]


def _with(entries: list[dict[str, Any]], about: str, inner: str, value: Any) -> list[dict[str, Any]]:
    """The entries, the one that is about this changed: all its names, as STAND/SKU, or one of them."""
    from domain.errors import InvalidInput

    wanted = about.split("/")
    hit = [at for at, entry in enumerate(entries) if all(part in entry.values() for part in wanted)]
    if len(hit) != 1:
        names = ("/".join(text for text in entry.values() if isinstance(text, str)) for entry in entries[:12])
        raise InvalidInput(f"{about} fits {len(hit)} of its entries.", remedy=f"They are: {', '.join(names)}.")
    return [{**entry, inner: value} if at == hit[0] else entry for at, entry in enumerate(entries)]
