"""A market at reference prices in which nothing happens, to move one thing at a time in."""

from datetime import date

import numpy as np

from simulation.catalog import CHANNELS, PRODUCTS, STAND_COUNT
from simulation.demand import Market

A_DAY = date(2024, 3, 6)


def a_market() -> Market:
    """Use `dataclasses.replace` on it."""
    count = len(PRODUCTS)
    return Market(
        day=A_DAY,
        years=0.0,
        list_price=np.zeros((count, len(CHANNELS))),
        online_price=np.zeros((count, 3)),
        stand_price=np.zeros((count, STAND_COUNT)),
        competitor=np.zeros(count),
        shock=np.zeros(count),
        promoted=np.zeros((count, 3), dtype=bool),
        stand_promoted=np.zeros((count, STAND_COUNT), dtype=bool),
        advertising=np.ones(3),
        customers=1.0,
        surge=np.ones((count, len(CHANNELS))),
    )
