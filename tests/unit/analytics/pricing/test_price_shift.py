"""Past weeks at today's prices: by hand, and against a simulated demand of known elasticity."""

import numpy as np
import pytest

from analytics.pricing.price_shift import PriceMove, price_shift, with_error
from analytics.statistics.errors import InvalidNumbers


def move(**changed: object) -> PriceMove:
    defaults: dict[str, object] = {
        "channel": "shop", "share": 1.0, "from_minor": 2_000, "to_minor": 1_800,
        "days_ago": 14.0, "elasticity": -2.0, "standard_error": 0.0,
    }  # fmt: skip
    return PriceMove(**(defaults | changed))  # type: ignore[arg-type]


def test_a_cut_lifts_the_weeks_before_it_and_leaves_those_after() -> None:
    shift = price_shift([move()], 5)
    lifted = (1_800 / 2_000) ** -2.0
    assert shift.factor == pytest.approx([lifted, lifted, lifted, 1.0, 1.0])
    assert shift.error == 0


def test_a_week_in_which_it_changed_is_shifted_for_the_days_before() -> None:
    """Ten days ago: of the week from fourteen to seven days ago, four days came before."""
    factor = price_shift([move(days_ago=10.0)], 3).factor
    assert factor[1] == pytest.approx((0.9**-2.0) ** (4 / 7))
    assert factor[2] == 1


def test_only_the_channels_share_answers() -> None:
    factor = price_shift([move(share=0.25)], 4).factor
    assert factor[0] == pytest.approx(1 + 0.25 * (0.9**-2.0 - 1))


def test_moves_of_one_channel_multiply_and_those_of_two_add_up() -> None:
    down_twice = [move(), move(from_minor=1_800, to_minor=1_620, days_ago=7.0)]
    assert price_shift(down_twice, 4).factor == pytest.approx([0.81**-2.0, 0.81**-2.0, 0.9**-2.0, 1.0])
    two = [move(share=0.5), move(channel="market", share=0.3, elasticity=-3.0)]
    assert price_shift(two, 3).factor[0] == pytest.approx(1 + 0.5 * (0.9**-2.0 - 1) + 0.3 * (0.9**-3.0 - 1))


def test_there_and_back_leaves_the_weeks_before_as_they_were() -> None:
    back = [move(), move(from_minor=1_800, to_minor=2_000, days_ago=7.0)]
    assert price_shift(back, 4).factor == pytest.approx([1.0, 1.0, 0.9**2.0, 1.0])


def test_no_run_of_changes_is_taken_beyond_fourfold() -> None:
    assert price_shift([move(to_minor=200, elasticity=-4.0)], 3).factor[0] == pytest.approx(4.0)
    assert price_shift([move(to_minor=20_000, elasticity=-4.0)], 3).factor[0] == pytest.approx(0.25)


def test_a_doubtful_elasticity_makes_the_mean_less_sure() -> None:
    """A log price change of -0.105 times a standard error of 0.5, in six of the eight last weeks."""
    shift = price_shift([move(standard_error=0.5)], 20)
    assert shift.error == pytest.approx(0.5 * -np.log(0.9) * 6 / 8)
    assert with_error(3.0, 100.0, shift) == pytest.approx(np.hypot(3.0, 100.0 * shift.error))


def test_the_mean_of_the_weeks_is_that_of_today_in_a_world_of_known_elasticity() -> None:
    rng, elasticity = np.random.default_rng(7), -2.5
    moves = [move(days_ago=21.0, elasticity=elasticity), move(from_minor=1_800, to_minor=1_650, days_ago=7.0,
                                                               elasticity=elasticity)]  # fmt: skip
    price = np.array([2_000.0] * 21 + [1_800.0] * 2 + [1_650.0])
    units = rng.poisson(400 * (price / 2_000) ** elasticity, size=(500, len(price)))
    today = 400 * (1_650 / 2_000) ** elasticity
    assert units.mean() / today < 0.7
    assert (units * price_shift(moves, len(price)).factor).mean() == pytest.approx(today, rel=0.01)


def test_without_moves_or_weeks_nothing_is_shifted() -> None:
    assert price_shift([], 3).factor == pytest.approx([1.0, 1.0, 1.0])
    empty = price_shift([move()], 0)
    assert len(empty.factor) == 0
    assert empty.error == 0


@pytest.mark.parametrize(
    "wrong", [{"from_minor": 0}, {"to_minor": -1}, {"share": -0.1}, {"days_ago": float("nan")}, {"standard_error": -1}]
)
def test_impossible_numbers_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidNumbers):
        move(**wrong)
