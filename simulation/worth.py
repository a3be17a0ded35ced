"""Net worth: what the brand is worth at the end, by a rule that starving the stock or deferring bills cannot game."""

from dataclasses import dataclass

import numpy as np

from simulation.practice import StandingRule
from simulation.world import WEEK, World

RUN_OUT_DAYS = 91
"""A quarter under the brand's standing practice, lived through before worth is taken, to the end of its last week."""
LONGEST_RUN_OUT_DAYS = RUN_OUT_DAYS + WEEK - 1


@dataclass(frozen=True)
class NetWorth:
    """Euros: cash, receivables less payables, and stock at the lower of cost and what will sell before it expires."""

    cash: float
    receivables: float
    payables: float
    stock: float

    @property
    def total_minor(self) -> int:
        """In cents."""
        return round((self.cash + self.receivables - self.payables + self.stock) * 100)


def net_worth(world: World) -> NetWorth:
    """The brand's worth at the end of the last day lived. Receivables leave out those that never pay."""
    books = world.books.position()
    pace = world.weekly_units[-8:].mean(axis=0) / WEEK
    sellable = world.warehouse.sellable(world.day, pace) + world.stand_stock.sum(axis=1)
    lowest_net_price = (world.list_price / 100 * world.truth.kept_share).min(axis=1)
    value = sellable * np.minimum(np.minimum(world.paid_cost, world.unit_cost), lowest_net_price)
    return NetWorth(float(books.cash), books.receivables, books.payables, float(value.sum()))


def run_out(world: World) -> None:
    """Live through a quarter under the standing practice: nobody prices, mails or budgets any more.

    And to the end of its last week, when wages, advertising and commissions of all that was lived are paid.
    """
    world.standing_rule = StandingRule()
    world.budgets = None
    for _ in range(RUN_OUT_DAYS):
        world.step()
    while world.day % WEEK:
        world.step()
