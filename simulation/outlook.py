"""The coming weeks as the world's own equations expect them from where things stand today, without luck to come."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from simulation import practice
from simulation.catalog import PRODUCTS, SHOP, STAND_COUNT, STANDS
from simulation.demand import ONLINE_WEEK, STAND_WEEK, Market, dealer_demand, online_demand, stand_demand
from simulation.draws import Floats
from simulation.world import WEEK, World

SHOCK_KEPT, SHOCK_VARIANCE_A_DAY = 0.985, 0.017**2 + 0.012**2
"""Of the shocks that move all of a product's demand: how much of one is left a day later, and what a day adds."""
_WEDNESDAY = 2
_RESTOCKED = 0.8
_DEAL_SHARE = 10 / 91


@dataclass(frozen=True, eq=False)
class Outlook:
    """Expected units of each of W weeks from today, were everything in stock and no price changed.

    `online` (W, P, 3) with offers and without what comes back, `stands` (W, P, S), `dealers` (W, P).
    `deal_extra` (P,) units that an offer of ten days sells beyond the usual, net of what it pulls forward.
    """

    online: Floats
    stands: Floats
    dealers: Floats
    deal_extra: Floats

    @property
    def use(self) -> Floats:
        """(W, P) units that the warehouse is asked for."""
        return self.online.sum(axis=2) + self.stands.sum(axis=2) + self.dealers


def mood(world: World) -> Floats:
    """(P,) how far demand runs above the usual today, as a logarithm: what has happened, not what will."""
    return world._shock + world._common_shock


def expected_weeks(world: World, price: Floats, weeks: int) -> Outlook:
    """The weeks to come at a list (P, C) in euros, scenarios left out. Offers come at any time with the same chance."""
    truth, shock = world.truth, mood(world)
    online, stands, dealers = [], [], []
    deal = truth.deal_lift[:, None] * np.exp(truth.elasticity[:, :3] * np.log(1 - practice.DEAL_OFF))
    extra = (deal - 1).clip(0) * (1 - truth.pull_forward[:, None])
    back = truth.return_share * _RESTOCKED
    for week in range(weeks):
        market = _market(world, price, world.today + timedelta(days=week * WEEK), shock, week)
        base = online_demand(truth, market) / ONLINE_WEEK[_WEDNESDAY] * WEEK
        online.append(base * (1 + _DEAL_SHARE * extra) * (1 - back))
        stands.append(stand_demand(truth, market) / STAND_WEEK[_WEDNESDAY] * WEEK)
        dealers.append(dealer_demand(truth, market, price[:, 3], price[:, SHOP]).sum(axis=1) * WEEK)
    usual = online[0] / (1 + _DEAL_SHARE * extra) / WEEK
    return Outlook(np.array(online), np.array(stands), np.array(dealers), (usual * extra * 10).sum(axis=1))


def _market(world: World, price: Floats, monday: date, shock: Floats, week: int) -> Market:
    """The Wednesday of that week: it stands for all days once its own place in the week is taken out."""
    truth, logs = world.truth, np.log(price / world.truth.base_price)
    day = monday + timedelta(days=(_WEDNESDAY - monday.weekday()) % WEEK)
    budgets = practice.STANDING_BUDGETS if world.budgets is None else world.budgets
    adstock = budgets / WEEK / (1 - truth.adstock)
    lift = 1 + truth.ad_effect * adstock / (adstock + truth.ad_half)
    return Market(
        day=day,
        years=(world.day + week * WEEK + _WEDNESDAY) / 365.25,
        list_price=logs,
        online_price=logs[:, :3],
        stand_price=np.repeat(logs[:, STANDS][:, None], STAND_COUNT, axis=1),
        competitor=world.rivals.own.mean(axis=1),
        shock=shock * SHOCK_KEPT ** (week * WEEK + WEEK / 2),
        promoted=np.zeros((len(PRODUCTS), 3), dtype=bool),
        stand_promoted=np.zeros((len(PRODUCTS), STAND_COUNT), dtype=bool),
        advertising=np.array([lift[0] * lift[1] ** 0.5, lift[2], lift[1] ** 0.5]),
        customers=world.customers.activity(world.day),
        surge=np.ones(logs.shape),
    )
