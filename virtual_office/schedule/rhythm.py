"""When a rhythm of weekdays and a time of day comes round in a time zone, also where clocks are put forward or back."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LOOK_BACK = timedelta(days=9)


def next_slot(weekdays: Sequence[int], at: time, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment after `after` (UTC) in which the rhythm comes round; Monday is 0.

    A time of day that the clock leaves out comes as much later as it leaves out (02:30 at 03:30); one that comes twice
    counts the first time.
    """
    return next(slot for slot in _slots(weekdays, at, zone, after) if slot > after)


def last_slot(weekdays: Sequence[int], at: time, zone: ZoneInfo, until: datetime) -> datetime:
    """The last moment by `until` (UTC) in which the rhythm came round."""
    passed = until
    for slot in _slots(weekdays, at, zone, until):
        if slot > until:
            break
        passed = slot
    return passed


def _slots(weekdays: Sequence[int], at: time, zone: ZoneInfo, around: datetime) -> Iterator[datetime]:
    """The rhythm's moments in their order, from more than a week before."""
    from dateutil.rrule import WEEKLY, rrule
    from dateutil.tz import resolve_imaginary

    begin = (around - _LOOK_BACK).astimezone(zone).replace(tzinfo=None)
    wall_clock = rrule(WEEKLY, byweekday=tuple(weekdays), byhour=at.hour, byminute=at.minute, bysecond=0, dtstart=begin)
    for local in wall_clock:
        yield resolve_imaginary(local.replace(microsecond=0, tzinfo=zone)).astimezone(UTC)
