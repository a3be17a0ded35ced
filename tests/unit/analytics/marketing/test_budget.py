"""Advertising response is recovered where it is known and refused where it cannot be; budgets are split by it."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.marketing.ad_response import AdResponse, adstock, fit_ad_response
from analytics.marketing.budget import Campaign, split_budget
from analytics.statistics.errors import InvalidNumbers


def weeks(
    seed: int,
    scale: float = 30.0,
    power: float = 0.6,
    carry: float = 0.4,
    noise: float = 150.0,
    count: int = 104,
    moves: float = 0.5,
) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    spend = 1_000 * np.exp(moves * random.normal(size=count))
    revenue = 5_000 + scale * adstock(spend, carry) ** power + noise * random.normal(size=count)
    return spend, revenue


def certain(name: str, scale: float, power: float, spend: float, margin_bps: int = 10_000) -> Campaign:
    """A campaign whose response is known."""
    unit = np.ones(1)
    response = AdResponse(True, (), 52, spend, 10 * spend, unit, power * unit, 0 * unit, scale * unit, 1e-9 * unit, 1.0)
    return Campaign(name, response, margin_bps)


def test_a_steady_spend_is_its_own_stock_and_a_burst_fades() -> None:
    np.testing.assert_allclose(adstock(np.full(5, 7.0), 0.6), 7.0)
    np.testing.assert_allclose(adstock(np.array([0, 8.0, 0, 0]), 0.5), [0, 4, 2, 1])


def test_the_marginal_return_is_found_again_and_its_interval_holds_it() -> None:
    truth = 30 * 0.6 * 1_000**-0.4
    fits = [fit_ad_response(*weeks(seed)) for seed in range(60)]
    assert all(fit.measurable for fit in fits)
    assert np.median([fit.marginal(1_000) for fit in fits]) == pytest.approx(truth, rel=0.15)
    held = [low <= truth <= high for low, high in (fit.marginal_interval(1_000) for fit in fits)]
    assert 0.65 <= np.mean(held) <= 0.95


def test_carry_over_is_told_from_none() -> None:
    for carry in (0.0, 0.8):
        fit = fit_ad_response(*weeks(3, carry=carry, noise=40))
        assert float(fit.weights @ fit.carries) == pytest.approx(carry, abs=0.12)


def test_spend_that_never_moved_is_refused() -> None:
    fit = fit_ad_response(*weeks(1, moves=0.02))
    assert (fit.measurable, fit.reasons) == (False, ("spend_hardly_moved",))
    assert fit_ad_response(np.zeros(30), np.ones(30)).reasons == ("spend_hardly_moved",)
    assert fit_ad_response(np.array([]), np.array([])).reasons == ("too_little_history", "spend_hardly_moved")


def test_no_response_is_seen_where_there_is_none() -> None:
    seen = [fit_ad_response(*weeks(seed, scale=0.0)).measurable for seed in range(60)]
    assert np.mean(seen) < 0.25


def test_the_best_split_is_the_textbooks() -> None:
    """Square roots: spend in proportion to the square of scale x margin (Dorfman & Steiner): 16 to 4 of 1000."""
    campaigns = [certain("a", 40, 0.5, 500), certain("b", 20, 0.5, 500)]
    split = split_budget(campaigns, most_change=1.0)
    assert [share.spend_minor for share in split.shares] == [800, 200]
    assert split.shares[0].marginal == pytest.approx(split.shares[1].marginal, rel=1e-3)
    gain = 40 * 800**0.5 + 20 * 200**0.5 - 60 * 500**0.5
    assert (split.status, split.gain_minor) == ("move", round(gain))
    assert split.low_minor <= split.gain_minor <= split.high_minor


def test_margin_counts_and_not_revenue() -> None:
    campaigns = [certain("a", 40, 0.5, 500, margin_bps=2_500), certain("b", 20, 0.5, 500, margin_bps=10_000)]
    assert [share.spend_minor for share in split_budget(campaigns, most_change=1.0).shares] == [200, 800]


def test_no_campaign_moves_further_than_allowed_or_than_it_ever_was() -> None:
    campaigns = [certain("a", 400, 0.5, 500), certain("b", 20, 0.5, 500)]
    assert [share.spend_minor for share in split_budget(campaigns, most_change=0.2).shares] == [600, 400]
    capped = replace(campaigns[0], response=replace(campaigns[0].response, highest=550.0))
    split = split_budget([capped, campaigns[1]], most_change=0.5)
    assert [share.spend_minor for share in split.shares] == [550, 450]
    assert split.extrapolated == ()


def test_the_budget_is_kept_to_the_minor_unit_and_no_grid_does_better() -> None:
    random = np.random.default_rng(2)
    for _ in range(8):
        scales, powers = random.uniform(10, 60, 3), random.uniform(0.3, 0.95, 3)
        spends = random.integers(200, 900, 3)
        campaigns = [certain(n, s, p, int(x)) for n, s, p, x in zip("abc", scales, powers, spends, strict=True)]
        split = np.array([share.spend_minor for share in split_budget(campaigns).shares])
        assert split.sum() == spends.sum()
        first, second = (a.ravel() for a in np.meshgrid(*[np.linspace(0.5, 1.5, 101)] * 2))
        tried = np.column_stack(
            [first * spends[0], second * spends[1], spends.sum() - first * spends[0] - second * spends[1]]
        )
        tried = tried[(tried[:, 2] >= 0.5 * spends[2]) & (tried[:, 2] <= 1.5 * spends[2])]
        best = (scales * tried**powers).sum(axis=1).max()
        assert (scales * split**powers).sum() >= best * (1 - 5e-4)


def test_an_unsure_gain_is_not_advised() -> None:
    fits = [Campaign(name, fit_ad_response(*weeks(seed, noise=900)), 5_000) for name, seed in (("a", 1), ("b", 2))]
    vague = [replace(campaign, response=replace(campaign.response, measurable=True)) for campaign in fits]
    split = split_budget(vague)
    assert split.low_minor <= split.gain_minor <= split.high_minor
    assert split.status == ("move" if split.probability_of_gain >= 0.8 and split.gain_minor > 0 else "keep")


def test_what_cannot_be_measured_keeps_what_it_has() -> None:
    still = Campaign("still", fit_ad_response(*weeks(1, moves=0.01)), 5_000)
    split = split_budget([still, certain("a", 40, 0.5, 500), certain("b", 20, 0.5, 500)])
    (kept,) = [share for share in split.shares if share.name == "still"]
    assert (kept.spend_minor, kept.movable) == (kept.spend_now_minor, False)
    assert split_budget([still, certain("a", 40, 0.5, 500)]).reason == "fewer_than_two_measurable"
    assert split_budget([]).status == "keep"


def test_equal_campaigns_are_left_alone() -> None:
    split = split_budget([certain("a", 30, 0.5, 500), certain("b", 30, 0.5, 500)])
    assert (split.status, split.reason, split.gain_minor) == ("keep", "already_best", 0)


def test_a_gain_that_was_foreseen_comes_about() -> None:
    """Fitted on two years of two campaigns, the split earns about what it says, by the truth that made them."""
    gains, foreseen, held = [], [], []
    for seed in range(16):
        strong, weak = weeks(seed, scale=60.0), weeks(1_000 + seed, scale=15.0)
        fits = [Campaign("s", fit_ad_response(*strong), 10_000), Campaign("w", fit_ad_response(*weak), 10_000)]
        split = split_budget(fits)
        if split.status == "move":
            was, new = ([getattr(share, name) for share in split.shares] for name in ("spend_now_minor", "spend_minor"))
            gain = sum(c * (n**0.6 - w**0.6) for c, n, w in zip((60, 15), new, was, strict=True))
            gains.append(gain)
            foreseen.append(split.gain_minor)
            held.append(split.low_minor <= gain <= split.high_minor)
    assert len(gains) >= 8
    assert np.mean(gains) > 0
    assert np.mean(foreseen) == pytest.approx(np.mean(gains), rel=0.35)
    assert np.mean(held) >= 0.6


@pytest.mark.parametrize("spend", [[-1.0] * 30, [np.nan] * 30, [1e17] * 30, [1.0] * 29])
def test_senseless_spend_is_refused(spend: list[float]) -> None:
    with pytest.raises(InvalidNumbers):
        fit_ad_response(np.array(spend), np.ones(30))


def test_senseless_campaigns_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        split_budget([certain("a", 1, 0.5, 5), certain("a", 1, 0.5, 5)])
    with pytest.raises(InvalidNumbers):
        split_budget([certain("a", 1, 0.5, 5, margin_bps=10_001)])
    with pytest.raises(InvalidNumbers):
        split_budget([], most_change=float("nan"))
