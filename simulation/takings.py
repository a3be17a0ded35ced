"""The brand's takings and what runs against them: channels' payouts, chargebacks, refunds, weekly costs."""

from collections import defaultdict

import numpy as np

from simulation.books import Books
from simulation.catalog import CAMPAIGNS
from simulation.draws import Floats
from simulation.happenings import Day, Outlay, Paid

FIXED_COSTS_A_WEEK = 22_000.0
MAIL_EUROS = 0.012
STORAGE_A_WEEK = 0.004
"""Of the stock's cost: space, handling and insurance, about a fifth a year."""
_CHARGEBACK_DAYS, _CHARGEBACK_FEE = 30, 15.0


class Takings:
    """Money that is on its way to the brand or back to buyers, and what was spent since the week began."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._payouts: dict[tuple[int, str], float] = defaultdict(float)
        self._charged_back: dict[int, float] = {}
        self._spent = np.zeros(len(CAMPAIGNS))
        self._mailed = 0

    def take(self, channel: str, pays: int, amount: float) -> None:
        """A channel's takings of today, which it pays out on a later day."""
        self._books.expect(pays, float(amount))
        self._payouts[pays, channel] += float(amount)

    def paid_out(self, day: int) -> list[Paid]:
        """The payouts of the channels on a day."""
        due = [channel for when, channel in self._payouts if when == day]
        return [Paid(f"{channel}-{day}", "", self._payouts.pop((day, channel))) for channel in due]

    def charge_back(self, today: Day, kept: float, share: float) -> None:
        """A share of the shop's sales of today that buyers will take back through their banks, for a fee each."""
        if share:
            lost = kept * share
            orders = len(np.unique(today.shop_orders.order)) * share
            self._charged_back[today.day + _CHARGEBACK_DAYS] = lost + orders * _CHARGEBACK_FEE
            self._books.owe(today.day + _CHARGEBACK_DAYS, lost + orders * _CHARGEBACK_FEE)

    def paid_back(self, today: Day) -> list[Outlay]:
        """The refunds and chargebacks that the books have given back to customers today."""
        amounts = {"refunds": today.returned_euros, "chargebacks": self._charged_back.pop(today.day, 0.0)}
        return [Outlay(name, amount) for name, amount in amounts.items() if amount]

    def advertise(self, spend: Floats) -> None:
        """Add today's spending of each campaign (K,), in euros."""
        self._spent = self._spent + spend

    def mail(self, letters: int) -> None:
        self._mailed += letters

    def weekly_costs(self, stored: float, commissions: list[Outlay]) -> list[Outlay]:
        """The expenses of the week that ends; `stored` is the stock's cost in euros."""
        expenses = [
            Outlay(f"advertising:{name}", float(spent)) for name, spent in zip(CAMPAIGNS, self._spent, strict=True)
        ]
        self._spent = np.zeros(len(CAMPAIGNS))
        expenses.append(Outlay("wages and rent", FIXED_COSTS_A_WEEK))
        expenses.append(Outlay("storage", stored * STORAGE_A_WEEK))
        expenses += commissions
        if self._mailed:
            expenses.append(Outlay("mailings", self._mailed * MAIL_EUROS))
            self._mailed = 0
        return expenses
