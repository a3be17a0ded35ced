"""Simulated sales whose true elasticity is known."""

import numpy as np

from analytics.pricing.panel import SalesPanel


def lasting(random: np.random.Generator, periods: int, size: float, carry: float = 0.6) -> np.ndarray:
    """A shock (periods,) that fades slowly."""
    shock = np.zeros(periods)
    for period in range(1, periods):
        shock[period] = carry * shock[period - 1] + size * random.normal()
    return shock


def endogenous(
    seed: int, truth: float = -2.0, locations: int = 15, periods: int = 60, answer: float = 0.15, local: float = 0.05
) -> SalesPanel:
    """Prices are cut when demand is high, everywhere, with a deal; locations also price apart by chance, by `local`."""
    random = np.random.default_rng(seed)
    period, location = (a.ravel() for a in np.meshgrid(np.arange(periods), np.arange(locations), indexing="ij"))
    shock = lasting(random, periods, 0.3)
    deal = (shock > 0.3).astype(float)
    log_price = 1 - (answer * shock + 0.1 * deal)[period] + 0.1 * random.normal(size=locations)[location]
    log_price += local * random.normal(size=len(period))
    demand = 5 + 0.5 * random.normal(size=locations)[location] + (shock + 0.3 * deal)[period]
    log_units = demand + truth * log_price + 0.3 * random.normal(size=len(period))
    units = np.round(np.exp(log_units))
    return SalesPanel(period, location, units, np.exp(log_price), deal[period], np.zeros(len(period)))


def chain_wide(seed: int, *, answer: float = 0.0, locations: int = 8, periods: int = 104) -> SalesPanel:
    """One price for all locations, elasticity -2; by chance when `answer` is 0, else raised after good weeks too."""
    random = np.random.default_rng(seed)
    period, location = (a.ravel() for a in np.meshgrid(np.arange(periods), np.arange(locations), indexing="ij"))
    shock = lasting(random, periods, 0.1, carry=0.8)
    past = np.concatenate([[0.0], shock[:-1]])
    log_price = 1 + 0.15 * random.normal(size=periods) + answer * past
    log_units = 5 + 0.5 * random.normal(size=locations)[location]
    log_units += (shock - 2 * log_price)[period] + 0.2 * random.normal(size=len(period))
    none = np.zeros(len(period))
    return SalesPanel(period, location, np.round(np.exp(log_units)), np.exp(log_price)[period], none, none)
