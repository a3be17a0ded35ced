"""The brand's money: cash, what is still to come in and to be paid, and interest where cash has run out."""

from dataclasses import dataclass

import numpy as np

_YEARS_AHEAD_DAYS = 900
_OVERDRAFT_A_YEAR = 0.12


@dataclass(frozen=True)
class Position:
    """Where the books stand, in euros."""

    cash: float
    receivables: float
    payables: float


class Books:
    """Cash now, and amounts by the day on which they will come in or go out."""

    def __init__(self, cash: float, days: int) -> None:
        self.cash = cash
        self._coming = np.zeros(days + _YEARS_AHEAD_DAYS)
        self._going = np.zeros(days + _YEARS_AHEAD_DAYS)

    def expect(self, day: int, amount: float) -> None:
        """Money that will come in on a day."""
        self._coming[day] += amount

    def owe(self, day: int, amount: float) -> None:
        """Money that will go out on a day."""
        self._going[day] += amount

    def cancel(self, day: int, amount: float) -> None:
        """Take an amount (euros) expected on a day off the receipts to come."""
        self._coming[day] -= amount

    def settle(self, day: int) -> float:
        """The day's money moves; the interest paid on what was overdrawn."""
        interest = max(-self.cash, 0.0) * _OVERDRAFT_A_YEAR / 365
        self.cash += self._coming[day] - self._going[day] - interest
        self._coming[day] = self._going[day] = 0.0
        return interest

    def position(self) -> Position:
        return Position(self.cash, float(self._coming.sum()), float(self._going.sum()))
