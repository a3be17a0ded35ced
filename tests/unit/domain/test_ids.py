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
    assert {identifier.version for identifier in made} == {7}


def test_the_same_seed_gives_the_same_ids() -> None:
    first, second = (TimeOrderedIds(FixedClock(AT), random.Random(5)) for _ in range(2))
    assert [first.new() for _ in range(5)] == [second.new() for _ in range(5)]


def test_forks_of_a_seeded_source_do_not_depend_on_who_comes_first() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    first, second = TimeOrderedIds(clock, random.Random(1)), TimeOrderedIds(clock, random.Random(1))
    second.new()
    assert [first.fork("a").new(), first.fork("b").new()] == [second.fork("a").new(), second.fork("b").new()]
    assert len({first.fork("a").new(), first.fork("b").new(), first.new()}) == 3


def test_forks_of_an_unseeded_source_are_all_different() -> None:
    source = TimeOrderedIds(FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
    assert len({source.fork("a").new() for _ in range(50)}) == 50
