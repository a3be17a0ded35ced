"""A rhythm comes round when the wall clock says so, also where clocks are put forward or back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from virtual_office.schedule.rhythm import last_slot, next_slot

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "Pacific/Apia"]
moments = st.datetimes(datetime(1999, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
weekdays = st.sets(st.integers(0, 6), min_size=1).map(sorted)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
MONDAYS = [0]


@settings(deadline=None)
@given(weekdays, times, st.sampled_from(ZONES), moments)
@example([6], time(2, 30), "Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC))
def test_the_next_time_is_the_first_that_the_wall_clock_names(
    days: list[int], at: time, zone: str, moment: datetime
) -> None:
    place = ZoneInfo(zone)
    slot = next_slot(days, at, place, moment)
    local = slot.astimezone(place)
    assert moment < slot <= moment + timedelta(days=15)
    skipped = (local.hour, local.minute) != (at.hour, at.minute)
    assert local.weekday() in days or skipped
    if skipped:
        wanted = local.replace(hour=at.hour, minute=at.minute)
        assert wanted.astimezone(UTC).astimezone(place).time() != at, "only a time that the clock leaves out moves"
    assert last_slot(days, at, place, slot) == slot
    assert last_slot(days, at, place, slot - timedelta(seconds=1)) <= moment


@settings(deadline=None)
@given(weekdays, times, moments)
def test_a_year_has_as_many_times_as_days_of_the_rhythm(days: list[int], at: time, moment: datetime) -> None:
    slots = [moment]
    for _ in range(2 * len(days)):
        slots.append(next_slot(days, at, BERLIN, slots[-1]))
    assert len(set(slots)) == len(slots), "each time comes once"
    first, later = slots[1], slots[1 + len(days)]
    assert first.astimezone(BERLIN).date() + timedelta(weeks=1) == later.astimezone(BERLIN).date()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-27T12:00", "2026-03-30T06:00"),
        ("2026-03-20T12:00", "2026-03-23T07:00"),
        ("2026-10-23T12:00", "2026-10-26T07:00"),
        ("2026-10-16T12:00", "2026-10-19T06:00"),
    ],
)
def test_eight_in_berlin_stays_eight_in_summer_and_winter(moment: str, expected: str) -> None:
    slot = next_slot(MONDAYS, time(8), BERLIN, datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert slot == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_time_that_the_clock_leaves_out_comes_an_hour_later_and_one_that_comes_twice_counts_once() -> None:
    every, at = list(range(7)), time(2, 30)
    spring = next_slot(every, at, BERLIN, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert spring.astimezone(BERLIN).isoformat() == "2026-03-29T03:30:00+02:00"
    autumn = next_slot(every, at, BERLIN, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert autumn.astimezone(BERLIN).isoformat() == "2026-10-25T02:30:00+02:00"
    following = next_slot(every, at, BERLIN, autumn)
    assert following.astimezone(BERLIN).isoformat() == "2026-10-26T02:30:00+01:00"
