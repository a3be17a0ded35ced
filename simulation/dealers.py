"""Dealers: they order by invoice, pay late or never, and send back what a rep talked them into."""

from collections.abc import Collection

import numpy as np

from simulation.books import Books
from simulation.catalog import DEALER_COUNT, PRODUCTS, REP_CODES, REP_COUNT, SHOP
from simulation.demand import Market, dealer_demand
from simulation.disturbances import Disturbances
from simulation.draws import Counts, Draws, Floats, poisson
from simulation.happenings import Credit, DealerOrder, Outlay, Paid
from simulation.leads import Leads, SalonLead
from simulation.stock import Warehouse
from simulation.truth import Truth

TERMS_DAYS = 30
COMMISSION = 0.04
_NEVER_PAID = 0.008
_SENT_BACK_AFTER = 25
_REMINDED_SAVES = (0.15, 0.55)
"""The part of its remaining wait that a reminded dealer saves, evenly between."""
_RESTOCKED = 0.7
"""The part of what dealers send back that can be sold again."""


class Dealers:
    """Each dealer orders every so many days what it sold meanwhile."""

    def __init__(self, truth: Truth, draws: Draws, books: Books) -> None:
        self._truth, self._draws, self._books = truth, draws, books
        self._last = -draws.stream("dealers").integers(0, 20, DEALER_COUNT)
        self._due: list[tuple[int, str, float]] = []
        self._back: list[tuple[int, Credit]] = []
        self._numbers = 0
        self._commission = np.zeros(REP_COUNT)
        self.leads = Leads(draws)

    def order(
        self, day: int, market: Market, price: Floats, warehouse: Warehouse, now: Disturbances
    ) -> tuple[list[DealerOrder], list[Credit]]:
        """Today's orders, taken from the warehouse, and what is sent back. `price` (P,) net, in euros."""
        rng = self._draws.stream("dealers", day)
        chance, luck = rng.random((len(PRODUCTS), DEALER_COUNT)), rng.random((2, DEALER_COUNT))
        orders: list[DealerOrder] = []
        due = np.flatnonzero(day - self._last >= self._truth.dealer_interval_days)
        if due.size and market.day.weekday() < 5:
            shop = np.exp(market.list_price[:, SHOP]) * self._truth.base_price[:, SHOP]
            rate = dealer_demand(self._truth, market, price, shop)
            for dealer in due:
                mean = rate[:, dealer] * (day - self._last[dealer]) * (1 + now.inflated[dealer])
                wanted = poisson(mean, chance[:, dealer])
                orders += self._deliver(day, int(dealer), wanted, price, warehouse, luck[:, dealer], now)
                self._last[dealer] = day
        orders += [order for lead in self.leads.live(day) for order in self._open(day, lead, price, warehouse)]
        return orders, self._sent_back(day, warehouse)

    def paid_today(self, day: int) -> list[Paid]:
        """The invoices that are paid today; the books have it already."""
        payments = [Paid(f"pay-{invoice}", invoice, amount) for when, invoice, amount in self._due if when == day]
        self._due = [entry for entry in self._due if entry[0] > day]
        return payments

    def remind(self, day: int, invoices: Collection[str]) -> None:
        """A dealer that is reminded of what is past its terms pays a part of its remaining wait sooner.

        Who never pays does not hear it. Each reminder has a luck of its own, whatever else is reminded of.
        """
        for at, (when, number, amount) in enumerate(self._due):
            if number not in invoices or when <= day:
                continue
            part = float(self._draws.stream(f"reminder {number}", day).uniform(*_REMINDED_SAVES))
            pays = max(when - int((when - day) * part), day)
            self._books.cancel(when, amount)
            self._books.expect(pays, amount)
            self._due[at] = (pays, number, amount)

    def commissions(self) -> list[Outlay]:
        """The reps' commissions since this was last asked."""
        earned, self._commission = self._commission, np.zeros(REP_COUNT)
        pairs = zip(REP_CODES, earned, strict=True)
        return [Outlay(f"commission:{rep}", float(amount)) for rep, amount in pairs if amount]

    def _deliver(
        self,
        day: int,
        dealer: int,
        wanted: Counts,
        price: Floats,
        warehouse: Warehouse,
        luck: Floats,
        now: Disturbances,
    ) -> list[DealerOrder]:
        units = np.minimum(wanted, warehouse.on_hand)
        if not units.any():
            return []
        warehouse.take(units)
        self._numbers += 1
        number, amount = f"D{self._numbers:06d}", float((units * price).sum())
        self._commission[dealer % REP_COUNT] += amount * COMMISSION
        back = self._promise_back(day, number, dealer, units, price, now)
        # a delay beyond the terms that is exponential, of the dealer's own mean; and a few never pay
        late = -self._truth.dealer_lateness_days[dealer] * np.log(1 - luck[0] * 0.999)
        if luck[1] >= _NEVER_PAID:
            pays = day + TERMS_DAYS + int(late)
            self._due.append((pays, number, amount - back))
            self._books.expect(pays, amount - back)
        return [DealerOrder(number, dealer, units, price.copy(), amount, day + TERMS_DAYS, int(wanted.sum()))]

    def _open(self, day: int, lead: SalonLead, price: Floats, warehouse: Warehouse) -> list[DealerOrder]:
        """A new dealer's first order, as far as there is stock, paid on the day that it is due."""
        wanted = self.leads.wanted(lead, price)
        units = np.minimum(wanted, warehouse.on_hand)
        if not units.any():
            return []
        warehouse.take(units)
        number, amount = f"N{lead.number:06d}", float((units * price).sum())
        self._due.append((day + TERMS_DAYS, number, amount))
        self._books.expect(day + TERMS_DAYS, amount)
        dealer = DEALER_COUNT + lead.number
        return [DealerOrder(number, dealer, units, price.copy(), amount, day + TERMS_DAYS, int(wanted.sum()))]

    def _promise_back(
        self, day: int, number: str, dealer: int, units: Counts, price: Floats, now: Disturbances
    ) -> float:
        """Euros' worth of an inflated order that will come back unpaid, and note its return."""
        if not now.inflated[dealer]:
            return 0.0
        surplus = now.inflated[dealer] / (1 + now.inflated[dealer]) * now.sent_back[dealer]
        back = np.floor(units * surplus).astype(np.int64)
        worth = float((back * price).sum())
        good = np.floor(back * _RESTOCKED).astype(np.int64)
        self._back.append((day + _SENT_BACK_AFTER, Credit(f"C{number}", number, dealer, good, worth)))
        return worth

    def _sent_back(self, day: int, warehouse: Warehouse) -> list[Credit]:
        here = [credit for when, credit in self._back if when == day and credit.amount]
        self._back = [entry for entry in self._back if entry[0] > day]
        for credit in here:
            warehouse.receive(day, credit.units, age_share=0.3)
        return here
