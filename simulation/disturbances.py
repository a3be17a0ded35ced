"""The effects of the scenarios under way on the world on a day, as the arrays that its equations take."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from simulation.catalog import (
    AFFILIATE_CODES,
    CHANNELS,
    COMPETITORS,
    DEALER_COUNT,
    PRODUCTS,
    REP_CODES,
    REP_COUNT,
    SUPPLIERS,
)
from simulation.draws import Floats
from simulation.scenario import (
    CompetitorPrices,
    DemandShift,
    Fraud,
    OverpromisingRep,
    Schedule,
    SupplierDelay,
    UnitCost,
)

AFFILIATE_SHARE = 0.12
"""The part of the shop's orders that affiliates bring."""
_RANK = (np.arange(len(AFFILIATE_CODES)) * 17 + 8) % len(AFFILIATE_CODES)
AFFILIATE_SHARES = AFFILIATE_SHARE / (1 + _RANK) / (1 / (1 + _RANK)).sum()
"""(A,) each one's part: a few bring most of it, as the n-th largest an n-th of what the largest does (Zipf's law)."""
_MOST_FRAUD = 0.9
_LEAST_FACTOR, _MOST_FACTOR = 0.05, 20.0
"""What several scenarios together can make of demand, costs or rivals' prices at the most."""
_ALL = "all"
_SUPPLIERS = [supplier.code for supplier in SUPPLIERS]
_SUPPLIER_OF = [product.supplier for product in PRODUCTS]
_CATEGORY_OF = [product.category for product in PRODUCTS]


@dataclass(frozen=True, eq=False)
class Disturbances:
    """Neutral unless a scenario says otherwise. Percent as shares; delays in days.

    `surge` (P, C) multiplies demand, `rivals` (P, R) adds to log prices, `unit_cost` (P,) multiplies costs, `delay`
    and `held_up` (suppliers,) what is ordered now and what is under way; `fraud` (A,) by affiliate and
    `charged_back` are shares of the shop's orders, `inflated` and `sent_back` (D,) of each dealer's.
    """

    surge: Floats
    rivals: Floats
    unit_cost: Floats
    delay: Floats
    held_up: Floats
    fraud: Floats
    charged_back: float
    inflated: Floats
    sent_back: Floats


def disturbances(schedule: Schedule, day: int, allowed: Floats | None = None) -> Disturbances:
    """`day` counts from the start of the run; before it nothing is disturbed. `allowed` (A,) is 0 for affiliates that
    the brand has shut out: they bring no fraud any more."""
    surge, rivals = np.ones((len(PRODUCTS), len(CHANNELS))), np.zeros((len(PRODUCTS), len(COMPETITORS)))
    unit_cost, delay, held_up = np.ones(len(PRODUCTS)), np.zeros(len(SUPPLIERS)), np.zeros(len(SUPPLIERS))
    inflated, sent_back = np.zeros(DEALER_COUNT), np.zeros(DEALER_COUNT)
    for demand in schedule.active(DemandShift, day):
        rows = _chosen(demand.category, _CATEGORY_OF) & _chosen(demand.sku, [product.sku for product in PRODUCTS])
        surge[np.ix_(rows, _chosen(demand.channel, CHANNELS))] *= 1 + demand.change_percent / 100
    for prices in schedule.active(CompetitorPrices, day):
        cells = np.ix_(_chosen(prices.category, _CATEGORY_OF), _chosen(prices.competitor, COMPETITORS))
        rivals[cells] += np.log1p(prices.change_percent / 100)
    for cost in schedule.active(UnitCost, day):
        rows = _chosen(cost.category, _CATEGORY_OF) & _chosen(cost.supplier, _SUPPLIER_OF)
        unit_cost[rows] *= 1 + cost.change_percent / 100
    for late in schedule.active(SupplierDelay, day):
        delay[_chosen(late.supplier, _SUPPLIERS)] += late.extra_days
    for late in schedule.started(SupplierDelay, day):
        held_up[_chosen(late.supplier, _SUPPLIERS)] += late.extra_days
    for rep in schedule.active(OverpromisingRep, day):
        theirs = _chosen(rep.rep, REP_CODES)[np.arange(DEALER_COUNT) % REP_COUNT]
        inflated[theirs] += rep.inflate_percent / 100
        sent_back[theirs] = np.maximum(sent_back[theirs], rep.return_percent / 100)
    surge, unit_cost = (np.clip(factor, _LEAST_FACTOR, _MOST_FACTOR) for factor in (surge, unit_cost))
    rivals = np.clip(rivals, np.log(_LEAST_FACTOR), np.log(_MOST_FACTOR))
    inflated = np.minimum(inflated, _MOST_FACTOR)
    fraud, charged_back = _fraud(
        schedule.active(Fraud, day), np.ones(len(AFFILIATE_CODES)) if allowed is None else allowed
    )
    return Disturbances(surge, rivals, unit_cost, delay, held_up, fraud, charged_back, inflated, sent_back)


def _fraud(events: Iterable[Fraud], allowed: Floats) -> tuple[Floats, float]:
    share, charged_back = np.zeros(len(AFFILIATE_CODES)), 0.0
    for event in events:
        part = _chosen(event.affiliate, AFFILIATE_CODES) * event.share_percent / 100 * AFFILIATE_SHARES * allowed
        share += part
        charged_back += float(part.sum()) * event.chargeback_percent / 100
    most = float(share.sum())
    return share * min(1.0, _MOST_FRAUD / most) if most else share, min(charged_back, _MOST_FRAUD)


def _chosen(code: str, codes: Iterable[str]) -> np.ndarray:
    return np.array([code in (_ALL, candidate) for candidate in codes])
