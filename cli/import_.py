"""`mhos import`: a folder of CSV files into a brand."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import AsProfile, Json
from cli.output import console, plain, print_json
from cli.session import open_office


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with the CSV files.")],
    brand: Annotated[str, typer.Option("--brand", metavar="B", help="The brand; made where it is new.")],
    mapping: Annotated[Path | None, typer.Option(help="A YAML file that maps foreign headers.")] = None,
    keep_good: Annotated[bool, typer.Option("--keep-good", help="Load the good rows even where some are bad.")] = False,
    fire: Annotated[
        bool, typer.Option("--fire", help="What it brings may wake rules: for daily data, not for history.")
    ] = False,
    profile: AsProfile = None,
    as_json: Json = False,
) -> None:
    """Load a folder of CSV files into a brand; running it again changes nothing twice."""
    with open_office(as_json) as office:
        document = import_into(office, folder, brand, mapping, keep_good, profile, as_json, fire)
    if as_json:
        print_json(document)
    else:
        _show(document)


def import_into(
    office: Any,
    folder: Path,
    brand: str,
    mapping: Path | None,
    keep_good: bool,
    profile: str | None,
    as_json: bool,
    fire: bool = False,
) -> dict[str, Any]:
    """Import, into a brand of one's own or a new one; shows progress unless JSON is wanted."""
    from bootstrap.brands import import_into_brand
    from cli.import_view import ImportView

    with ImportView(enabled=not as_json) as view:
        how = {"keep_good": keep_good, "progress": view.progress, "fires": fire}
        return import_into_brand(office, folder, brand, profile, mapping=mapping, **how).as_document()


def _show(document: dict[str, Any]) -> None:
    screen = console()
    screen.print(
        f"[bold]{document['brand']}[/bold]: {document['rows_read']:,} rows read, {document['rows_loaded']:,} loaded, "
        f"{document['rows_duplicate']:,} there already, {document['rejected']:,} rejected."
    )
    if document["rows_derived"]:
        screen.print(f"[dim]{document['rows_derived']:,} more rows follow from them (docs/import.md).[/dim]")
    for rejected in document["rows_rejected"][:20]:
        screen.print(f"  [red]{plain(rejected['file'])}[/red], line {rejected['line']}: {plain(rejected['reason'])}")
    if len(document["rows_rejected"]) > 20:
        screen.print("  … the rest with --json.")
