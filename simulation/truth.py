"""The truth about one seed's world: every parameter that the crew may only estimate; none reaches the store."""

from dataclasses import dataclass

import numpy as np

from simulation.catalog import (
    CAMPAIGNS,
    CATEGORIES,
    CHANNELS,
    DEALER_COUNT,
    FEE_PERCENT,
    PRODUCTS,
    STAND_COUNT,
    SUPPLIERS,
    VAT_PERCENT,
)
from simulation.draws import Counts, Draws, Floats

_CHANNEL_PRICE = np.array([1.0, 1.02, 0.98, 0.66 / (1 + VAT_PERCENT / 100), 1.04])
_PRICED_OFF = np.array([-0.20, 0.05, -0.13, -0.12, -0.17])
"""So that the lists are about right on average once substitution, rivals, buy-box and parity are in."""
_CHANNEL_VOLUME = np.array([1.0, 0.75, 0.45])
_SHOP_UNITS_A_WEEK = 1_000.0
_STAND_RANGE = 12
_STAND_UNITS_A_WEEK = 3.2
_DEALER_UNITS_A_WEEK = 1.6


@dataclass(frozen=True, eq=False)
class Truth:
    """Axes: P products, C channels, S stands, D dealers, K campaigns. Money in euros, rates a day.

    Elasticities are short-run: percent of units for a percent of one's own price, all else equal; at marketplace A the
    buy-box comes on top. `cross[p, q]` is what a percent of q's price does to p, within one category.
    """

    category: Counts
    base_price: Floats
    unit_cost: Floats
    shop_units: Floats
    elasticity: Floats
    cross: Floats
    competitor_elasticity: Floats
    competitor_answer: Floats
    deal_lift: Floats
    pull_forward: Floats
    season_size: Floats
    season_peak_day: Floats
    trend_a_year: Floats
    dispersion: Floats
    return_share: Floats
    online_units: Floats
    stand_range: np.ndarray
    stand_units: Floats
    stand_shrinkage: Floats
    dealer_units: Floats
    dealer_lateness_days: Floats
    dealer_interval_days: Counts
    dealer_parity: float
    buy_box_level: float
    buy_box_slope: float
    adstock: Floats
    ad_effect: Floats
    ad_half: Floats
    lead_time_spread: Floats
    supplier: Counts
    mail_lift: float
    mail_fatigue: float
    mail_leave: float

    @property
    def kept_share(self) -> Floats:
        """(C,) what the brand keeps of a listed price: without VAT (dealers' prices have none), after the fee."""
        return kept_share()


def kept_share() -> Floats:
    """(C,) what the brand keeps of a listed price in each channel."""
    vat = np.array([VAT_PERCENT if channel != "dealers" else 0 for channel in CHANNELS]) / 100
    return (1 - np.array(FEE_PERCENT) / 100) / (1 + vat)


def draw_truth(seed: int) -> Truth:
    """The truth of a seed."""
    rng = Draws(seed).stream("truth")
    count = len(PRODUCTS)
    category = np.array([CATEGORIES.index(product.category) for product in PRODUCTS], dtype=np.int64)
    shop_price = np.array([product.price for product in PRODUCTS])
    unit_cost = np.round(shop_price / (1 + VAT_PERCENT / 100) * rng.uniform(0.36, 0.48, count), 2)
    elasticity = _elasticities(rng, shop_price, unit_cost, category)
    popularity = np.exp(rng.normal(0, 0.5, count)) * (12 / shop_price) ** 0.5
    shop_units = popularity / popularity.sum() * _SHOP_UNITS_A_WEEK / 7
    volume = _CHANNEL_VOLUME * np.exp(rng.normal(0, 0.25, (count, 3))) * np.array([0.0, 1.0, 1.0])
    volume[:, 0] = 1.0
    stand_range = _stand_ranges(rng, popularity)
    size = np.exp(rng.normal(0, 0.35, STAND_COUNT))
    relative = popularity / popularity.mean()
    return Truth(
        category=category,
        base_price=np.round(shop_price[:, None] * _CHANNEL_PRICE, 1) - 0.01 * (_CHANNEL_PRICE[3] != _CHANNEL_PRICE),
        unit_cost=unit_cost,
        shop_units=shop_units,
        elasticity=elasticity,
        cross=_cross(rng, elasticity[:, 0], category, popularity),
        competitor_elasticity=rng.uniform(0.3, 0.8, count),
        competitor_answer=rng.uniform(0.15, 0.5, (count, 3)),
        deal_lift=rng.uniform(1.1, 1.4, count),
        pull_forward=rng.uniform(0.4, 0.7, count),
        season_size=rng.uniform(0.04, 0.16, len(CATEGORIES)),
        season_peak_day=rng.uniform(0, 365, len(CATEGORIES)),
        trend_a_year=rng.normal(0.03, 0.07, count),
        dispersion=rng.uniform(8, 25, count),
        return_share=np.array([0.06, 0.08, 0.07]),
        online_units=shop_units[:, None] * volume,
        stand_range=stand_range,
        stand_units=stand_range * relative[:, None] * size * _STAND_UNITS_A_WEEK / 7,
        stand_shrinkage=rng.uniform(0.0003, 0.001, STAND_COUNT),
        dealer_units=relative[:, None] * np.exp(rng.normal(0, 0.5, DEALER_COUNT)) * _DEALER_UNITS_A_WEEK / 7,
        dealer_lateness_days=rng.gamma(1.2, 9, DEALER_COUNT),
        dealer_interval_days=rng.integers(10, 25, DEALER_COUNT),
        dealer_parity=float(rng.uniform(0.8, 1.6)),
        buy_box_level=float(rng.uniform(1.6, 2.2)),
        buy_box_slope=float(rng.uniform(4, 8)),
        adstock=rng.uniform(0.75, 0.92, len(CAMPAIGNS)),
        ad_effect=rng.uniform(0.15, 0.4, len(CAMPAIGNS)),
        ad_half=rng.uniform(600, 2_000, len(CAMPAIGNS)),
        lead_time_spread=rng.uniform(0.12, 0.35, len(SUPPLIERS)),
        supplier=np.array([[s.code for s in SUPPLIERS].index(p.supplier) for p in PRODUCTS], dtype=np.int64),
        mail_lift=float(rng.uniform(0.25, 0.45)),
        mail_fatigue=float(rng.uniform(0.3, 0.5)),
        mail_leave=float(rng.uniform(0.008, 0.02)),
    )


def _elasticities(rng: np.random.Generator, shop_price: Floats, cost: Floats, category: Counts) -> Floats:
    """(P, C) such that the best price lies around what is asked, a fifth off either way, and more for some.

    Lerner 1934: the best price is cost x e / (e + 1), so e = -m / (m - 1) for a ratio m of price to cost.
    """
    off = rng.normal(0, 0.10, len(CATEGORIES))[category] + rng.normal(0, 0.13, cost.size)
    by_channel = off[:, None] + rng.normal(0, 0.07, (cost.size, len(CHANNELS))) + _PRICED_OFF
    kept = shop_price[:, None] * _CHANNEL_PRICE * kept_share()
    ratio = np.clip(kept * np.exp(by_channel) / cost[:, None], 1.3, 3.5)
    return -ratio / (ratio - 1)


def _cross(rng: np.random.Generator, elasticity: Floats, category: Counts, popularity: Floats) -> Floats:
    """Substitution inside the category: a share of each product's own elasticity, spread by the others' popularity."""
    same = (category[:, None] == category[None, :]) & ~np.eye(category.size, dtype=bool)
    weight = same * popularity[None, :]
    share = rng.uniform(0.10, 0.25, category.size)
    return (share * -elasticity)[:, None] * weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)


def _stand_ranges(rng: np.random.Generator, popularity: Floats) -> np.ndarray:
    """(P, S) what each stand carries: a dozen, the popular ones more often."""
    keys = rng.exponential(1.0, (popularity.size, STAND_COUNT)) / popularity[:, None]
    return keys.argsort(axis=0).argsort(axis=0) < _STAND_RANGE
