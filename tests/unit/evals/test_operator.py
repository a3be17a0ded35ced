"""The scripted operator's luck follows the script."""

from collections import Counter

import numpy as np

from evals.twin.operator import DELAYS_DAYS, REFUSES, Answers, delay_days


def test_delays_follow_the_script() -> None:
    drawn = Counter(delay_days(luck) for luck in np.random.default_rng(1).random(20_000))
    assert set(drawn) == set(DELAYS_DAYS)
    for days, share in DELAYS_DAYS.items():
        assert abs(drawn[days] / 20_000 - share) < 0.02
    assert delay_days(1.0) == max(DELAYS_DAYS)


def test_what_happened_is_told_beside_the_script() -> None:
    assert Answers(refuses=0.0).as_document()["script"] == {
        "delay_days": {"0": 0.45, "1": 0.35, "2": 0.2},
        "refuses": 0.0,
    }
    assert Answers().refuses == REFUSES
