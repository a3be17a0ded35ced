"""`mhos minutes`: read the minutes of a meeting again, in English or German, or keep them as a file."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, print_text
from cli.session import Desk, open_desk

if TYPE_CHECKING:
    from language.paper import Paper


class Format(StrEnum):
    """Formats of minutes."""

    MD = "md"
    PDF = "pdf"


def register(app: typer.Typer) -> None:
    app.command("minutes")(minutes)


def minutes(
    meeting: Annotated[str, typer.Argument(metavar="[ID]", help="The meeting; the newest by default.")] = "",
    lang: Annotated[str, typer.Option(metavar="en|de", help="The language; the brand's own by default.")] = "",
    form: Annotated[
        Format | None, typer.Option("--format", help="Markdown or PDF; by the file's name by default.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write them there.")] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Number the numbers, and list the code that opens each with `mhos why`.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if there is one.")] = False,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Read the minutes of a meeting: the one page, and what stands behind it; or write them to a file."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        chosen = _format(form, output)
        document, paper = _read(desk, meeting, lang, to_keep=output is not None)
        content = _written(paper, chosen, sources) if paper else str(document["minutes"]).encode()
        if output is not None:
            _write(output, content, overwrite)
    if as_json:
        print_json(document | ({"file": str(output), "format": chosen} if output else {}))
    elif output is not None:
        console().print(f"The minutes are in [bold]{plain(output)}[/bold] ({len(content):,} bytes).")
    elif form is Format.MD or paper is None:
        print_text(content.decode())
    else:
        _show(paper, sources)


def _show(paper: "Paper", sources: bool) -> None:
    """The minutes in a terminal: tables that are too wide for it as lists."""
    from rich.markdown import Markdown

    console().print(Markdown(_markdown(paper, sources, narrow=True)))


def _written(paper: "Paper", form: Format, sources: bool) -> bytes:
    if form is Format.MD:
        return _markdown(paper, sources).encode()
    from language.pdf import write_pdf

    return write_pdf(paper)


def _markdown(paper: "Paper", sources: bool, *, narrow: bool = False) -> str:
    from language.paper import write_markdown, write_with_sources

    return write_with_sources(paper, narrow=narrow) if sources else write_markdown(paper, narrow=narrow)


def _format(form: Format | None, output: Path | None) -> Format:
    from domain.errors import InvalidInput

    if form is Format.PDF and output is None:
        raise InvalidInput("A PDF needs a file to go to.", remedy="Name one with --output minutes.pdf.")
    by_name = Format.PDF if output is not None and output.suffix.lower() == ".pdf" else Format.MD
    return form or by_name


def _read(desk: Desk, meeting: str, lang: str, *, to_keep: bool) -> tuple[dict[str, object], "Paper | None"]:
    """The meeting as a document, and its minutes laid out; none while it is not finished, which is an error `to_keep`.

    Raises NotFound, InvalidInput, Conflict.
    """
    from domain.errors import Conflict, InvalidInput
    from domain.language import Language
    from virtual_office.meeting.runs import find_run
    from virtual_office.minutes.summary import meeting_document, minutes_paper
    from virtual_office.schedule.versions import language_of_run

    if lang and lang not in list(Language):
        raise InvalidInput(f"There are no minutes in {lang!r}.", remedy="Choose --lang en or --lang de.")
    with desk.office.database.read(desk.ctx) as session:
        run = find_run(session, meeting)
        language = Language(lang) if lang else language_of_run(session, run)
        document = meeting_document(session, run.id, language)
        try:
            return document, minutes_paper(session, run, language)
        except Conflict:
            if to_keep:
                raise
            return document, None


def _write(output: Path, content: bytes, overwrite: bool) -> None:
    from domain.errors import Conflict, InvalidInput

    try:
        with output.open("wb" if overwrite else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise Conflict(f"{output} is there already.", remedy="Choose another name, or add --overwrite.") from error
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.", remedy="Name another --output.") from error
