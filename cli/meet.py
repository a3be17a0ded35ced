"""`mhos meet`: hold a meeting, or go on with one."""

import re
from decimal import Decimal
from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json
from cli.session import Desk, open_desk

DEFAULT_AGENDA = "Trading review: what changed, and what should we do about it?"
_LIMITS = {"cash": "cash", "stock": "stock_money", "attention": "attention"}
_MOST = Decimal(10) ** 12
_GROUPS_OR_DECIMALS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?|\d+,\d{1,2}")
"""Thousands to a German, decimals to others; or the other way round."""
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def register(app: typer.Typer) -> None:
    app.command("meet")(meet)


def meet(
    agenda: Annotated[str, typer.Option(help="What the meeting is about.")] = DEFAULT_AGENDA,
    agents: Annotated[str, typer.Option(metavar="A,B", help="Who attends; everybody by default.")] = "",
    limit: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=AMOUNT", help="What it may spend: cash=5000, stock=5000, attention=6. Repeatable."),
    ] = None,
    wait: Annotated[
        list[str] | None,
        typer.Option(metavar="STEP", help="Wait for people after report, challenge or decide. Repeatable."),
    ] = None,
    wait_hours: Annotated[
        int | None, typer.Option(metavar="N", help="Go on by itself after so many hours, when `mhos work` runs.")
    ] = None,
    point: Annotated[list[str] | None, typer.Option(metavar="TEXT", help="A point for the agenda. Repeatable.")] = None,
    resume: Annotated[
        str, typer.Option(metavar="ID", help="Go on with a meeting that was interrupted, or that waits.")
    ] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Hold a meeting: the crew reports, the chair decides, minutes and action items are left."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        attendees = [name.strip() for name in agents.split(",") if name.strip()]
        manner = {"wait": wait or [], "points": point or [], "wait_hours": wait_hours}
        document = hold(desk, agenda, attendees, resume, as_json, limits_of(limit or [], desk), manner)
        if as_json:
            print_json(document)


def limits_of(said: list[str], desk: Desk) -> dict[str, int]:
    """The meeting's limits by name: money in minor units, attention in action items. Raises InvalidInput."""
    from store.reads.settings import brand_of

    if not said:
        return {}
    with desk.office.database.read(desk.ctx) as session:
        currency = brand_of(session).currency
    return dict(_limit(word, currency) for word in said)


def _limit(word: str, currency: str) -> tuple[str, int]:
    from domain.errors import InvalidInput
    from domain.money import to_minor

    name, _, said = word.partition("=")
    if _GROUPS_OR_DECIMALS.fullmatch(said):
        raise InvalidInput(
            f"{said} can be read in two ways.", remedy="Write 5000 or 5000.50: a point before the decimals, no commas."
        )
    try:
        amount = Decimal(said.replace(",", "") if _GROUPED.fullmatch(said) else said)
        if name not in _LIMITS or not 0 <= amount < _MOST or (name == "attention" and amount % 1):
            raise ValueError
    except (ArithmeticError, ValueError):
        raise InvalidInput(
            f"{word!r} is no limit.", remedy="Write cash=5000, stock=5000 or attention=6, in the brand's currency."
        ) from None
    return _LIMITS[name], int(amount) if name == "attention" else to_minor(amount, currency)


def hold(
    desk: Desk,
    agenda: str,
    agents: list[str],
    resume: str,
    as_json: bool,
    limits: dict[str, int] | None = None,
    manner: dict[str, Any] | None = None,
) -> dict[str, object]:
    """Hold it with live progress unless JSON is wanted; what came of it."""
    from cli.meeting_view import MeetingView
    from store.reads.settings import language_of
    from virtual_office.minutes.summary import meeting_document

    with MeetingView(enabled=not as_json) as view:
        if resume:
            run_id = desk.office.meetings.resume(desk.ctx, resume, view.progress)
        else:
            run_id = desk.office.meetings.meet(desk.ctx, agenda, agents, view.progress, limits, manner)
    desk.office.run_due(desk.ctx)
    with desk.office.database.read(desk.ctx) as session:
        document = meeting_document(session, run_id, language_of(session))
    if not as_json:
        view.show(document)
    return document
