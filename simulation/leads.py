"""Salons that write in and would stock the brand: most decide for somebody else unless a person gets back to them."""

from dataclasses import dataclass, replace

import numpy as np

from simulation.catalog import PRODUCTS
from simulation.draws import Counts, Draws, Floats

_A_DAY = 0.3
_PRODUCTS_OF_AN_ORDER = 6
_FORGETS_DAYS = 10.0
_DECIDES_DAYS = (14, 36)


@dataclass(frozen=True)
class SalonLead:
    """A salon: what it would order in euros, and when it opened, was got back to, and decided; days of the world."""

    number: int
    value: float
    opened: int
    decides: int
    luck: float
    contacted: int | None = None
    won: int | None = None
    lost: int | None = None


class Leads:
    """All of them. A few are won anyway: what these order is part of what the dealers of the region order.

    Whoever is got back to soon is won more often; what that wins beyond is ordered on top.
    """

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        rng = draws.stream("leads truth")
        self.won_alone, self.help = float(rng.uniform(0.06, 0.14)), float(rng.uniform(0.20, 0.45))
        self._open: dict[int, SalonLead] = {}
        self._numbers = 0
        self._news: list[SalonLead] = []

    def chance(self, delay_days: float | None) -> float:
        """The chance to win a lead that was got back to after so many days; None if nobody ever does."""
        if delay_days is None:
            return self.won_alone
        return self.won_alone + self.help * float(np.exp(-delay_days / _FORGETS_DAYS))

    def follow_up(self, number: int, day: int) -> bool:
        """A person gets back to a lead; whether that was the first time, and in time."""
        lead = self._open.get(number)
        if lead is None or lead.contacted is not None:
            return False
        self._open[number] = replace(lead, contacted=day)
        self._news.append(self._open[number])
        return True

    def live(self, day: int) -> list[SalonLead]:
        """Live through a day: some write in, some decide. Those that order because somebody got back to them."""
        orders = []
        for lead in [waiting for waiting in self._open.values() if waiting.decides <= day]:
            delay = None if lead.contacted is None else float(lead.contacted - lead.opened)
            won = lead.luck < self.chance(delay)
            decided = replace(lead, won=day if won else None, lost=None if won else day)
            del self._open[lead.number]
            self._news.append(decided)
            if won and lead.luck >= self.won_alone:
                orders.append(decided)
        rng = self._draws.stream("leads", day)
        for _ in range(int(rng.poisson(_A_DAY))):
            value, wait, luck = rng.lognormal(6.4, 0.4), int(rng.integers(*_DECIDES_DAYS)), float(rng.random())
            self._open[self._numbers] = SalonLead(self._numbers, round(float(value), 2), day, day + wait, luck)
            self._news.append(self._open[self._numbers])
            self._numbers += 1
        return orders

    def take_news(self) -> list[SalonLead]:
        """Leads that are new or changed for the brand's own systems, in order; each is handed over once."""
        news, self._news = self._news, []
        return news

    def wanted(self, lead: SalonLead, price: Floats) -> Counts:
        """(P,) units of a lead's first order at `price` (P,) in euros."""
        rng = self._draws.stream(f"lead order {lead.number}", lead.decides)
        chosen = rng.choice(len(PRODUCTS), _PRODUCTS_OF_AN_ORDER, replace=False)
        units = np.zeros(len(PRODUCTS), dtype=np.int64)
        units[chosen] = np.floor(lead.value / _PRODUCTS_OF_AN_ORDER / price[chosen])
        return units
