"""On a retailer's real sales the estimates are those known from the literature, and follow the data."""

from pathlib import Path

import numpy as np
import pytest

from analytics.pricing.elasticity import fit_elasticity
from analytics.pricing.elasticity_choice import choose_elasticity
from analytics.pricing.panel import SalesPanel
from evals.counterfactual_placebo import placebos
from evals.weekly_sales import WeeklySales, read_weekly_sales

SALES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "oj" / "sales.csv.gz"


@pytest.fixture(scope="module")
def sales() -> dict[str, WeeklySales]:
    if not SALES.is_file():
        pytest.skip("no shared/data/oj beside this checkout; the simulated worlds cover the same paths")
    return read_weekly_sales(SALES)


@pytest.mark.parametrize(("sku", "elasticity"), [("OJ-05", -3.32), ("OJ-10", -3.38)])
def test_a_plain_log_log_regression_gives_the_published_answer(
    sales: dict[str, WeeklySales], sku: str, elasticity: float
) -> None:
    assert round(fit_elasticity(sales[sku].panel, "pooled").elasticity, 2) == elasticity


def test_store_and_week_effects_bring_it_near_the_causal_answer(sales: dict[str, WeeklySales]) -> None:
    assert fit_elasticity(sales["OJ-05"].panel, "location_week").elasticity == pytest.approx(-1.8, abs=0.1)


def test_held_out_weeks_elect_week_effects_over_the_plain_regression(sales: dict[str, WeeklySales]) -> None:
    choice = choose_elasticity(sales["OJ-05"].panel)
    assert choice.status == "usable"
    assert choice.model == "location_week"
    assert choice.low is not None
    assert choice.low > -3.32
    pooled = next(candidate for candidate in choice.candidates if candidate.model == "pooled")
    assert not pooled.defensible


def test_altered_units_move_every_estimate_by_what_was_altered(sales: dict[str, WeeklySales]) -> None:
    panel = sales["OJ-05"].panel
    altered = SalesPanel(
        panel.period,
        panel.location,
        panel.units * (panel.price / panel.price.mean()) ** -1.0,
        panel.price,
        panel.deal,
        panel.feature,
    )
    before, after = choose_elasticity(panel), choose_elasticity(altered)
    assert after.model == before.model
    for was, became in zip(before.candidates, after.candidates, strict=True):
        assert was.estimate
        assert became.estimate
        assert became.estimate.elasticity == pytest.approx(was.estimate.elasticity - 1, abs=1e-6)


def test_placebo_dates_seldom_show_an_effect(sales: dict[str, WeeklySales]) -> None:
    profits = np.column_stack([fit.profit_by_week(121) for fit in sales.values()])
    effects = [e for product in range(len(sales)) for e in placebos(profits, product, weeks_after=8)]
    held = [e.low <= 0 <= e.high for e in effects if e.low is not None and e.high is not None]
    assert len(held) > len(effects) / 2
    assert np.mean(held) >= 0.70
