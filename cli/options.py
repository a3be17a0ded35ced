"""The options that every verb takes."""

from typing import Annotated

import typer

AsProfile = Annotated[str | None, typer.Option("--as", metavar="PROFILE", help="Act as this local profile.")]
BrandOption = Annotated[str | None, typer.Option("--brand", metavar="B", help="One of your brands.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="TIME", help="Move clock and knowledge to a past moment, e.g. 1991-06-20."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
