"""A moment as messages say it: its day, and its hour in the brand's zone."""

from datetime import date, datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from store.reads.settings import brand_of
from store.session import BrandSession


class LocalMoment(TypedDict):
    """The values of `{day}` and `{time}`."""

    day: date
    time: str


def local_moment(session: BrandSession, moment: datetime) -> LocalMoment:
    """Day and hour of a moment where the brand is."""
    local = moment.astimezone(ZoneInfo(brand_of(session).zone))
    return {"day": local.date(), "time": f"{local:%H:%M}"}
