"""The oracle's orders: newsvendor quantities by the true demand and lead times, and what each gains by not waiting."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import gammainc, ndtr

from domain.stock import REVIEW_DAYS, PurchaseLine, PurchaseOrderCreate
from evals.twin.desk import Bid
from evals.twin.operator import DELAYS_DAYS, REFUSES
from simulation.catalog import PRODUCTS, SKUS, SUPPLIERS
from simulation.draws import Floats
from simulation.outlook import SHOCK_VARIANCE_A_DAY, Outlook, expected_weeks
from simulation.supply import PRICE_BREAKS, broken_price
from simulation.takings import STORAGE_A_WEEK
from simulation.truth import Truth
from simulation.world import WEEK, World

CURRENCY, FORECASTER = "EUR", "inventory_forecaster"
WEEKS_AHEAD = 20
_DEALS_A_DAY = 1 / 91
_LONGEST_WEEKS = 26
_SELLS_IN_TIME = 0.75
"""The part of its shelf life in which an order has to sell: what is not luck is known, luck is not."""


@dataclass(frozen=True, eq=False)
class CumulativeDemand:
    """(P, T) of what is wanted by the end of each of T days from now: its mean and deviation."""

    mean: Floats
    deviation: Floats

    def short(self, position: Floats) -> Floats:
        """(P, T) expected units by which a position (P,) falls short of it: the normal law's loss."""
        away = (position[:, None] - self.mean) / self.deviation
        density = np.exp(-0.5 * away**2) / np.sqrt(2 * np.pi)
        return self.deviation * (density - away * ndtr(-away))


@dataclass(frozen=True, eq=False)
class Advice:
    """Each (P,): the units to order today, what a unit costs then, and the euros gained against next week."""

    units: Floats
    unit_cost: Floats
    gain: Floats


def demand_ahead(truth: Truth, outlook: Outlook) -> CumulativeDemand:
    """Mean by the equations; spread by the law of each day's luck, offers at any time, and shocks yet to come."""
    daily = np.repeat(outlook.use / WEEK, WEEK, axis=0).T
    mean = daily.cumsum(axis=1)
    days = np.arange(1, daily.shape[1] + 1)
    over = 1 / truth.dispersion[:, None]
    online = np.repeat((outlook.online / WEEK) ** 2, WEEK, axis=0).sum(axis=2).T.cumsum(axis=1) * over
    stands = np.repeat((outlook.stands / WEEK) ** 2, WEEK, axis=0).sum(axis=2).T.cumsum(axis=1) * over
    chance = np.minimum(days * _DEALS_A_DAY, 0.5)
    deals = chance * (1 - chance) * outlook.deal_extra[:, None] ** 2
    shocks = mean**2 * SHOCK_VARIANCE_A_DAY * days / 3
    return CumulativeDemand(mean, np.sqrt(mean + online + stands + deals + shocks))


@cache
def _arrives(mean_days: int, spread: float) -> Floats:
    """The chance that an order comes on each of the days from now: a gamma law, and the operator before it."""
    days, shape = np.arange(WEEKS_AHEAD * WEEK - REVIEW_DAYS), 1 / spread**2
    ends = gammainc(shape, (days + 0.5) * shape / mean_days)
    ends[:2] = 0.0  # nothing comes in less than two days
    chance = np.diff(ends, prepend=0.0)
    chance[-1] += 1 - chance.sum()
    delayed = np.zeros_like(chance)
    for late, share in DELAYS_DAYS.items():
        for again, how_often in ((0, 1 - REFUSES), (REVIEW_DAYS, REFUSES)):
            delayed[late + again :] += share * how_often * chance[: chance.size - late - again]
    return delayed / delayed.sum()


def arrival(truth: Truth) -> Floats:
    """(P, T) the chance by day that what is ordered today comes then."""
    laws = [
        _arrives(supplier.lead_time_days, float(truth.lead_time_spread[at])) for at, supplier in enumerate(SUPPLIERS)
    ]
    return np.array(laws)[truth.supplier]


def advise(world: World, price: Floats) -> Advice:
    """Order what loses more by waiting a week than a week's storage of it costs.

    What waiting loses is what is wanted between the days on which the two orders would come and not there: the
    expected shortage of what is on hand and under way, over the law of lead times.
    """
    truth, outlook = world.truth, expected_weeks(world, price, WEEKS_AHEAD)
    demand, comes = demand_ahead(truth, outlook), arrival(world.truth)
    position = (world.warehouse.on_hand + world.suppliers.under_way()).astype(np.float64)
    margin = margin_a_unit(world, price, outlook)
    short = demand.short(position)
    ahead = comes.shape[1]
    saved = (comes * (short[:, REVIEW_DAYS : REVIEW_DAYS + ahead] - short[:, :ahead])).sum(axis=1)
    units, cost = quantities(world, outlook, position, margin, comes)
    gain = np.minimum(saved, units) * margin - units * cost * STORAGE_A_WEEK
    return Advice(np.where((gain > 0) & (margin > 0), units, 0.0), cost, gain)


def margin_a_unit(world: World, price: Floats, outlook: Outlook) -> Floats:
    """(P,) euros that a unit more earns: what is kept of it where it is sold, less its cost."""
    kept = price * world.truth.kept_share
    units = np.column_stack([outlook.online[0], outlook.dealers[0], outlook.stands[0].sum(axis=1)])
    return (units * kept).sum(axis=1) / units.sum(axis=1) - world.unit_cost


def quantities(
    world: World, outlook: Outlook, position: Floats, margin: Floats, comes: Floats
) -> tuple[Floats, Floats]:
    """(P,) the units of least cost a unit, and that of a unit: goods at the price break reached, storage, and shortage.

    All-units price breaks as in Hadley & Whitin 1963, chapter 2: each quantity is tried, from the supplier's minimum to
    half a year's use. A cycle's shortage is paid once an order, so that larger orders pay it less often. Nothing is
    ordered that would not sell within its shelf life.
    """
    weekly = np.maximum(outlook.use[:8].mean(axis=0), 0.1)
    units, cost = np.zeros(weekly.size), np.zeros(weekly.size)
    for p, product in enumerate(PRODUCTS):
        minimum = SUPPLIERS[int(world.truth.supplier[p])].minimum_units
        weeks = np.arange(1.0, _LONGEST_WEEKS + 0.5, 0.5)
        tried = np.unique(np.maximum(np.ceil(weekly[p] * weeks), minimum))
        tried = np.unique([*tried, *(times * minimum for times, _ in PRICE_BREAKS)])
        in_time = product.shelf_life_days * _SELLS_IN_TIME / WEEK * weekly[p]
        lead = float((comes[p] * np.arange(comes.shape[1])).sum()) / WEEK * weekly[p]
        allowed = tried[(tried <= in_time) & (position[p] + tried - lead <= in_time)]
        if not allowed.size:
            continue
        asked = np.array([broken_price(float(world.unit_cost[p]), int(quantity), minimum) for quantity in allowed])
        shortage = STORAGE_A_WEEK * weekly[p] * max(float(margin[p]), 0.0)
        each = asked * (1 + STORAGE_A_WEEK * allowed / weekly[p] / 2) + shortage / allowed
        best = int(np.argmin(each))
        units[p], cost[p] = allowed[best], asked[best]
    return units, cost


def order_bids(world: World, price: Floats) -> Iterator[Bid]:
    """An order a supplier, of all its products that are due: what the Inventory Forecaster's kind may ask for."""
    advice = advise(world, price)
    for at, supplier in enumerate(SUPPLIERS):
        due = np.flatnonzero((advice.units > 0) & (world.truth.supplier == at))
        if due.size:
            lines = tuple(
                PurchaseLine(
                    sku=SKUS[p], quantity=int(advice.units[p]), unit_cost_minor=round(advice.unit_cost[p] * 100)
                )
                for p in due
            )
            action = PurchaseOrderCreate(supplier=supplier.code, lines=lines, currency=CURRENCY)
            horizon = round(supplier.lead_time_days * (1 + 2 * world.truth.lead_time_spread[at]))
            yield Bid(action, float(advice.gain[due].sum()), horizon, "oracle", FORECASTER)
