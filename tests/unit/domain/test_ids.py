"""Identifiers are UUIDv7s that rise, whatever the clock does."""

import random
from datetime import UTC, datetime, timedelta

from domain.clock import FixedClock
from domain.ids import TimeOrderedIds

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_ids_are_version_seven_and_carry_the_time() -> None:
    made = TimeOrderedIds(FixedClock(AT)).new()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(AT.timestamp() * 1000)


def test_ids_rise_while_the_clock_stands_still_or_steps_back() -> None:
    clock = FixedClock(AT)
    ids = TimeOrderedIds(clock)
    made = [ids.new() for _ in range(1_000)]
    clock.advance(timedelta(hours=-1))
    made += [ids.new() for _ in range(1_000)]
    assert made == sorted(set(made))
    assert {found.version for found in made} == {7}


def test_the_same_seed_gives_the_same_ids() -> None:
    first, second = (TimeOrderedIds(FixedClock(AT), random.Random(5)) for _ in range(2))
    assert [first.new() for _ in range(5)] == [second.new() for _ in range(5)]
