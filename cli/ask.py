"""`mhos ask`: a question about the business, answered from its own data with receipts."""

from typing import Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json, print_text
from cli.session import open_desk

_WIDEST = 100
"""Longer lines are hard to read."""


def register(app: typer.Typer) -> None:
    app.command("ask")(ask)


def ask(
    question: Annotated[str, typer.Argument(help="In English or German.")],
    lang: Annotated[str, typer.Option(metavar="en|de", help="The answer's language; the question's by default.")] = "",
    sources: Annotated[
        bool, typer.Option("--sources", help="Number the numbers, and list the code that opens each with `mhos why`.")
    ] = False,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Ask as an owner does: "how is it going?", "who owes me money?", "why did margin fall?". Nothing is guessed."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from domain.errors import InvalidInput
        from domain.language import Language
        from virtual_office.questions.asking import answer_document

        if lang and lang not in list(Language):
            raise InvalidInput(f"There is no answer in {lang!r}.", remedy="Choose --lang en or --lang de.")
        answered = desk.office.ask(desk.ctx, question, Language(lang) if lang else None)
    if as_json:
        print_json(answer_document(answered))
    else:
        from shutil import get_terminal_size

        print_text(answered.in_terminal(min(get_terminal_size().columns, _WIDEST), sources=sources))
