"""Demand restated for stockouts."""

import numpy as np
from numpy.typing import ArrayLike

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers

LEAST_AVAILABILITY = 0.25


def unconstrained_demand(units: ArrayLike, availability: ArrayLike) -> Floats:
    """Demand (T,) behind sales `units` (T,), with stock on hand for a share `availability` (T,), 0..1, of each period.

    Where customers come at an even pace and sales lost are lost, E(units) = availability x demand, so that demand is
    units / availability: Wecker 1978 on stock-outs that bias forecasts, Nahmias 1994 on sales cut off by stock. It
    errs upwards by less than 1 / availability units where the last unit's sale ended the stock (Haldane 1945). Under
    a quarter of a period is too little: NaN, missing, which `forecast` takes. Missing sales stay missing.
    Raises InvalidNumbers on negative units, shares outside 0..1, or unequal lengths.
    """
    sold, in_stock = np.asarray(units, dtype=float), np.asarray(availability, dtype=float)
    if sold.ndim != 1 or sold.shape != in_stock.shape:
        raise InvalidNumbers(f"{sold.size} periods of units and {in_stock.size} of availability do not match.")
    if np.isinf(sold).any() or (sold < 0).any():
        raise InvalidNumbers("Units sold must be finite and not negative.")
    if not ((in_stock >= 0) & (in_stock <= 1)).all():
        raise InvalidNumbers("Availability is a share of the period, from 0 to 1.")
    return np.where(in_stock >= LEAST_AVAILABILITY, sold / np.maximum(in_stock, LEAST_AVAILABILITY), np.nan)
