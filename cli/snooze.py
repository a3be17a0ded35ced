"""`mhos snooze`: put an action item off."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import print_json, say_status
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("snooze")(snooze)


def snooze(
    item: Annotated[str, typer.Argument(metavar="ID", help="The action item.")],
    until: Annotated[str, typer.Option(metavar="TIME", help="Until when, in the brand's zone: 2026-11-23T09:00.")],
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Put an action item off; it comes back by itself, before it expires."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.answers import snooze as put_off
        from store.reads.settings import brand_of
        from virtual_office.questions.item_view import item_line

        with desk.office.database.begin(desk.ctx) as session:
            document = item_line(put_off(session, item, moment(until, brand_of(session).zone)), desk.language)
    if as_json:
        print_json(document)
    else:
        say_status(document, desk.language)


def moment(said: str, zone: str) -> datetime:
    """A moment, in this zone unless it names its own. Raises InvalidInput."""
    from domain.errors import InvalidInput

    try:
        parsed = datetime.fromisoformat(said)
    except ValueError:
        raise InvalidInput(f"{said!r} is no moment.", remedy="Write it as 2026-11-23T09:00.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))
