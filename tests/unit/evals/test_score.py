"""The score: a share of the oracle's gain, with an interval that shrinks with seeds and is honest about few."""

import numpy as np
import pytest

from evals.twin.score import Match, SeedScore, interval, score_document, way_to_the_oracle
from evals.twin.words import BOUND

RNG = np.random.default_rng(7)
NONE = RNG.normal(1e8, 1e7, 400)
LUCK = RNG.normal(0, 2e5, (2, 400))


def worths(count: int, share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seeds on which the oracle gains six millions, and a crew a share of that, both with luck."""
    oracle = NONE[:count] + 6e6 + LUCK[0, :count]
    return NONE[:count], NONE[:count] + share * 6e6 + LUCK[1, :count], oracle


@pytest.mark.parametrize("share", [-0.3, 0.0, 0.4, 1.0])
def test_the_score_is_the_share_of_the_oracles_gain(share: float) -> None:
    score, low, high = way_to_the_oracle(*worths(400, share))
    assert score == pytest.approx(share, abs=0.01)
    assert low is not None and high is not None
    assert low < share < high


def test_more_seeds_tell_more() -> None:
    widths = []
    for count in (3, 20, 400):
        _, low, high = way_to_the_oracle(*worths(count, 0.4))
        assert low is not None and high is not None
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(1), 0
    for _ in range(500):
        none = rng.normal(1e8, 1e7, 20)
        crew, oracle = none + 2e6 + rng.normal(0, 2e6, 20), none + 5e6 + rng.normal(0, 2e6, 20)
        _, low, high = way_to_the_oracle(none, crew, oracle)
        assert low is not None and high is not None
        held += low <= 0.4 <= high
    assert 0.92 < held / 500 < 0.98


def test_where_the_oracle_gains_nothing_there_is_no_score() -> None:
    none, crew, _ = worths(20, 0.4)
    assert way_to_the_oracle(none, crew, none - 1.0) == (None, None, None)


def test_one_seed_has_no_interval_but_itself() -> None:
    score, low, high = way_to_the_oracle(*worths(1, 0.4))
    assert score == low == high


def test_an_interval_is_students() -> None:
    assert interval(np.array([1.0, 2.0, 3.0])) == (2, round(2 - 2.4841), round(2 + 2.4841))
    assert interval(np.array([5.0])) == (5, 5, 5)


def run(worth: int, violations: int = 0) -> dict[str, object]:
    """One crew's run, as far as a score reads it."""
    return {
        "net_worth_minor": worth, "violations": violations, "autonomy_rate": 0.5, "interruptions_per_day": 1.0,
        "stockout_rate": 0.1, "days_per_second": 2.0, "world_days_per_second": 150.0,
        "operator": {"delay_days": {"0": 3, "1": 1}, "approved": 3, "refused": 1, "shown_again": 0},
    }  # fmt: skip


def test_a_score_tells_of_every_crew_and_counts_every_violation() -> None:
    seeds = [
        SeedScore(seed, {"none": run(100), "textbook": run(110), "rules": run(130, 2), "oracle": run(160)}, 200)
        for seed in (1, 2)
    ]
    document = score_document(Match("rules", (1, 2), 91), seeds)
    assert document["score"] == document["score_low"] == document["score_high"] == 0.5
    assert [line["crew"] for line in document["crews"]] == ["none", "textbook", "rules", "oracle", BOUND]
    assert [line["against_none_minor"] for line in document["crews"]] == [0, 10, 30, 60, 100]
    assert document["violations"] == 4
    assert document["operator"]["delay_days"] == {"0": 6, "1": 2}
    assert document["operator"]["refused"] == 2
    assert {"per_seed", "autonomy_rate"} <= set(document)
