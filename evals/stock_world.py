"""A seeded shop of many items whose demand and lead times are known in truth, and what a policy costs there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.pricing.panel import Codes, Floats
from analytics.stock.order_quantity import PriceTier, SupplyTerms

REVIEW_DAYS, WARM_DAYS, YEARS = 7, 182, 2
DAYS = WARM_DAYS + YEARS * 364
HOLDING_RATE = 0.25
LONGEST_DAYS = 250
BREAKS = ((1, 0.0), (3, 0.03), (6, 0.06))
"""From so many times the minimum on, so much off every unit."""


@dataclass(frozen=True, eq=False)
class Items:
    """The truth of n items, each (n,): demand a day, lead time, the supplier's terms, money in minor units."""

    rate: Floats
    variance: Floats
    lead_days: Floats
    lead_sd: Floats
    promised_days: Floats
    unit_cost: Floats
    revenue: Floats
    order_cost: Floats
    minimum: Codes
    pack: Codes

    def __len__(self) -> int:
        return len(self.rate)

    def part(self, rows: Codes) -> "Items":
        """Some of the items, or some of them again and again."""
        return Items(**{name: column[rows] for name, column in vars(self).items()})

    def supply(self, item: int) -> SupplyTerms:
        """One item's supplier terms."""
        base, minimum = float(self.unit_cost[item]), int(self.minimum[item])
        tiers = tuple(PriceTier(times * minimum if off else 1, base * (1 - off)) for times, off in BREAKS)
        return SupplyTerms(tiers, float(self.order_cost[item]), minimum, int(self.pack[item]))

    def overpaid(self, units: Codes) -> Floats:
        """The cost of orders (n,) beyond the best price break, in minor units."""
        off = np.zeros(len(self))
        for times, share in BREAKS:
            off = np.where(units >= times * self.minimum, share, off)
        return (BREAKS[-1][1] - off) * self.unit_cost * units

    def rounded(self, wanted: Floats) -> Codes:
        """Orders (n,) raised to the minimum and to whole packs."""
        return (np.ceil(np.maximum(wanted, self.minimum) / self.pack) * self.pack).astype(np.int64)


def draw_items(count: int, seed: int) -> Items:
    """Items as a small brand has them: slow and fast, cheap and dear, with minimums of up to six weeks of sales."""
    rng = np.random.default_rng([seed, 1])
    rate = np.exp(rng.uniform(np.log(0.15), np.log(12), count))
    lead = rng.uniform(7, 60, count)
    cost = np.exp(rng.uniform(np.log(200), np.log(4_000), count))
    return Items(
        rate=rate,
        variance=rate * (1.05 + rng.exponential(1.0, count)),
        lead_days=lead,
        lead_sd=lead * rng.uniform(0.1, 0.4, count),
        promised_days=np.round(lead * rng.uniform(0.75, 1.1, count)),
        unit_cost=cost,
        revenue=cost * rng.uniform(1.4, 3.0, count),
        order_cost=rng.uniform(1_000, 8_000, count),
        minimum=np.maximum(1, np.round(rate * rng.uniform(1, 42, count))).astype(np.int64),
        pack=rng.choice([1, 1, 6, 12], count),
    )


@dataclass(frozen=True, eq=False)
class Luck:
    """Demand (days, n) and the days that an order placed on a day would take (days, n)."""

    demand: Codes
    lead_days: Codes


def draw_luck(items: Items, days: int, seed: int) -> Luck:
    """Negative binomial demand, gamma lead times."""
    rng = np.random.default_rng([seed, 2])
    shape = items.rate**2 / (items.variance - items.rate)
    demand = rng.poisson(rng.gamma(shape, items.rate / shape, (days, len(items))))
    lead_shape = (items.lead_days / items.lead_sd) ** 2
    lead = rng.gamma(lead_shape, items.lead_days / lead_shape, (days, len(items)))
    return Luck(demand, np.clip(np.round(lead), 1, LONGEST_DAYS - 1).astype(np.int64))


@dataclass(eq=False)
class StockRecords:
    """The sales and stock seen so far, and the costs of the measured years, each (n,) or (days, n).

    `deliveries` are the day ordered and the days taken, for each item, also of those still under way.
    """

    sold: Codes
    closing: Codes
    deliveries: list[list[tuple[int, int]]]
    holding: Floats
    lost: Floats
    ordering: Floats
    overpaid: Floats
    asked: Floats
    unserved: Floats
    cycles: Floats
    short_cycles: Floats
    orders: Floats
    short_now: Floats

    @property
    def cost(self) -> Floats:
        """Holding, lost margin, ordering, and discounts forgone on what was sold, in minor units."""
        return self.holding + self.lost + self.ordering + self.overpaid


Policy = Callable[[int, Codes, StockRecords], Codes]
"""From the day, the inventory position (n,) and the books: units to order (n,), 0 for none."""


def run(items: Items, luck: Luck, policy: Policy, keep: bool = True) -> StockRecords:
    """Two years after a warm-up; what is asked for and not there is lost. `keep` keeps daily sales for the policy."""
    count, days = len(items), len(luck.demand)
    on_hand = np.ceil(items.rate * (items.lead_days + 30)).astype(np.int64)
    under_way = np.zeros(count, dtype=np.int64)
    arriving = np.zeros((LONGEST_DAYS, count), dtype=np.int32)
    forgone = items.overpaid(on_hand)
    kept = (days, count) if keep else (0, count)
    zeros = [np.zeros(count) for _ in range(10)]
    empty = np.zeros(kept, dtype=np.int64)
    books = StockRecords(empty, empty.copy(), [[] for _ in range(count)], *zeros)
    for day in range(days):
        here = arriving[day % LONGEST_DAYS].astype(np.int64)
        measured = day >= WARM_DAYS
        if here.any():
            arrived = here > 0
            books.cycles += measured * arrived
            books.short_cycles += measured * (arrived & (books.short_now > 0))
            books.short_now = np.where(arrived, 0.0, books.short_now)
        on_hand, under_way = on_hand + here, under_way - here
        arriving[day % LONGEST_DAYS] = 0
        if day % REVIEW_DAYS == 0:
            ordered = policy(day, on_hand + under_way, books)
            rows = np.flatnonzero(ordered)
            arriving[(day + luck.lead_days[day, rows]) % LONGEST_DAYS, rows] += ordered[rows].astype(np.int32)
            under_way += ordered
            if keep:
                for row in rows:
                    books.deliveries[row].append((day, int(luck.lead_days[day, row])))
            books.orders += measured * (ordered > 0)
            books.ordering += measured * (ordered > 0) * items.order_cost
            forgone += items.overpaid(ordered)
        sold = np.minimum(luck.demand[day], on_hand)
        share = forgone * sold / np.maximum(on_hand + under_way, 1)
        forgone -= share
        short = luck.demand[day] - sold
        on_hand = on_hand - sold
        books.short_now = books.short_now + short
        if keep:
            books.sold[day], books.closing[day] = sold, on_hand
        if measured:
            books.holding += on_hand * items.unit_cost * HOLDING_RATE / 365
            books.lost += short * (items.revenue - items.unit_cost)
            books.overpaid += share
            books.asked += luck.demand[day]
            books.unserved += short
    return books
