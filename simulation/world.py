"""The world: one brand, its customers, rivals, suppliers and stands, a day at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from simulation import dealers, practice, promotions, supply
from simulation.affiliates import Affiliates
from simulation.books import Books
from simulation.catalog import (
    CHANNELS,
    MARKET_A,
    MARKET_B,
    PRODUCTS,
    SHOP,
    STAND_COUNT,
    STANDS,
)
from simulation.competitors import Rivals
from simulation.customers import Customers
from simulation.demand import Market, online_demand, stand_demand
from simulation.disturbances import Disturbances, disturbances
from simulation.draws import Counts, Draws, Floats, poisson
from simulation.happenings import Day, Outlay, SupplierOrder
from simulation.messages import opt_outs
from simulation.scenario import Schedule
from simulation.stands import StandNetwork
from simulation.stock import Warehouse
from simulation.takings import Takings
from simulation.truth import Truth, draw_truth

WEEK = 7
START_CASH = 350_000.0
OPENING_CAPITAL = 700_000.0
"""What the brand is worth at cost when the run opens: the owner takes out what is more, and puts in what is less."""
_PAYOUT_DAYS, _STAND_TERMS_DAYS, _RETURN_DAYS = 14, 14, 12
_RESTOCKED, _RELAXED_TERMS_DAYS, _COUNT_EVERY_DAYS, _EXPIRY_EVERY_DAYS = 0.8, 30, 28, 30


@dataclass(frozen=True)
class Plan:
    """Which world: its seed, first day (a Monday), days of history before the run opens, days of the run.

    `never_out_of_stock` relaxes it for an upper bound: once open, whatever is wanted is there, bought as it sells.
    """

    seed: int
    start: date
    history_days: int
    days: int
    schedule: Schedule
    never_out_of_stock: bool = False

    def __post_init__(self) -> None:
        if self.start.weekday() or self.history_days % WEEK:
            raise ValueError("a world begins on a Monday and opens on one")


class World:
    """Its levers: `list_price` (P, C) in cents, `budgets` (K,), `promotions`, `order`, `mail`, `write_to`, `remind`,
    `check`, and `stands`.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan, self.draws, self.truth = plan, Draws(plan.seed), draw_truth(plan.seed)
        self.day, truth = 0, self.truth
        self.list_price: Counts = np.round(truth.base_price * 100).astype(np.int64)
        self.budgets: Floats | None = None
        self.promotions: list[promotions.PlannedPromotion] = []
        self.unit_cost, self.paid_cost = truth.unit_cost.copy(), truth.unit_cost.copy()
        self.standing_rule: practice.StandingRule | None = practice.StandingRule()
        self.weekly_units = np.tile(_usual_weekly_units(truth), (26, 1))
        self.customers, self.rivals = Customers(truth, self.draws), Rivals(truth, self.draws)
        first_stock = np.ceil(self.weekly_units[0] * (supply.lead_weeks(truth) + 5)).astype(np.int64)
        self.warehouse = Warehouse(first_stock, np.array([product.shelf_life_days for product in PRODUCTS]))
        self.stands = StandNetwork(truth, self.draws)
        self.books = Books(START_CASH, plan.history_days + plan.days)
        self.suppliers = supply.SupplyLine(truth, self.draws, self.books)
        self.dealers = dealers.Dealers(truth, self.draws, self.books)
        self.affiliates = Affiliates()
        self.lost_units = self.wanted_units = 0.0
        self._shock = np.zeros(len(PRODUCTS))
        self._common_shock = 0.0
        self._adstock = practice.STANDING_BUDGETS / WEEK / (1 - truth.adstock)
        self._pantry = np.zeros((len(PRODUCTS), 3))
        self._this_week = np.zeros(len(PRODUCTS))
        self._returns_due: dict[int, tuple[Counts, Floats]] = {}
        self._takings = Takings(self.books)

    @property
    def today(self) -> date:
        return self.plan.start + timedelta(days=self.day)

    @property
    def is_history(self) -> bool:
        return self.day < self.plan.history_days

    @property
    def _is_relaxed(self) -> bool:
        return self.plan.never_out_of_stock and not self.is_history

    def order(self, units: Counts, numbers: Mapping[int, str] | None = None) -> bool:
        """Order units (P,), under the brand's own `numbers` if given; whether they were taken: not without cash."""
        now = self._disturbed()
        return self.suppliers.order(self.day, units, self._cost(now), now.delay, numbers)

    @property
    def stand_stock(self) -> Counts:
        """(P, S) what lies at the stands."""
        return self.stands.stock

    @property
    def par(self) -> Counts:
        """(P, S) what the standing practice fills the stands up to."""
        return self.stands.par

    def visit_stand(self, stand: int, units: Counts) -> None:
        """Have a driver call at a stand tonight, count it, and fill in units (P,) as far as the warehouse has them."""
        self.stands.call(stand, units)

    def mail(self) -> None:
        """Write to every customer of the shop that is left."""
        self._takings.mail(self.customers.mail(self.day))

    def remind(self, invoices: Collection[str]) -> None:
        """Remind dealers of invoices that they have not paid."""
        self.dealers.remind(self.day, invoices)

    def check(self, codes: Collection[str]) -> None:
        """Let a person check affiliates: those that bring fraud then get no commission any more, and bring no more."""
        self.affiliates.check(self.day, codes, self.draws)

    def write_to(self, customers: Counts) -> int:
        """Write to some customers of the shop (indices); how many of them there still are."""
        self._takings.mail(np.unique(customers).size)
        return self.customers.write_to(self.day, customers)

    def step(self) -> Day:
        """Live through today."""
        now = self._disturbed()
        if self.day == self.plan.history_days:
            self._settle_with_owner()
        self.unit_cost = self._cost(now)
        self.stands.begin_day(self.day)
        counted = self.warehouse.on_hand if self.day % _COUNT_EVERY_DAYS == 0 else None
        if self._is_relaxed:
            self._fill_up()
        monday = self.day % WEEK == 0
        if monday:
            self._begin_week()
        self.suppliers.hold_up(self.day, now.held_up)
        received = self.suppliers.deliver(self.day)
        for order in received:
            self._shelve(order)
        market = self._market(now)
        today = self._sell(market, now)
        today.received, today.warehouse_count, today.placed = received, counted, self.suppliers.take_placed()
        if monday:
            today.competitor_price = self.rivals.price(now.rivals)
        self.stands.refill(today, self.warehouse)
        price = self.list_price[:, 3] / 100
        dealer_orders, sent_back = self.dealers.order(self.day, market, price, self.warehouse, now)
        today.dealer_orders, today.credits = dealer_orders, sent_back
        delivered = sum(float(order.units.sum()) for order in dealer_orders)
        ordered = sum(float(order.ordered_units) for order in dealer_orders)
        self.wanted_units, self.lost_units = self.wanted_units + ordered, self.lost_units + ordered - delivered
        self._take_back(today)
        self._keep_books(today, now)
        today.cash, today.leads = self.books.cash, self.dealers.leads.take_news()
        today.messages = opt_outs(self.customers.take_opted_out())
        self._this_week += today.online_units.sum(axis=1) + today.stand_units.sum(axis=1)
        self._this_week += sum((order.units for order in dealer_orders), np.zeros(len(PRODUCTS)))
        self.day += 1
        return today

    def _cost(self, now: Disturbances) -> Floats:
        return np.round(self.truth.unit_cost * now.unit_cost, 2)

    def _shelve(self, order: SupplierOrder) -> None:
        """Put goods on the shelves; what stands there has cost, on average, what was paid for it."""
        at, there = order.product, int(self.warehouse.on_hand[order.product])
        worth = self.paid_cost[at] * there + order.unit_cost * order.units
        self.paid_cost[at] = worth / (there + order.units)
        self.warehouse.receive(self.day, _units_of(at, order.units))

    def shelf(self) -> practice.Shelf:
        """The stock that the standing rule decides on, with the mean weekly units of the last half year."""
        return practice.Shelf(
            self.warehouse.on_hand,
            self.suppliers.under_way(),
            self.weekly_units[-26:].mean(axis=0),
            self.truth.supplier,
        )

    def _settle_with_owner(self) -> None:
        stock = self.warehouse.on_hand + self.stand_stock.sum(axis=1)
        books = self.books.position()
        own = books.receivables - books.payables + float((stock * self.unit_cost).sum())
        self.books.cash = OPENING_CAPITAL - own

    def _disturbed(self) -> Disturbances:
        return disturbances(self.plan.schedule, self.day - self.plan.history_days, self.affiliates.allowed)

    def _begin_week(self) -> None:
        week = self.day // WEEK
        if week:
            self.weekly_units = np.vstack([self.weekly_units, self._this_week])
            self._this_week = np.zeros(len(PRODUCTS))
        if self.is_history:
            self.list_price = practice.former_prices(
                self.truth, self.draws, week, self.list_price, self._shock + self._common_shock
            )
        self.rivals.move(week, np.log(self.list_price[:, SHOP] / 100 / self.truth.base_price[:, SHOP]))
        self.stands.begin_week(week)
        if self.standing_rule is not None and not self._is_relaxed:
            self.order(self.standing_rule.orders(self.shelf()))

    def _fill_up(self) -> None:
        """Bring the warehouse and the stands to what no day can use up, at the best price break, paid a month later."""
        missing = self.stands.fill_up()
        units = np.maximum(
            np.ceil(self.weekly_units[-8:].mean(axis=0) * 4).astype(np.int64) - self.warehouse.on_hand, 0
        )
        self.warehouse.receive(self.day, units)
        bought = units + missing.sum(axis=1)
        best = self.unit_cost * (1 - supply.PRICE_BREAKS[-1][1])
        self.books.owe(self.day + _RELAXED_TERMS_DAYS, float((bought * best).sum()))

    def _market(self, now: Disturbances) -> Market:
        truth = self.truth
        rng = self.draws.stream("shocks", self.day)
        self._common_shock = 0.985 * self._common_shock + rng.normal(0, 0.012)
        self._shock = 0.985 * self._shock + rng.normal(0, 0.017, len(PRODUCTS))
        budgets = practice.standing_budgets(self.draws, self.day // WEEK) if self.budgets is None else self.budgets
        spend = budgets / WEEK if self.books.cash > 0 else np.zeros_like(budgets)
        self._takings.advertise(spend)
        self._adstock = truth.adstock * self._adstock + spend
        lift = 1 + truth.ad_effect * self._adstock / (self._adstock + truth.ad_half)
        online_off = promotions.log_off(self.promotions, practice.online_deals(self.draws, self.day), self.day)
        off = np.where(self.stands.deals, np.log(1 - practice.STAND_DEAL_OFF), 0.0)
        log_list = np.log(self.list_price / 100 / truth.base_price)
        return Market(
            day=self.today,
            years=self.day / 365.25,
            list_price=log_list,
            online_price=log_list[:, :3] + online_off,
            stand_price=log_list[:, STANDS][:, None] + self.stands.deviation + off,
            competitor=self.rivals.index(now.rivals),
            shock=self._shock + self._common_shock,
            promoted=online_off < 0,
            stand_promoted=self.stands.deals,
            advertising=np.array([lift[0] * lift[1] ** 0.5, lift[2], lift[1] ** 0.5]),
            customers=self.customers.activity(self.day),
            surge=now.surge,
        )

    def _sell(self, market: Market, now: Disturbances) -> Day:
        truth, price = self.truth, self.truth.base_price
        chance = self.draws.stream("demand", self.day)
        spread = chance.gamma(truth.dispersion[:, None], 1 / truth.dispersion[:, None], (len(PRODUCTS), 3))
        mean = online_demand(truth, market)
        mean[:, SHOP] /= 1 - now.fraud.sum()
        mean = np.maximum(mean - self._pantry / 20, 0.2 * mean)
        wanted = poisson(mean * spread, chance.random(mean.shape))
        sold = _served(wanted, self.warehouse.on_hand)
        self.warehouse.take(sold.sum(axis=1))
        self._stock_up(market, sold)
        stand_mean = stand_demand(truth, market) * chance.gamma(
            truth.dispersion[:, None], 1 / truth.dispersion[:, None], (len(PRODUCTS), STAND_COUNT)
        )
        stand_mean = stand_mean * self.stands.drive
        stand_wanted = poisson(stand_mean, chance.random(stand_mean.shape))
        most = self.par if self._is_relaxed else None
        stand_sold = self.stands.sell(stand_wanted, chance.random(stand_mean.shape), most)
        self.wanted_units += float(wanted.sum() + stand_wanted.sum())
        self.lost_units += float((wanted - sold).sum() + (stand_wanted - stand_sold).sum())
        orders = self.customers.buy(self.day, sold[:, SHOP], float(market.advertising[0]))
        nothing = np.zeros(len(PRODUCTS), dtype=np.int64)
        return Day(
            day=self.day,
            date=self.today,
            list_price=self.list_price.copy(),
            online_units=sold,
            online_price=np.round(np.exp(market.online_price) * price[:, :3] * 100).astype(np.int64),
            online_deal=market.promoted,
            stand_units=stand_sold,
            stand_price=np.round(np.exp(market.stand_price) * price[:, STANDS][:, None] * 100).astype(np.int64),
            stand_deal=market.stand_promoted,
            shop_orders=orders,
            joined=self.customers.newly_known(),
            returned=nothing[:, None] * np.ones(3, dtype=np.int64),
            returned_euros=0.0,
            restocked=nothing,
            expired=self.warehouse.expire(self.day) if self.day % _EXPIRY_EVERY_DAYS == 0 else nothing,
            unit_cost=self.unit_cost,
        )

    def _stock_up(self, market: Market, sold: Counts) -> None:
        """Part of what a deal sold beyond the usual is bought ahead, and missing later."""
        without = promotions.sold_anyway(self.truth, self.promotions, market)
        extra = np.where(market.promoted, sold * (1 - without).clip(0, 1), 0.0)
        self._pantry = self._pantry * 0.95 + self.truth.pull_forward[:, None] * extra

    def _take_back(self, today: Day) -> None:
        """Some of what was sold online comes back after a while; most of it can be sold again."""
        chance = self.draws.stream("returns", self.day).random((2, len(PRODUCTS), 3))
        share = self.truth.return_share * np.ones((len(PRODUCTS), 3))
        back = np.minimum(poisson(today.online_units * share, chance[0]), today.online_units)
        kept = self.truth.kept_share[:3] * today.online_price / 100
        refunds = back * kept
        self.books.owe(self.day + _RETURN_DAYS, float(refunds.sum()))
        self._returns_due[self.day + _RETURN_DAYS] = (back, refunds)
        units, euros = self._returns_due.pop(self.day, (today.returned, np.zeros((len(PRODUCTS), 3))))
        good = np.floor(units.sum(axis=1) * _RESTOCKED + chance[1, :, 0]).astype(np.int64)
        today.returned, today.restocked, today.returned_euros = units, good, float(euros.sum())
        self.warehouse.receive(self.day, good, age_share=0.2)

    def _keep_books(self, today: Day, now: Disturbances) -> None:
        kept = (today.online_units * today.online_price / 100 * self.truth.kept_share[:3]).sum(axis=0)
        at_stands = (today.stand_units * today.stand_price).sum() / 100 * self.truth.kept_share[STANDS]
        self.stands.bonuses(today, (today.stand_units * today.stand_price).sum(axis=0) / 100)
        take = self._takings.take
        take("shop", self.day + 1, kept[SHOP])
        for channel in (MARKET_A, MARKET_B):
            take(CHANNELS[channel], _next(self.day, _PAYOUT_DAYS) + 2, kept[channel])
        take("stands", _next(self.day, WEEK) + _STAND_TERMS_DAYS, at_stands)
        self.affiliates.credit(float(kept[SHOP]), now)
        self._takings.charge_back(today, float(kept[SHOP]), now.charged_back)
        if self.day % WEEK == WEEK - 1:
            stored = float((self.warehouse.on_hand * self.unit_cost).sum())
            commissions = [*self.dealers.commissions(), *self.affiliates.commissions()]
            today.expenses += self._takings.weekly_costs(stored, commissions)
        today.expenses += self.affiliates.checked(self.day, now)
        today.paid = [*self._takings.paid_out(self.day), *self.dealers.paid_today(self.day)]
        for expense in today.expenses:
            self.books.owe(self.day, expense.amount)
        today.expenses += [*self.suppliers.paid_today(self.day), *self._takings.paid_back(today)]
        if interest := self.books.settle(self.day):
            today.expenses.append(Outlay("interest", interest))


def _next(day: int, every: int) -> int:
    """The day, this or a later one, on which a period of so many days ends."""
    return day - day % every + every - 1


def _served(wanted: Counts, on_hand: Counts) -> Counts:
    """(P, 3) what can be delivered of it: all, or each channel's share of what there is."""
    total = np.maximum(wanted.sum(axis=1), 1)
    there = np.minimum(on_hand, wanted.sum(axis=1))
    whole, part = np.divmod(wanted * there[:, None], total[:, None])
    left = there - whole.sum(axis=1)  # what rounding down leaves goes to the largest remainders
    rank = np.argsort(np.argsort(-part, axis=1, kind="stable"), axis=1, kind="stable")
    return whole + (rank < left[:, None])


def _units_of(product: int, units: int) -> Counts:
    row = np.zeros(len(PRODUCTS), dtype=np.int64)
    row[product] = units
    return row


def _usual_weekly_units(truth: Truth) -> Floats:
    return WEEK * (truth.online_units.sum(axis=1) + truth.stand_units.sum(axis=1) + truth.dealer_units.sum(axis=1))
