"""`mhos edit`: ask for the same with other amounts or dates."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, print_json, say_status, short
from cli.session import open_desk


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
            document = {**item_line(new), "replaces": str(old.id)}
    if as_json:
        print_json(document)
    else:
        say_status(document)
        console().print(f"[dim]mhos show {short(document['id'])} · mhos approve {short(document['id'])}[/dim]")


def words_for(kind: str) -> list[str]:
    """What can be edited of an action kind, as it is written here: `price=…`, `quantity:SKU=…`."""
    from domain.action import ACTION_KINDS
    from domain.editing import EACH

    return [
        f"{_word(name.rpartition(EACH)[2])}:{'CAMPAIGN' if name.startswith('budgets') else 'SKU'}=…"
        if EACH in name
        else f"{_word(name)}=…"
        for name in ACTION_KINDS[kind].editable
    ]


def changes_of(said: list[str], action: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as the action stores them. Money is written as 13.90, a share in percent. Raises InvalidInput."""
    from domain.action import ACTION_KINDS
    from domain.editing import EACH
    from domain.errors import InvalidInput

    names = {_word(name.rpartition(EACH)[2]): name for name in ACTION_KINDS[action["kind"]].editable}
    changes: dict[str, Any] = {}
    for one in said:
        word, equals, value = one.partition("=")
        name, _, about = word.partition(":")
        if not equals or name not in names or bool(about) is not (EACH in names[name]):
            can = " ".join(words_for(action["kind"])) or "nothing: approve or reject it"
            raise InvalidInput(f"{one!r} cannot be edited here.", remedy=f"What can be: {can}")
        outer, _, inner = names[name].rpartition(EACH)
        typed = _typed(inner, value, action["currency"])
        if outer:
            changes[outer] = _with(changes.get(outer, action[outer]), about, inner, typed)
        else:
            changes[inner] = typed
    return changes


def _word(name: str) -> str:
    return name.removesuffix("_minor").removesuffix("_bps")


def _typed(name: str, value: str, currency: str) -> Any:
    from decimal import Decimal, InvalidOperation

    from domain.errors import InvalidInput
    from domain.money import BPS, to_minor_exactly

    if name.endswith("_minor"):
        return to_minor_exactly(value, currency)
    if not name.endswith("_bps"):
        return value
    try:
        bps = Decimal(value.removesuffix("%").strip()) * 100
        if not 0 <= bps <= BPS or bps != int(bps):
            raise ValueError
    except (InvalidOperation, ValueError):
        raise InvalidInput(f"{value!r} is no share.", remedy="Write it in percent, such as 15 or 12.5%.") from None
    return int(bps)


def _with(entries: list[dict[str, Any]], about: str, inner: str, value: Any) -> list[dict[str, Any]]:
    """The entries, the one that is about this changed: all its names, as STAND/SKU, or one of them."""
    from domain.errors import InvalidInput

    wanted = about.split("/")
    hit = [at for at, one in enumerate(entries) if all(part in one.values() for part in wanted)]
    if len(hit) != 1:
        named = ", ".join("/".join(str(text) for text in one.values() if isinstance(text, str)) for one in entries[:12])
        raise InvalidInput(f"{about} fits {len(hit)} of its entries.", remedy=f"They are: {named}.")
    return [{**one, inner: value} if at == hit[0] else one for at, one in enumerate(entries)]
