"""Simulated customers whose buying and spending are known."""

from dataclasses import dataclass

import numpy as np

from analytics.customers.order_value import GammaGamma
from analytics.customers.purchases import CustomerBase, Purchases
from analytics.customers.repeat_buying import BgNbd

TRUE_BUYING = BgNbd(r=0.6, alpha=5.0, a=0.8, b=2.5)
TRUE_SPENDING = GammaGamma(p=5.0, q=4.0, gamma=30.0)


@dataclass(frozen=True)
class World:
    """A base as it stands at `now`, and what its customers bought and spent in the `horizon` after."""

    base: CustomerBase
    later: np.ndarray
    later_spend: np.ndarray


def world(
    seed: int, customers: int, *, model: BgNbd = TRUE_BUYING, orders: GammaGamma = TRUE_SPENDING, horizon: float = 26
) -> World:
    """Customers who came at some time in the last 20 to 52 weeks."""
    random = np.random.default_rng(seed)
    age = random.uniform(20, 52, customers)
    rate, leaving = random.gamma(model.r, 1 / model.alpha, customers), random.beta(model.a, model.b, customers)
    order_rate = random.gamma(orders.q, 1 / orders.gamma, customers)
    time, last, alive = np.zeros(customers), np.zeros(customers), np.ones(customers, dtype=bool)
    counts, sums = np.zeros((2, customers)), np.zeros((2, customers))
    while alive.any():
        time += random.exponential(1, customers) / rate
        alive &= time < age + horizon
        after = (time > age).astype(int)
        amount = random.gamma(orders.p, 1 / order_rate)
        np.add.at(counts, (after, np.arange(customers)), alive)
        np.add.at(sums, (after, np.arange(customers)), amount * alive)
        last = np.where(alive & (after == 0), time, last)
        alive &= random.random(customers) >= leaving
    mean = sums[0] / np.maximum(counts[0], 1)
    return World(CustomerBase(np.arange(customers), counts[0], last, age, mean), counts[1], sums[1])


def base_of(*rows: tuple[float, float, float, float]) -> CustomerBase:
    """A base of customers given as repeats, last, age and mean value."""
    repeats, last, age, mean = np.array(rows, dtype=float).reshape(-1, 4).T
    return CustomerBase(np.arange(len(rows)), repeats, last, age, mean)


def bought(*rows: tuple[int, int, float]) -> Purchases:
    """Purchases given as customer, day and amount."""
    customer, day, amount = np.array(rows, dtype=float).reshape(-1, 3).T
    return Purchases(customer, day, amount)  # type: ignore[arg-type]
