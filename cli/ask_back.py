"""`mhos ask-back`: ask whoever proposed an action item."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("ask-back")(ask_back)


def ask_back(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="'Why so many?', 'What if we do nothing?' …")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Ask back before you answer: an agent answers at once about the item as it stands, a person when they can."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.items import find_item
        from virtual_office.questions.asked_back import ask_back as ask
        from virtual_office.questions.item_view import note_views

        with desk.office.database.begin(desk.ctx) as session:
            asked, answer = ask(session, item, question)
            shown = note_views(session, [asked, *([answer] if answer else [])])
            proposer = find_item(session, str(asked.action_item_id)).proposer
            about = str(asked.action_item_id)
    if as_json:
        print_json({"question": shown[0], "answer": shown[1] if answer else None})
        return
    from cli.inbox import proposer_name
    from language.speech import say

    name = proposer.rpartition(":")[2]
    who = proposer_name(name, name.replace("_", " ").capitalize(), desk.language)
    if answer is None:
        console().print(plain(say("item.asked_later", desk.language, who=who, code=short(about))))
    else:
        console().print(plain(say("item.asked", desk.language, who=who, text=shown[1]["text"])))
