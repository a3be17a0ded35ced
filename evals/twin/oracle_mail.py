"""The oracle's messages: which customers are worth writing to, by their true rates, moods and readiness to leave."""

from dataclasses import dataclass

import numpy as np

from simulation.catalog import SHOP
from simulation.customers import Customers
from simulation.draws import Floats
from simulation.outlook import expected_weeks
from simulation.takings import MAIL_EUROS
from simulation.truth import Truth
from simulation.world import WEEK, World

READ_DAYS = 7
"""On the day of the mail and the six after it people buy more."""
CALMED_A_DAY = 0.97
"""What is left of being tired of mails, a day later."""
UNITS_AN_ORDER = 1.9


@dataclass(frozen=True, eq=False)
class People:
    """Who could be written to, each (N,): how often one wants to buy against the others, how tired one is of mails,
    and the chance to leave after a purchase."""

    rate: Floats
    fatigue: Floats
    leaves_after: Floats


@dataclass(frozen=True)
class MailTerms:
    """Euros a mail costs; by rate 1 a day: orders, and euros earned. Who leaves is missed for `days_ahead` days."""

    cost: float
    orders_a_day: float
    earned_a_day: float
    days_ahead: int


def audience(truth: Truth, people: People, terms: MailTerms) -> tuple[np.ndarray, Floats]:
    """Whom to write to (indices), and the expected euros (N,) that a mail to each brings.

    It brings what is bought beyond the usual while the mail is fresh, less of it the more tired one is. It costs the
    mail, and what those who leave over it would still have bought before they left by themselves.
    """
    gain = bought_more(truth, people, terms) - lost_for_good(truth, people, terms) - terms.cost
    return np.flatnonzero(gain > 0), gain


def bought_more(truth: Truth, people: People, terms: MailTerms) -> Floats:
    """(N,) euros: rate times the lift of each day, while being tired of it, of this mail too, wears off."""
    tired = (people.fatigue + truth.mail_fatigue)[:, None] * CALMED_A_DAY ** np.arange(READ_DAYS)
    days = np.maximum(1 - tired, 0.0).sum(axis=1)
    stays = 1 - chance_to_leave(truth, people.fatigue)
    return stays * people.rate * terms.earned_a_day * truth.mail_lift * days


def lost_for_good(truth: Truth, people: People, terms: MailTerms) -> Floats:
    """(N,) euros: the chance to leave over the mail, times what one would have bought in the days ahead.

    Customers leave by themselves too, at the rate of their orders times the chance to leave after one.
    """
    leaving = people.rate * terms.orders_a_day * people.leaves_after
    days = np.where(leaving > 0, -np.expm1(-leaving * terms.days_ahead) / np.maximum(leaving, 1e-12), terms.days_ahead)
    return chance_to_leave(truth, people.fatigue) * people.rate * terms.earned_a_day * days


def chance_to_leave(truth: Truth, fatigue: Floats) -> Floats:
    """(N,) the chance that one who is so tired of mails leaves over one more."""
    return truth.mail_leave * (1 + 6 * fatigue**2)


def people_of(customers: Customers) -> tuple[np.ndarray, People]:
    """The customers who are still there (indices), and what is true of each."""
    here = np.flatnonzero(customers.alive)
    return here, People(customers.rate[here], customers.fatigue[here], customers._leaves_after[here])


def terms_of(world: World, days_ahead: int) -> MailTerms:
    """By the equations, at today's prices: what the shop sells in a week is shared among its customers by rate."""
    price, week = world.list_price / 100, expected_weeks(world, world.list_price / 100, 1)
    units = week.online[0][:, SHOP]
    earned = float((units * (price[:, SHOP] * world.truth.kept_share[SHOP] - world.unit_cost)).sum())
    customers = world.customers
    rates = float((customers.rate * customers.alive).sum())
    return MailTerms(MAIL_EUROS, float(units.sum()) / UNITS_AN_ORDER / rates / WEEK, earned / rates / WEEK, days_ahead)
