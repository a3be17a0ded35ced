"""Affiliates: they bring part of the shop's orders for a commission; some bring fraud, until a person checks them."""

from collections.abc import Collection

import numpy as np

from simulation.catalog import AFFILIATE_CODES
from simulation.disturbances import AFFILIATE_SHARES, Disturbances
from simulation.draws import Draws, Floats
from simulation.happenings import Outlay

COMMISSION = 0.10
CHECK_EUROS = 35.0
"""An hour of a person's work, and a partner who is asked for papers."""
_CHECK_DAYS = (2, 6)
_FRAUDULENT = 0.25
"""Whoever brings fraud for so much of its honest orders does not stand a check."""


class Affiliates:
    """The commissions earned since each was last paid; `allowed` (A,) is 0 for who was shut out."""

    def __init__(self) -> None:
        self._earned = np.zeros(len(AFFILIATE_CODES))
        self.allowed: Floats = np.ones(len(AFFILIATE_CODES))
        self._checks: list[tuple[int, int]] = []

    def check(self, day: int, codes: Collection[str], draws: Draws) -> None:
        """A person will have looked at these in a few days."""
        for code in sorted(set(codes) & set(AFFILIATE_CODES)):
            rng = draws.stream(f"affiliate check {code}", day)
            self._checks.append((day + int(rng.integers(*_CHECK_DAYS)), AFFILIATE_CODES.index(code)))

    def checked(self, day: int, now: Disturbances) -> list[Outlay]:
        """The expenses of today's checks; who brings fraud is shut out from tomorrow on."""
        done = [affiliate for when, affiliate in self._checks if when <= day]
        self._checks = [entry for entry in self._checks if entry[0] > day]
        for affiliate in done:
            if now.fraud[affiliate] > _FRAUDULENT * AFFILIATE_SHARES[affiliate]:
                self.allowed[affiliate] = 0.0
        return [Outlay("checks", CHECK_EUROS * len(done))] if done else []

    def credit(self, kept: float, now: Disturbances) -> None:
        """The commission on what each brought of a day's takings in the shop (euros), fraud included."""
        honest = (1 - now.fraud.sum()) * AFFILIATE_SHARES
        self._earned = self._earned + kept * (honest + now.fraud) * COMMISSION * self.allowed

    def commissions(self) -> list[Outlay]:
        """The commissions earned since this was last asked; whoever was shut out is not paid them either."""
        earned, self._earned = self._earned * self.allowed, np.zeros(len(AFFILIATE_CODES))
        pairs = zip(AFFILIATE_CODES, earned, self.allowed, strict=True)
        return [Outlay(f"affiliate:{code}", float(amount)) for code, amount, allowed in pairs if allowed]
