"""`mhos ask`: a question about the business, answered from its own data with receipts."""

from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, print_json, short
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("ask")(ask)


def ask(
    question: Annotated[str, typer.Argument(help="In English or German.")],
    lang: Annotated[str, typer.Option(metavar="en|de", help="The answer's language; the question's by default.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Ask about revenue, margin, stock, cash …: "why did margin fall last week?". Nothing is guessed."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from domain.errors import InvalidInput
        from domain.language import Language
        from virtual_office.questions.asking import answer_document

        if lang and lang not in list(Language):
            raise InvalidInput(f"There is no answer in {lang!r}.", remedy="Choose --lang en or --lang de.")
        document = answer_document(desk.office.ask(desk.ctx, question, Language(lang) if lang else None))
    if as_json:
        print_json(document)
    else:
        _show(document)


def _show(document: dict[str, Any]) -> None:
    from rich.markdown import Markdown

    screen = console()
    screen.print(Markdown(document["answer"]))
    if document["receipt"]:
        by = " A model read the question." if document["by_model"] else ""
        screen.print(f"\n[dim]mhos why CODE opens a number; receipt {short(document['receipt'])}.{by}[/dim]")
