"""A bucket gives what is in it, fills up again with time, and one key's is nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest

from api.limits import Buckets, Rate
from domain.clock import FixedClock
from domain.errors import TooMany


def test_a_bucket_empties_and_fills_again() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    buckets = Buckets(clock, Rate(burst=3, a_minute=6))
    for _ in range(3):
        buckets.take("me")
    with pytest.raises(TooMany) as refused:
        buckets.take("me")
    assert refused.value.details["retry_after"] == 10
    buckets.take("somebody else")
    clock.advance(timedelta(seconds=10))
    buckets.take("me")
    with pytest.raises(TooMany):
        buckets.take("me")


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    buckets = Buckets(clock, Rate(burst=1, a_minute=60))
    buckets.take("me")
    clock.advance(timedelta(hours=-1))
    with pytest.raises(TooMany):
        buckets.take("me")
