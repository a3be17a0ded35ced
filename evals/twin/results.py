"""The results of a run of the twin: the figures that are compared, and the curves that are drawn."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from simulation.catalog import CHANNELS
from simulation.happenings import Day
from simulation.world import WEEK, World
from simulation.worth import NetWorth


@dataclass
class Curves:
    """A value a week of the run. Money in euros; `price` the mean list price against the first day's, by channel."""

    kept: list[float] = field(default_factory=list)
    gross_profit: list[float] = field(default_factory=list)
    cash: list[float] = field(default_factory=list)
    lost_share: list[float] = field(default_factory=list)
    price: dict[str, list[float]] = field(default_factory=lambda: {channel: [] for channel in CHANNELS})


class CurveRecorder:
    """Adds days up to weeks."""

    def __init__(self, world: World) -> None:
        self.curves = Curves()
        self._first = world.list_price.astype(float)
        self._kept = self._profit = 0.0
        self._wanted, self._lost = world.wanted_units, world.lost_units

    def see(self, world: World, day: Day) -> None:
        kept, cost = kept_and_cost(world, day)
        self._kept, self._profit = self._kept + kept, self._profit + kept - cost
        if world.day % WEEK:
            return
        wanted, lost = world.wanted_units - self._wanted, world.lost_units - self._lost
        self._wanted, self._lost = world.wanted_units, world.lost_units
        self.curves.kept.append(round(self._kept))
        self.curves.gross_profit.append(round(self._profit))
        self.curves.cash.append(round(float(world.books.cash)))
        self.curves.lost_share.append(round(lost / max(wanted, 1.0), 4))
        ratio = (world.list_price / self._first).mean(axis=0)
        for channel, value in zip(CHANNELS, ratio, strict=True):
            self.curves.price[channel].append(round(float(value), 4))
        self._kept = self._profit = 0.0


def kept_and_cost(world: World, day: Day) -> tuple[float, float]:
    """Euros that the brand keeps of a day's sales, and euros that the goods cost; returns not yet taken off."""
    share = world.truth.kept_share
    online = (day.online_units * day.online_price / 100 * share[:3]).sum()
    stands = (day.stand_units * day.stand_price).sum() / 100 * share[4]
    dealers = sum(order.amount for order in day.dealer_orders)
    units = day.online_units.sum(axis=1) + day.stand_units.sum(axis=1)
    units = units + sum((order.units for order in day.dealer_orders), np.zeros(units.size))
    return float(online + stands + dealers), float((units * world.unit_cost).sum())


@dataclass
class RunResult:
    """One run. `violations` counts price changes that broke a limit of the brand, found by arithmetic of its own."""

    crew: str
    seed: int
    days: int
    scenarios: list[str]
    net_worth: NetWorth
    stockout_rate: float
    days_per_second: float
    world_days_per_second: float
    curves: Curves
    violations: int = 0
    autonomy_rate: float = 0.0
    interruptions_per_day: float = 0.0
    items: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Any] = field(default_factory=dict)
    agents: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    operator: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)
    models: dict[str, Any] | None = None

    def as_document(self) -> dict[str, Any]:
        worth = {name: round(value, 2) for name, value in asdict(self.net_worth).items()}
        plain = {
            name: getattr(self, name)
            for name in (
                "crew", "agents", "seed", "days", "scenarios", "events", "violations", "autonomy_rate",
                "interruptions_per_day", "stockout_rate", "days_per_second", "world_days_per_second",
            )
        }  # fmt: skip
        return {
            **plain,
            "currency": "EUR",
            "net_worth_minor": self.net_worth.total_minor,
            "net_worth": worth,
            "action_items": dict(self.items),
            "outcomes": self.outcomes,
            "operator": self.operator,
            "decisions": self.decisions,
            "models": self.models,
            "tables": self.tables,
            "curves": asdict(self.curves),
        }
