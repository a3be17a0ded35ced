"""`mhos journal`: what was promised beside what came of it, and how far promises can be believed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("journal")(journal)


Agent = Annotated[str, typer.Option("--agent", metavar="A", help="Only what this agent promised.")]
Kind = Annotated[str, typer.Option("--kind", metavar="K", help="Only this action kind, e.g. price.update.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1_000, help="How many outcomes to list.")]


def journal(
    agent: Agent = "",
    kind: Kind = "",
    limit: Limit = 20,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """See promises beside what came of them, and how often their intervals held."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from agents.charter import load_charters
        from bootstrap.meetings import require_agents
        from domain.action import ACTION_KINDS
        from domain.errors import InvalidInput
        from domain.language import Language
        from language.speech import spoken
        from memory.summary import journal_document

        require_agents([agent] if agent else [], [charter.name for charter in load_charters()])
        if kind and kind not in ACTION_KINDS:
            raise InvalidInput(f"There is no action kind {kind}.", remedy=f"Kinds: {', '.join(sorted(ACTION_KINDS))}.")
        with desk.office.database.read(desk.ctx) as session:
            document = spoken(journal_document(session, agent, kind, limit), Language.EN)
    if as_json:
        print_json(document)
        return
    if not document["outcomes"]:
        console().print("Nothing was measured yet: promises are checked on the day that `mhos show` names.")
        return
    console().print(_figures(document["calibration"]))
    console().print()
    console().print(_outcomes(document["outcomes"]))
    if document["more"]:
        console().print(f"\n{document['more']} older ones are not shown: --limit.")


def _figures(rows: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(line for row in rows for line in _lines(row))


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    counted = f"{row['measured']} measured, {row['not_measurable']} not measurable"
    yield f"[bold]{row['agent'].replace('_', ' ')}[/bold] {row['kind']}: {counted}"
    if row["measured"]:
        yield f"  promised {row['promised_text']}, came of it {row['realised_text']}; trusted at {row['trust_text']}"
        yield f"  intervals held {row['held_text']}, contradicted {row['apart_text']}"


def _outcomes(rows: Sequence[Mapping[str, Any]]) -> Any:
    from rich.table import Table

    table = Table("Item", "Measured", "What", "Promised", "Came of it", box=None, pad_edge=False)
    for row in rows:
        day = row["measured_at"][:10]
        table.add_row(short(row["id"]), day, plain(row["subject"]), row["promised_text"], plain(row["outcome_text"]))
    return table
