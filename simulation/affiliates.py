"""Affiliates: they bring part of the shop's orders for a commission, and some bring fraud."""

import numpy as np

from simulation.catalog import AFFILIATE_CODES
from simulation.disturbances import EACH_AFFILIATES_SHARE, Disturbances
from simulation.happenings import Expense

COMMISSION = 0.10


class Affiliates:
    """What each has earned since it was last paid."""

    def __init__(self) -> None:
        self._earned = np.zeros(len(AFFILIATE_CODES))

    def credit(self, kept: float, now: Disturbances) -> None:
        """The commission on what each brought of a day's takings in the shop (euros), fraud included."""
        honest = (1 - now.fraud.sum()) * EACH_AFFILIATES_SHARE
        self._earned = self._earned + kept * (honest + now.fraud) * COMMISSION

    def commissions(self) -> list[Expense]:
        """What they earned since this was last asked."""
        earned, self._earned = self._earned, np.zeros(len(AFFILIATE_CODES))
        pairs = zip(AFFILIATE_CODES, earned, strict=True)
        return [Expense(f"affiliate:{code}", float(amount)) for code, amount in pairs]
