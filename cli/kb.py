"""`mhos kb`: the brand's documents, which agents find passages in and cite."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json
from cli.session import open_desk

app = typer.Typer(help="The brand's documents: contracts, price rules, guidelines. Agents find passages and cite them.")


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="kb")


Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Markdown, text, HTML, PDF or Word (.docx).")]
Name = Annotated[str, typer.Option("--name", help="What it is called here, for one file; else the file's name.")]
Category = Annotated[str, typer.Option("--category", metavar="C", help="What it is filed under, e.g. contract.")]
Tags = Annotated[
    list[str], typer.Option("--tag", metavar="T", help="A tag, e.g. a supplier's code; several may be given.")
]
LabelOption = Annotated[str, typer.Option("--label", help="trusted, or untrusted where outsiders wrote it.")]
Dated = Annotated[str, typer.Option("--dated", metavar="DAY", help="Its own date: of two the later counts.")]
Known = Annotated[str, typer.Option("--known", metavar="TIME", help="Since when the brand has had it; else since now.")]
Query = Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know, in plain words.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=50)]


@app.command("add")
def add(
    files: Files,
    name: Name = "",
    category: Category = "general",
    tag: Tags = [],  # noqa: B006 - typer copies it
    label: LabelOption = "trusted",
    dated: Dated = "",
    known: Known = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Keep documents. The same one again changes nothing; a changed one takes the place of what it said before."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from bootstrap.library import add_files, shelf_of

        shelf = shelf_of(category, tag, label, dated, known)
        with console(stderr=True).status("Reading and embedding …"):
            document = add_files(desk.office, desk.ctx, files, name, shelf)
    if as_json:
        print_json(document)
    else:
        _show_added(document)
    if document["rejected"]:
        raise typer.Exit(1)


@app.command("list")
def list_(profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """See which documents there are."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from memory.shelves import documents_document

        with desk.office.database.read(desk.ctx) as session:
            document = documents_document(session)
    if as_json:
        print_json(document)
    elif not document["documents"]:
        console().print("No documents yet: `mhos kb add FILE`.")
    else:
        console().print(_table(document["documents"]))


@app.command("search")
def search(
    question: Query,
    limit: Limit = 5,
    category: Annotated[str, typer.Option("--category", metavar="C", help="Only what is filed under this.")] = "",
    tag: Annotated[str, typer.Option("--tag", metavar="T", help="Only what has this tag.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Find passages that answer a question, as agents would."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from domain.errors import InvalidInput
        from domain.knowledge import ASKED
        from memory.shelves import search_document

        if not re.search(ASKED, question) or len(question) > 2_000:
            raise InvalidInput(
                "A question needs a word, and has up to 2,000 characters.",
                remedy='Say what you want to know, e.g. "what does Lotus ask for at least?"',
            )
        office = desk.office
        with office.database.read(desk.ctx) as session:
            passages = office.knowledge.search(office.database, session, question, limit, category, tag)
            document = search_document(passages)
    if as_json:
        print_json(document)
    else:
        _show_found(document)


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `mhos kb list` shows it.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Take a document out from now on. What was cited of it can still be opened."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from bootstrap.library import remove_named

        document = remove_named(desk.office, desk.ctx, name)
    if as_json:
        print_json(document)
    else:
        console().print(f"{plain(document['name'])} (version {document['version']}) is removed.")


@app.command("rebuild")
def rebuild(profile: AsProfile = None, brand: BrandOption = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Make the search index anew from the store, and vectors that are missing."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from bootstrap.library import rebuild_index

        document = rebuild_index(desk.office, desk.ctx)
    if as_json:
        print_json(document)
    else:
        made = f", {document['embedded']:,} of them embedded anew" if document["embedded"] else ""
        console().print(f"{document['passages']:,} passages in the {document['index']}{made}.")


def _show_added(document: Mapping[str, Any]) -> None:
    screen = console()
    for added in document["documents"]:
        version = f", version {added['version']}" if added["version"] > 1 else ""
        screen.print(f"{plain(added['name'])}: [bold]{added['status']}[/bold]{version}, {added['passages']:,} passages")
    for refused in document["rejected"]:
        why = f"{plain(refused['reason'])} [dim]{plain(refused['remedy'])}[/dim]"
        screen.print(f"[red]{plain(refused['file'])}[/red]: {why}")
    if document["index"]:
        screen.print(f"[dim]The search index waits: {plain(document['index'])}[/dim]")


def _table(rows: Sequence[Mapping[str, Any]]) -> Any:
    from rich.table import Table

    table = Table(
        "Name", "Title", "Category", "Tags", "Dated", "Label", "Version", "Passages", box=None, pad_edge=False
    )
    for row in rows:
        label = row["label"] if row["label"] == "trusted" else f"[yellow]{row['label']}[/yellow]"
        words = [plain(part) for part in (row["name"], row["title"], row["category"], ", ".join(row["tags"]))]
        table.add_row(*words, row["dated"], label, str(row["version"]), f"{row['passages']:,}")
    return table


def _show_found(document: Mapping[str, Any]) -> None:
    screen = console()
    if not document["passages"]:
        screen.print("Nothing was found: there are no documents that hold at this moment (`mhos kb list`).")
        return
    for passage in document["passages"]:
        under = f" · {plain(passage['heading'])}" if passage["heading"] else ""
        mark = "" if passage["label"] == "trusted" else " [yellow]untrusted[/yellow]"
        place = f"{passage['place']}{under}, of {passage['dated']}{mark}"
        screen.print(f"[bold]{plain(passage['document'])}[/bold], {place}")
        screen.print(f"  {plain(' '.join(passage['text'].split()))}\n")
    why = f" ({plain(document['because'])})" if document["because"] else ""
    screen.print(f"[dim]Searched: {document['searched']}{why}[/dim]")
