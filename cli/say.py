"""`mhos say`: ask, object, limit, strike, add a point, ask an agent to join, or let a waiting meeting go on."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.meet import limits_of
from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json, print_text
from cli.session import open_desk


class Said(StrEnum):
    """The turns a person may take in a meeting."""

    ASK = "ask"
    OBJECT = "object"
    LIMIT = "limit"
    STRIKE = "strike"
    POINT = "point"
    INVITE = "invite"
    GO = "go"


def register(app: typer.Typer) -> None:
    app.command("say")(say)


def say(
    what: Annotated[Said, typer.Argument(help="What you do in the meeting.")],
    words: Annotated[
        list[str] | None, typer.Argument(help="The words; before them a proposal's id, to object to or strike it.")
    ] = None,
    meeting: Annotated[str, typer.Option(metavar="ID", help="Which meeting; the newest by default.")] = "",
    sources: Annotated[
        bool, typer.Option("--sources", help="List the codes that open an answer's numbers, in their order.")
    ] = False,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Say something in a meeting that waits or is under way; ask something of one that is over, too.

    ask "how much stock has GEL-200?" · object PROPOSAL why · strike PROPOSAL why · limit stock=5000 · point "…" ·
    invite finance_analyst · go
    """
    from virtual_office.meeting.table import table_document
    from virtual_office.meeting.turns import Kind, Turn

    said = list(words or [])
    with open_desk(profile, brand, as_of, as_json) as desk:
        about = said.pop(0) if what in (Said.OBJECT, Said.STRIKE) and said else ""
        limits = limits_of(said, desk) if what is Said.LIMIT else {}
        turn = Turn(Kind(what.value), " ".join(said) if not limits else "", about, limits)
        turn_id = desk.office.meetings.say(desk.ctx, meeting, turn)
        with desk.office.database.read(desk.ctx) as session:
            from virtual_office.meeting.runs import find_run

            run = find_run(session, meeting)
            table = table_document(session, run.id)
        mine = next(turn for turn in table["turns"] if turn["id"] == str(turn_id))
        if as_json:
            print_json({"meeting_id": str(run.id), "status": run.status, **mine})
        elif what is Said.ASK:
            print_text(f"{mine['answer']}\n")
            if sources and mine["figures"]:
                print_text("\n".join(f"mhos why {code}" for code in mine["figures"].values()) + "\n")
        else:
            going_on = f" Go on with: mhos meet --resume {str(run.id)[-8:]}" if run.status == "waiting" else ""
            print_text(f"Noted in the meeting of {run.started_at:%-d %B %Y}.{going_on}\n")
