"""The language that a verb prints in: as asked for, else the brand's own."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from domain.language import Language
    from store.session import BrandSession

Lang = Annotated[str, typer.Option("--lang", metavar="en|de", help="The language; the brand's own by default.")]


def language_asked(lang: str, session: "BrandSession") -> "Language":
    """Raises InvalidInput for a language that the product does not write."""
    from domain.errors import InvalidInput
    from domain.language import Language
    from store.reads.settings import language_of

    if not lang:
        return language_of(session)
    if lang not in list(Language):
        raise InvalidInput(f"The product does not write {lang!r}.", remedy="Choose --lang en or --lang de.")
    return Language(lang)
