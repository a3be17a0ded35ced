"""Print what our ordering costs against a tuned weeks-of-cover rule and the best policy that knows the truth.

Run `python -m evals.replenishment [ITEMS] [SEEDS]`. The rule's cover and weeks are tuned on seeds of their own. The
clairvoyant knows each item's true demand and lead time and takes the reorder point and quantity that cost least in a
search by simulation on other luck: near the optimum of its kind, not a bound. All see the same luck.
"""

import itertools
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from analytics.pricing.panel import Codes, Floats
from analytics.stock.lead_time import DemandRate, LeadTime, estimate_lead_time
from analytics.stock.reorder_plan import ReplenishmentPlan, StockedProduct, StockTerms, plan_replenishment
from analytics.stock.replenishment import StockPosition, advise_order
from analytics.stock.service_levels import ServiceTarget
from evals.stock_world import (
    DAYS,
    HOLDING_RATE,
    REVIEW_DAYS,
    Items,
    Luck,
    Policy,
    StockRecords,
    draw_items,
    draw_luck,
    run,
)

_PLAN_EVERY, _LOOK_BACK = 28, 182
_COVERS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.45, 1.6, 1.8, 2.1)
_WEEKS = (1, 2, 4, 6, 8, 12, 16, 24)
_TUNING_SEEDS = (901, 902, 903)
_SEARCH_SEED, _REPEATS = 5_000, 32


@dataclass(frozen=True, eq=False)
class History:
    """Daily demand (days, n) before the start, which all policies have seen."""

    demand: Codes

    def rates(self, day: int, books: StockRecords) -> tuple[Floats, Floats, Floats]:
        """Mean, variance and standard error a day, from the days of the last half year that closed with stock."""
        sold = np.vstack([self.demand, books.sold[:day]])[-_LOOK_BACK:]
        seen = np.vstack([np.ones_like(self.demand), books.closing[:day] > 0])[-_LOOK_BACK:].astype(bool)
        days = np.maximum(seen.sum(axis=0), 2)
        mean = np.where(seen, sold, 0).sum(axis=0) / days
        variance = np.where(seen, (sold - mean) ** 2, 0).sum(axis=0) / (days - 1)
        return mean, variance, np.sqrt(variance / days)


def lead_time_now(items: Items, item: int, day: int, books: StockRecords) -> LeadTime:
    """The lead time as the deliveries that have arrived show it."""
    arrived = [days for ordered, days in books.deliveries[item] if ordered + days <= day]
    return estimate_lead_time(arrived, float(items.promised_days[item]))


def ours(items: Items, history: History | None, service: ServiceTarget) -> Policy:
    """The analytics' advice, planned anew every four weeks; without a history, told the truth once."""
    products: list[StockedProduct] = []
    plans: list[ReplenishmentPlan] = []

    def policy(day: int, position: Codes, books: StockRecords) -> Codes:
        if day % _PLAN_EVERY == 0 and (history is not None or not plans):
            products[:] = _products(items, history, day, books)
            plans[:] = [plan_replenishment(product, service) for product in products]
        ordered = np.zeros(len(items), dtype=np.int64)
        for item in np.flatnonzero(position <= np.array([plan.reorder_point for plan in plans])):
            stock = StockPosition(float(position[item]))
            ordered[item] = advise_order(products[item], stock, service=service, plan=plans[item]).units
        return ordered

    return policy


def _products(items: Items, history: History | None, day: int, books: StockRecords) -> list[StockedProduct]:
    terms = [StockTerms(float(revenue), HOLDING_RATE) for revenue in items.revenue]
    if history is None:
        rates = [DemandRate(float(m), float(v)) for m, v in zip(items.rate, items.variance, strict=True)]
        leads = [LeadTime(float(m), float(s)) for m, s in zip(items.lead_days, items.lead_sd, strict=True)]
    else:
        seen_rates = zip(*history.rates(day, books), strict=True)
        rates = [DemandRate(float(mean), float(variance), float(error)) for mean, variance, error in seen_rates]
        leads = [lead_time_now(items, item, day, books) for item in range(len(items))]
    return [
        StockedProduct(rates[item], leads[item], items.supply(item), terms[item], REVIEW_DAYS)
        for item in range(len(items))
    ]


def weeks_of_cover(items: Items, history: History, cover: Floats, weeks: Floats) -> Policy:
    """Below the use of lead time and a week times `cover` (n,), order `weeks` (n,) beyond it; it forecasts as ours."""
    known: dict[str, Floats] = {}

    def policy(day: int, position: Codes, books: StockRecords) -> Codes:
        if day % _PLAN_EVERY == 0:
            known["weekly"] = 7 * history.rates(day, books)[0]
            leads = [lead_time_now(items, item, day, books).mean_days for item in range(len(items))]
            known["lead_weeks"] = np.array(leads) / 7
        point = known["weekly"] * (known["lead_weeks"] + 1) * cover
        wanted = point + known["weekly"] * weeks - position
        return np.where(position < point, items.rounded(wanted), 0)

    return policy


def levels(items: Items, point: Floats, quantity: Floats) -> Policy:
    """At or below `point` (n,), order up to `quantity` (n,) above it."""
    return lambda _day, position, _books: np.where(
        position <= point, items.rounded(point + quantity - position), 0
    ).astype(np.int64)


def tuned_rule(count: int) -> tuple[float, float]:
    """The cover and weeks of least total cost over the tuning seeds."""
    choices = list(itertools.product(_COVERS, _WEEKS))
    total = np.zeros(len(choices))
    for seed in _TUNING_SEEDS:
        items, luck, history = world(count, seed)
        for place, (cover, weeks) in enumerate(choices):
            every = np.ones(count)
            total[place] += run(items, luck, weeks_of_cover(items, history, every * cover, every * weeks)).cost.sum()
    return choices[int(np.argmin(total))]


def clairvoyant(items: Items) -> tuple[Floats, Floats]:
    """Reorder points and quantities (n,) of least mean cost: a coarse search by simulation, then one round the best."""
    span = items.lead_days + REVIEW_DAYS
    middle, spread = items.rate * span, np.sqrt(items.variance * span + (items.rate * items.lead_sd) ** 2)
    economic = np.sqrt(2 * items.order_cost * items.rate * 365 / (items.unit_cost * HOLDING_RATE))
    usual = np.maximum(np.maximum(economic, items.minimum), items.rate * REVIEW_DAYS)
    best = np.array(
        [_searched(items.part(np.array([i])), i, middle[i], spread[i], usual[i]) for i in range(len(items))]
    )
    return best[:, 0], best[:, 1]


def _searched(item: Items, seed: int, middle: float, spread: float, usual: float) -> tuple[float, float]:
    minimum = float(item.minimum[0])
    starts = [minimum, 3 * minimum, 6 * minimum]
    quantities = sorted({*(usual * np.geomspace(0.4, 4, 10)), *starts, *(1.3 * start for start in starts)})
    coarse = [(middle + z * spread, q) for z in np.linspace(-2.5, 3.0, 12) for q in quantities if q >= minimum]
    point, quantity = _least(item, _SEARCH_SEED + seed, coarse)
    near = {*(quantity * np.linspace(0.8, 1.25, 7)), quantity, *starts}
    fine = [(point + z * spread, q) for z in np.linspace(-0.5, 0.5, 9) for q in near if q >= minimum]
    return _least(item, _SEARCH_SEED + 2_000 + seed, fine)


def _least(item: Items, seed: int, choices: list[tuple[float, float]]) -> tuple[float, float]:
    luck = draw_luck(item.part(np.zeros(_REPEATS, dtype=np.int64)), DAYS, seed)
    again = np.tile(np.arange(_REPEATS), len(choices))
    wide = item.part(np.zeros(len(again), dtype=np.int64))
    point, quantity = (np.repeat([choice[side] for choice in choices], _REPEATS) for side in (0, 1))
    shared = Luck(luck.demand[:, again], luck.lead_days[:, again])
    cost = run(wide, shared, levels(wide, point, quantity), keep=False).cost
    return choices[int(np.argmin(cost.reshape(len(choices), _REPEATS).mean(axis=1)))]


def world(count: int, seed: int) -> tuple[Items, Luck, History]:
    """Items, what befalls them, and the half year of demand before."""
    items = draw_items(count, seed)
    return items, draw_luck(items, DAYS, seed), History(draw_luck(items, _LOOK_BACK, seed + 100_000).demand)


def main(count: int = 60, seeds: int = 3) -> None:
    """Print the table for `count` items under each of `seeds` seeds."""
    started = time.perf_counter()
    cover, weeks = tuned_rule(count)
    every = np.ones(count)
    makers: dict[str, Callable[[Items, History], Policy]] = {
        "clairvoyant": lambda items, _: levels(items, *clairvoyant(items)),
        "ours, by money": lambda items, history: ours(items, history, ServiceTarget()),
        "ours, by money, told the truth": lambda items, _: ours(items, None, ServiceTarget()),
        f"rule: cover {cover}, {weeks} weeks": lambda items, history: weeks_of_cover(
            items, history, every * cover, every * weeks
        ),
        "ours, fill rate 95 %": lambda items, history: ours(items, history, ServiceTarget("fill_rate", 0.95)),
        "ours, cycle service 95 %": lambda items, history: ours(items, history, ServiceTarget("cycle_service", 0.95)),
    }
    worlds = [world(count, seed) for seed in range(1, seeds + 1)]
    books = {name: [run(i, luck, make(i, h)) for i, luck, h in worlds] for name, make in makers.items()}
    Console(width=160).print(_table(books, "clairvoyant", next(name for name in makers if name.startswith("rule"))))
    print(f"{count} items, {seeds} seeds, 2 years of weekly reviews; {time.perf_counter() - started:.0f} s")


def _table(books: dict[str, list[StockRecords]], best: str, rule: str) -> Table:
    table = Table("policy", "cost / clairvoyant", "cost / rule", "cheaper than rule (items)", "holding", "lost margin")
    for title in ("ordering", "forgone", "fill rate", "cycles not short", "orders a year"):
        table.add_column(title)
    base, other = _all(books[best], "cost"), _all(books[rule], "cost")
    for name, runs in books.items():
        cost, asked = _all(runs, "cost"), _all(runs, "asked").sum()
        parts = [f"{_all(runs, part).sum() / base.sum():.2f}" for part in ("holding", "lost", "ordering", "overpaid")]
        table.add_row(
            name,
            f"{cost.sum() / base.sum():.3f}",
            f"{cost.sum() / other.sum():.3f} ± {_ratio_error(cost, other):.3f}",
            f"{np.mean(cost < other):.0%}",
            *parts,
            f"{1 - _all(runs, 'unserved').sum() / asked:.2%}",
            f"{1 - _all(runs, 'short_cycles').sum() / _all(runs, 'cycles').sum():.1%}",
            f"{_all(runs, 'orders').mean() / 2:.1f}",
        )
    return table


def _all(runs: list[StockRecords], column: str) -> Floats:
    return np.concatenate([getattr(books, column) for books in runs])


def _ratio_error(cost: Floats, other: Floats) -> float:
    """The standard error of a ratio of sums over items (Cochran 1977, chapter 6)."""
    ratio = cost.sum() / other.sum()
    return float(np.std(cost - ratio * other, ddof=1) * np.sqrt(len(cost)) / other.sum())


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:3]))
