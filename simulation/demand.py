"""The demand equation: what customers would buy on a day, were everything in stock."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from simulation.catalog import CATEGORIES, MARKET_A, MARKET_B, SHOP, STANDS, VAT_PERCENT
from simulation.draws import Floats
from simulation.truth import Truth

ONLINE_WEEK = np.array([1.10, 1.05, 1.00, 0.98, 0.92, 0.90, 1.05])
STAND_WEEK = np.array([0.85, 0.85, 0.9, 1.0, 1.3, 1.7, 0.4])
_DEALER_MARKUP = 1.55
_PARITY_GAP, _PARITY_WIDTH, _PARITY_LOSS = 0.06, 0.03, 0.25


@dataclass(frozen=True, eq=False)
class Market:
    """The conditions that demand answers to on a day. Prices are logarithms against `Truth.base_price`.

    `list_price` (P, C) asked; `online_price` (P, 3) and `stand_price` (P, S) charged, deals included; `competitor` (P,)
    the rivals' mean; `shock` (P,) what moves everybody's demand; `promoted`, `stand_promoted` whether shown as a deal;
    `advertising` (3,) for shop, marketplaces, stands; `customers` the shop's active customers against the first day's;
    `surge` (P, C) what a scenario multiplies demand by.
    """

    day: date
    years: float
    list_price: Floats
    online_price: Floats
    stand_price: Floats
    competitor: Floats
    shock: Floats
    promoted: np.ndarray
    stand_promoted: np.ndarray
    advertising: Floats
    customers: float
    surge: Floats


def season(truth: Truth, day: date) -> Floats:
    """(P,) a yearly wave by category, and December for gifts."""
    day_of_year = day.timetuple().tm_yday
    wave = np.cos(2 * np.pi * (day_of_year - truth.season_peak_day) / 365.25)
    level = 1 + truth.season_size * wave
    if (day.month == 12 and day.day <= 24) or (day.month == 11 and day.day >= 20):
        level = level * np.where(np.array(CATEGORIES) == "sets", 2.5, 1.18)
    return level[truth.category]


def buy_box(truth: Truth, price_a: Floats, price_shop: Floats, competitor: Floats) -> Floats:
    """(P,) the share of marketplace A's traffic that is offered the brand's product, against that at reference prices.

    It falls as the price rises above competitors', and by a quarter where the own shop is cheaper (price parity).
    """
    level = _logistic(truth.buy_box_level - truth.buy_box_slope * (price_a - competitor))
    usual = _logistic(truth.buy_box_level) * _parity(np.zeros(1))
    return level * _parity(price_a - price_shop) / usual


def _parity(gap: Floats) -> Floats:
    return 1 - _PARITY_LOSS * _logistic((gap - _PARITY_GAP) / _PARITY_WIDTH)


def online_demand(truth: Truth, market: Market) -> Floats:
    """(P, 3) expected units of the day in the shop and at both marketplaces."""
    weekday = ONLINE_WEEK[market.day.weekday()]
    level = _level(truth, market)[:, None] * truth.online_units * weekday * market.surge[:, :STANDS][:, :3]
    prices = _own(truth.elasticity[:, :3], market.online_price) * np.exp(truth.cross @ market.online_price)
    rivals = np.exp(truth.competitor_elasticity * market.competitor)[:, None]
    shown = np.where(market.promoted, truth.deal_lift[:, None], 1.0)
    demand = level * prices * rivals * shown
    demand[:, SHOP] *= market.advertising[0] * market.customers
    demand[:, (MARKET_A, MARKET_B)] *= market.advertising[1]
    demand[:, MARKET_A] *= buy_box(
        truth, market.online_price[:, MARKET_A], market.online_price[:, SHOP], market.competitor
    )
    return demand


def stand_demand(truth: Truth, market: Market) -> Floats:
    """(P, S) expected units of the day at each stand; 0 for what it does not carry."""
    level = _level(truth, market) * STAND_WEEK[market.day.weekday()] * market.surge[:, STANDS]
    prices = _own(truth.elasticity[:, STANDS][:, None], market.stand_price)
    others = np.exp(truth.cross @ market.list_price[:, STANDS])
    shown = np.where(market.stand_promoted, truth.deal_lift[:, None], 1.0)
    rivals = np.exp(0.5 * truth.competitor_elasticity * market.competitor)
    return truth.stand_units * (level * others * rivals)[:, None] * prices * shown * market.advertising[2]


def dealer_demand(truth: Truth, market: Market, dealers_price: Floats, shop_price: Floats) -> Floats:
    """(P, D) expected units a day that dealers want; `dealers_price` net and `shop_price` with VAT, (P,) in euros.

    A dealer earns on the gap to what the brand's own shop asks: as the shop undercuts it, dealers order less.
    """
    price = np.log(dealers_price / truth.base_price[:, 3])
    resale = dealers_price * (1 + VAT_PERCENT / 100) * _DEALER_MARKUP
    undercut = np.maximum(np.log(resale / shop_price), 0.0)
    level = _level(truth, market) * market.surge[:, 3]
    answer = np.exp(truth.elasticity[:, 3] * price - truth.dealer_parity * undercut)
    return truth.dealer_units * (level * answer)[:, None]


def _level(truth: Truth, market: Market) -> Floats:
    return season(truth, market.day) * np.exp(truth.trend_a_year * market.years + market.shock)


def _own(elasticity: Floats, price: Floats) -> Floats:
    return np.exp(elasticity * price)


def _logistic(value: Floats | float) -> Floats:
    return 1 / (1 + np.exp(-np.asarray(value, dtype=float)))
