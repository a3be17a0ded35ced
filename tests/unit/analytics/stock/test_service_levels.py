"""Service levels are kept when simulated, and pay best when enumerated."""

import numpy as np
import pytest

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.demand_law import DemandLaw
from analytics.stock.lead_time import DemandRate, LeadTime
from analytics.stock.service_levels import (
    ServiceTarget,
    critical_fractile,
    level_for_cycle_service,
    level_for_fill_rate,
    newsvendor_level,
    share_short,
)


def test_the_newsstand_orders_its_fractile() -> None:
    """Nahmias & Olsen 2015, section 5.3: cost 25, sold at 75, returned at 10, demand N(11.73, 4.74): 0.77, 15.24."""
    assert critical_fractile(50, 15) == pytest.approx(0.769, abs=5e-4)
    assert newsvendor_level(DemandLaw(11.73, 4.74, "normal"), 50, 15) == pytest.approx(15.22, abs=0.02)


@pytest.mark.parametrize(
    ("mean", "sd", "under", "over"), [(4, 2, 9, 1), (12, 5, 3, 7), (0.4, 1.1, 20, 1), (60, 30, 1, 1)]
)
def test_the_base_stock_of_counts_is_the_least_costly_level(mean: float, sd: float, under: float, over: float) -> None:
    law = DemandLaw(mean, sd)
    levels = np.arange(400)
    cost = over * (levels - mean + law.shortage(levels)) + under * law.shortage(levels)
    assert newsvendor_level(law, under, over) == np.argmin(cost)


def test_a_certain_demand_is_met_exactly_and_nothing_lost_is_nothing_held() -> None:
    assert newsvendor_level(DemandLaw(8, 0), 5, 1) == 8
    assert newsvendor_level(DemandLaw(8, 3), 0, 1) == 0


def test_a_fill_rate_of_98_percent_by_hand() -> None:
    """G(k) = (1 - 0.98) Q / sd = 0.02 * 100 / 25 = 0.08, which tables give k = 1.02 for: 100 + 25.5 = 125.5."""
    rate, lead = DemandRate(1.0, 6.25, family="normal"), LeadTime(100)
    assert level_for_fill_rate(rate, lead, 0.0, 100, 0.98) == 126


@pytest.mark.parametrize(("review", "share"), [(0.0, 0.90), (0.0, 0.98), (7.0, 0.95), (7.0, 0.80)])
def test_the_fill_rate_wanted_is_the_fill_rate_simulated(review: float, share: float) -> None:
    """Poisson demand of 3 a day, 12 days of lead time, orders of 40 when the position is at or below the point."""
    rate, lead, quantity = DemandRate(3.0, 3.0), LeadTime(12), 40
    point = level_for_fill_rate(rate, lead, review, quantity, share)
    served, cycles = _simulated(point, quantity, review)
    assert served == pytest.approx(1 - share_short(rate, lead, review, point, quantity), abs=0.006)
    assert share - 0.004 <= served <= share + 0.02
    if review == 0 and share == 0.98:
        assert cycles == pytest.approx(float(rate.over(12).at_most(point)), abs=0.02)


@pytest.mark.parametrize("share", [0.80, 0.95])
def test_the_cycle_service_wanted_is_the_cycle_service_simulated(share: float) -> None:
    rate = DemandRate(3.0, 3.0)
    watched = int(level_for_cycle_service(rate.over(12), share))
    _, cycles = _simulated(watched, 40, 0.0)
    assert cycles == pytest.approx(float(rate.over(12).at_most(watched)), abs=0.02)
    random = np.random.default_rng(9)
    level = int(level_for_cycle_service(DemandRate(2.0, 5.0).over(20 + 7, 5.0), share))
    days = random.gamma(16, 20 / 16, 100_000) + 7
    drawn = random.negative_binomial(days * 4 / 3, 2 / 5)
    assert np.mean(drawn <= level) == pytest.approx(share, abs=0.015)


def test_a_larger_order_needs_a_lower_point() -> None:
    rate, lead = DemandRate(3.0, 6.0), LeadTime(12, 4)
    points = [level_for_fill_rate(rate, lead, 7.0, quantity, 0.95) for quantity in (10, 50, 200, 2_000)]
    assert points == sorted(points, reverse=True)
    assert points[-1] >= 0


def test_senseless_services_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        ServiceTarget("fill_rate")
    with pytest.raises(InvalidNumbers):
        ServiceTarget("money", 0.9)
    with pytest.raises(InvalidNumbers):
        ServiceTarget("cycle_service", 1.0)
    with pytest.raises(InvalidNumbers):
        critical_fractile(0, 0)
    with pytest.raises(InvalidNumbers):
        newsvendor_level(DemandLaw(5, 2), 3, 0)
    with pytest.raises(InvalidNumbers):
        share_short(DemandRate(0, 0), LeadTime(3), 7, 5, 10)


def _simulated(point: int, quantity: int, review: float, chains: int = 300, steps: int = 3_000) -> tuple[float, float]:
    """Fill rate and share of cycles without shortage, one customer at a time; what is short waits."""
    random = np.random.default_rng(21)
    clock = np.zeros(chains)
    net = np.full(chains, point + quantity)
    position = net.copy()
    due = np.full((chains, 60), np.inf)
    next_review = random.uniform(0, review, chains) if review else np.zeros(chains)
    demanded = short = cycles = short_cycles = 0
    for step in range(steps):
        until = clock + random.exponential(1 / 3.0, chains)
        if review:
            while (ready := next_review <= until).any():
                low = ready & (position <= point)
                lots = np.where(low, np.ceil((point + 1 - position) / quantity), 0).astype(int)
                for chain in np.flatnonzero(lots):
                    slots = np.flatnonzero(np.isinf(due[chain]))[: lots[chain]]
                    due[chain, slots] = next_review[chain] + 12
                position = position + lots * quantity
                next_review = np.where(ready, next_review + review, next_review)
        here = due <= until[:, None]
        if step > 400:
            cycles += int(here.sum())
            short_cycles += int((here.any(axis=1) & (net < 0)).sum())
        net = net + here.sum(axis=1) * quantity
        due[here] = np.inf
        clock = until
        net, position = net - 1, position - 1
        if step > 400:
            demanded += chains
            short += int((net < 0).sum())
        if not review:
            low = position <= point
            for chain in np.flatnonzero(low):
                due[chain, np.argmax(np.isinf(due[chain]))] = clock[chain] + 12
            position = position + low * quantity
    return 1 - short / demanded, 1 - short_cycles / max(cycles, 1)
