"""The warehouse: units by the month in which they expire, first expired first out."""

import numpy as np

from simulation.draws import Counts, Floats

_MONTH_DAYS = 30
_MONTHS = 120


class Warehouse:
    """Stock (P,) in batches by expiry month."""

    def __init__(self, units: Counts, shelf_life_days: Counts) -> None:
        self._shelf_life = shelf_life_days
        self._batches = np.zeros((units.size, _MONTHS), dtype=np.int64)
        self.receive(0, units, age_share=0.3)

    @property
    def on_hand(self) -> Counts:
        return self._batches.sum(axis=1)

    def receive(self, day: int, units: Counts, age_share: float = 0.0) -> None:
        """Put units (P,) on the shelves; they expire a shelf life from their making, part of which may have passed."""
        month = (day + self._shelf_life * (1 - age_share)) // _MONTH_DAYS
        self._batches[np.arange(units.size), np.minimum(month, _MONTHS - 1).astype(np.int64)] += units

    def take(self, units: Counts) -> None:
        """Take units (P,), of the oldest first; never more than is there."""
        before = np.cumsum(self._batches, axis=1) - self._batches
        self._batches -= np.clip(units[:, None] - before, 0, self._batches)

    def expire(self, day: int) -> Counts:
        """(P,) what has gone bad by this day, taken off the shelves."""
        gone = self._batches[:, : day // _MONTH_DAYS].sum(axis=1)
        self._batches[:, : day // _MONTH_DAYS] = 0
        return gone

    def sellable(self, day: int, units_a_day: Floats) -> Counts:
        """(P,) how much of it will sell before it expires, at a steady pace."""
        days_left = np.maximum(np.arange(_MONTHS) * _MONTH_DAYS - day, 0)
        by_then = units_a_day[:, None] * days_left
        sold = np.zeros(units_a_day.size)
        for month in range(_MONTHS):  # what sells of a batch, after those that expire before it
            sold += np.clip(by_then[:, month] - sold, 0, self._batches[:, month])
        return np.floor(sold).astype(np.int64)
