"""The oracle's advertising: the split of the budgets that earns most by the true response, the total as it is."""

from dataclasses import dataclass

import numpy as np

from simulation.catalog import DEALERS, MARKET_A, MARKET_B, SHOP, STANDS
from simulation.draws import Floats
from simulation.outlook import expected_weeks
from simulation.practice import STANDING_BUDGETS
from simulation.truth import Truth
from simulation.world import WEEK, World

_PARTS = 200
"""The total is split to a half percent: every split is looked at, so that what is found is the best of all."""
_REACHED = ((SHOP,), (MARKET_A, MARKET_B), (STANDS,))


@dataclass(frozen=True, eq=False)
class Response:
    """The campaigns' response: gross profit a week (3,) of shop, marketplaces and stands as if nobody advertised.

    The profit of goods sold only: that advertised shops find new customers, who come back, is left out.
    """

    truth: Truth
    unadvertised: Floats

    def profit(self, budgets: Floats) -> Floats:
        """(...,) euros a week, less what is spent, once budgets (..., K) have stood for some weeks."""
        return (self.unadvertised * lift(self.truth, budgets)).sum(axis=-1) - budgets.sum(axis=-1)


def lift(truth: Truth, budgets: Floats) -> Floats:
    """(..., 3) by how much budgets (..., K) in euros a week multiply demand of shop, marketplaces and stands."""
    stock = budgets / WEEK / (1 - truth.adstock)
    each = 1 + truth.ad_effect * stock / (stock + truth.ad_half)
    search, social, sponsored = np.moveaxis(each, -1, 0)
    return np.stack([search * social**0.5, sponsored, social**0.5], axis=-1)


def standing(world: World) -> Floats:
    """(K,) euros a week that are spent now, the agency's whims left out."""
    return STANDING_BUDGETS if world.budgets is None else world.budgets


def response(world: World) -> Response:
    """By the equations, at today's prices and from where things stand."""
    price, week = world.list_price / 100, expected_weeks(world, world.list_price / 100, 1)
    earned = price * world.truth.kept_share - world.unit_cost[:, None]
    units = np.zeros_like(price)
    units[:, :DEALERS], units[:, STANDS] = week.online[0], week.stands[0].sum(axis=1)
    profit = (units * earned).sum(axis=0)
    reached = np.array([sum(profit[channel] for channel in channels) for channels in _REACHED])
    return Response(world.truth, reached / lift(world.truth, standing(world)))


def best_budgets(world: World) -> Floats:
    """(K,) euros a week: the best split of what is spent now."""
    return best_split(response(world), float(standing(world).sum()))


def best_split(campaigns: Response, total: float) -> Floats:
    """(K,) the split of a total that earns most, by looking at all of them."""
    parts = np.arange(_PARTS + 1)
    first, second = (axis.ravel() for axis in np.meshgrid(parts, parts, indexing="ij"))
    shares = np.column_stack([first, second, _PARTS - first - second])[first + second <= _PARTS] / _PARTS
    return shares[np.argmax(campaigns.profit(shares * total))] * total


def gain(world: World, budgets: Floats) -> float:
    """Euros a week that budgets (K,) are worth against those that stand."""
    campaigns = response(world)
    return float(campaigns.profit(budgets) - campaigns.profit(standing(world)))


def a_step(now: Floats, wanted: Floats, most: float) -> tuple[int, int, float]:
    """The shift towards what is wanted: from which campaign, to which, and how many euros, no more than `most`.

    From where most is too much to where most is missing; no euros where nothing is to be moved.
    """
    missing = wanted - now
    giver, taker = int(np.argmin(missing)), int(np.argmax(missing))
    return giver, taker, max(min(-float(missing[giver]), float(missing[taker]), most), 0.0)
