"""A peak is a week far above those before it, now or a year ago; deals, levels and chance are none."""

import numpy as np
import pytest

from tools.pricing.season import is_peak

WEEKS, PRODUCTS = 70, 4
RNG = np.random.default_rng(1)
CALM = 100 + RNG.normal(0, 3, (WEEKS, PRODUCTS))
NO_DEAL = np.zeros((WEEKS, PRODUCTS))


def risen(*weeks: int, by: float = 1.5) -> np.ndarray:
    units = CALM.copy()
    units[list(weeks)] *= by
    return units


@pytest.mark.parametrize("week", [-1, -52, -51])
def test_a_week_that_stands_out_now_or_soon_by_last_year_is_a_peak(week: int) -> None:
    assert is_peak(risen(week), NO_DEAL)


@pytest.mark.parametrize("week", [-2, -30, -53, -50])
def test_another_week_is_none(week: int) -> None:
    assert not is_peak(risen(week), NO_DEAL)


def test_a_level_that_holds_is_no_peak() -> None:
    assert not is_peak(risen(*range(-14, 0)), NO_DEAL)


def test_what_deals_sell_more_is_no_peak() -> None:
    units, deal = risen(), NO_DEAL.copy()
    units[-1, :3], deal[-1, :3] = 400, 1.0
    assert not is_peak(units, deal)


def test_chance_is_no_peak_and_too_few_weeks_tell_nothing() -> None:
    wild = 100 * np.exp(RNG.normal(0, 0.5, (WEEKS, 1)))
    wild[-1] = np.median(wild) * 1.4
    assert not is_peak(wild, np.zeros((WEEKS, 1)))
    assert not is_peak(risen(-1)[-10:], NO_DEAL[-10:])
