"""Rounded parts add up to the total, each next to its exact value."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics.rounding import largest_remainders


def test_the_largest_remainders_are_rounded_up() -> None:
    exact = {"a": Fraction(17, 10), "b": Fraction(12, 10), "c": Fraction(11, 10)}
    assert largest_remainders(exact, 4) == {"a": 2, "b": 1, "c": 1}


@given(st.lists(st.fractions(-1_000, 1_000, max_denominator=97), min_size=1, max_size=12))
def test_parts_add_up_and_none_moves_by_a_whole_unit(values: list[Fraction]) -> None:
    exact = dict(enumerate(values))
    total = round(sum(values, Fraction(0)))
    rounded = largest_remainders(exact, total)
    assert sum(rounded.values()) == total
    assert all(abs(rounded[key] - exact[key]) <= 1 for key in exact)
