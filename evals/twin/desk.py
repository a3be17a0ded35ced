"""Where a crew asks for what it wants: straight in the world, or through the product (`office`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from domain.action import Action
from domain.pricing import PriceUpdate
from domain.stock import PurchaseOrderCreate
from simulation.catalog import CHANNELS, PRODUCTS, SKUS
from simulation.draws import Counts
from simulation.world import World
from virtual_office.meeting.chair import ATTENTION

YEAR_DAYS = 365
PRICE_HORIZON_WEEKS = 8


@dataclass(frozen=True)
class Wish:
    """A price in cents that a crew wants for a product (index) in a channel; what it is worth in euros a week.

    `weeks` is for how long that is promised: what the chair compares with other proposals.
    """

    product: int
    channel: str
    price: int
    gain: float
    why: str
    weeks: int = PRICE_HORIZON_WEEKS


@dataclass(frozen=True)
class Bid:
    """Any action that a crew wants in an agent's name; what it is worth in euros over its horizon."""

    action: Action
    gain: float
    horizon_days: int
    why: str
    agent: str


Wanted = Wish | Bid


def worth(wanted: Wanted) -> float:
    """Euros over the horizon: what the chair compares."""
    return wanted.gain * wanted.weeks if isinstance(wanted, Wish) else wanted.gain


class CrewDesk(Protocol):
    """Takes wishes, of a person (`ask`) or of agents who need approval and attention (`propose`).

    `reference` (P, C) is what the brand's corridor hangs on, in cents.
    """

    def ask(self, wishes: Sequence[Wish]) -> None: ...

    def propose(self, wanted: Sequence[Wanted]) -> None: ...

    def reference(self) -> Counts: ...


class PriceMemory:
    """Every price that stood, for the year's median of the amounts that a price was set to."""

    def __init__(self) -> None:
        self._changes: list[tuple[int, Counts, np.ndarray]] = []
        self._last: Counts | None = None

    def see(self, day: int, price: Counts) -> None:
        changed = np.ones(price.shape, dtype=bool) if self._last is None else price != self._last
        if changed.any():
            self._changes.append((day, price.copy(), changed))
        self._last = price.copy()

    def reference(self, day: int) -> Counts:
        """(P, C) the median of the last year's amounts; the standing price where it was not changed."""
        assert self._last is not None
        recent = [(price, changed) for when, price, changed in self._changes if when > day - YEAR_DAYS]
        if not recent:
            return self._last
        amounts = np.stack([np.where(changed, price, np.nan) for price, changed in recent])
        seen = np.isfinite(amounts).any(axis=0)
        median = np.nanmedian(np.where(seen, amounts, 0.0), axis=0)
        return np.where(seen, np.round(median), self._last).astype(np.int64)


class DirectDesk:
    """Sets what is asked at once: for tuning, and where nobody has to approve."""

    def __init__(self, world: World, memory: PriceMemory) -> None:
        self._world, self._memory = world, memory

    def ask(self, wishes: Sequence[Wish]) -> None:
        price = self._world.list_price.copy()
        for wish in wishes:
            price[wish.product, CHANNELS.index(wish.channel)] = wish.price
        self._world.list_price = price

    def propose(self, wanted: Sequence[Wanted]) -> None:
        adopted = sorted(wanted, key=lambda want: -worth(want))[:ATTENTION]
        self.ask([want for want in adopted if isinstance(want, Wish)])
        for want in adopted:
            if isinstance(want, Bid):
                self._carry_out(want.action)

    def _carry_out(self, action: Action) -> None:
        match action:
            case PurchaseOrderCreate():
                units = np.zeros(len(PRODUCTS), dtype=np.int64)
                for line in action.lines:
                    units[SKUS.index(line.sku)] += line.quantity
                self._world.order(units)
            case PriceUpdate():
                price = self._world.list_price.copy()
                price[SKUS.index(action.sku), CHANNELS.index(action.channel)] = action.price_minor
                self._world.list_price = price

    def reference(self) -> Counts:
        return self._memory.reference(self._world.day)
