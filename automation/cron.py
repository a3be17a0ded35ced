"""Cron expressions in a brand's time zone, as Debian's cron reads them where clocks are put forward or back.

A time that the clock leaves out comes at once after the gap; one that comes twice counts once, but for expressions that
run every so many minutes or hours, which follow the real time.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def check_cron(text: str) -> str:
    """The expression as it is. Raises ValueError for none, and for one that never comes round."""
    from cronsim import CronSim, CronSimError

    try:
        if len(text.split()) != 5:
            raise ValueError("five fields: minute hour day month weekday")
        next(CronSim(text, datetime(2026, 1, 1)))
    except CronSimError as error:
        raise ValueError(f"{text!r} is no cron expression: {str(error).lower()}") from error
    except StopIteration as error:
        raise ValueError(f"{text!r} never comes round") from error
    return text


def next_slot(text: str, zone: str, after: datetime) -> datetime:
    """The first time after `after`."""
    from cronsim import CronSim

    return next(CronSim(text, after.astimezone(ZoneInfo(zone)))).astimezone(UTC)


def slots_between(text: str, zone: str, after: datetime, until: datetime, most: int = 1_000) -> list[datetime]:
    """The times after `after` and by `until`, oldest first; the newest `most` of them."""
    from cronsim import CronSim

    moments: list[datetime] = []
    for slot in CronSim(text, until.astimezone(ZoneInfo(zone)) + timedelta(minutes=1), reverse=True):
        moment = slot.astimezone(UTC)
        if moment <= after or len(moments) == most:
            break
        if moment <= until:
            moments.append(moment)
    return moments[::-1]
