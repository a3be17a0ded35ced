"""The dial moves limits in one direction, within bounds."""

from itertools import pairwise

import pytest

from domain.autonomy import Autonomy
from domain.errors import InvalidInput
from guardrails.dial import dial_limits


def test_turning_the_dial_up_never_takes_a_right_away() -> None:
    settings = [dial_limits(value) for value in range(101)]
    vectors = [(limits.autonomy_cap, limits.alone_limit_bps, limits.alone_limit_minor) for limits in settings]
    for lower, higher in pairwise(vectors):
        assert all(a <= b for a, b in zip(lower, higher, strict=True))
    assert vectors[0] == (Autonomy.OBSERVE, 0, 0)
    assert vectors[100] == (Autonomy.ACT_AND_REPORT, 500, 500_000)


@pytest.mark.parametrize("value", [-1, 101])
def test_the_dial_has_ends(value: int) -> None:
    with pytest.raises(InvalidInput):
        dial_limits(value)
