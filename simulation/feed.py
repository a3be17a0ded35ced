"""The reports of the brand's systems on a day, as rows of the documented layout: all that ever leaves the world."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from simulation import catalog, messages
from simulation.catalog import CHANNELS, PRODUCTS, SKUS, STAND_CODES, STANDS, WAREHOUSE
from simulation.draws import Counts, Draws
from simulation.feed_rows import (
    Row,
    closing,
    competitor_prices,
    customers,
    dealer_lines,
    dealer_orders,
    euros,
    expenses,
    invoices,
    leads,
    midnight,
    movements,
    new_dealers,
    offers,
    online_sales,
    payments,
    shop_lines,
    shop_orders,
)
from simulation.happenings import Day
from simulation.practice import REFILL_DAYS, STANDING_BUDGETS
from simulation.scenario import DataOutage, StockCountError
from simulation.world import WEEK, World

Files = dict[str, list[Row]]


def gathered(days: Iterable[Files]) -> Files:
    """The reports of several days as one; of a purchase order or lead that was told twice, as it stands last."""
    files: Files = defaultdict(list)
    for day in days:
        for name, rows in day.items():
            files[name].extend(rows)
    if orders := files.get("purchase_orders"):
        files["purchase_orders"] = list({(row["number"], row["sku"]): row for row in orders}.values())
    if lead_rows := files.get("leads"):
        files["leads"] = list({row["code"]: row for row in lead_rows}.values())
    return dict(files)


class Feed:
    """The connectors' side of one world. What an outage holds back comes when it ends, or never.

    `reports_prices` while the price list is kept outside the product; once the product keeps it, it needs no telling.
    """

    def __init__(self, world: World) -> None:
        self.reports_prices = True
        self._plan, self._draws = world.plan, Draws(world.plan.seed)
        self._held: Files = defaultdict(list)
        self._lost: dict[str, set[str]] = defaultdict(set)
        self._stand_units = np.zeros((len(PRODUCTS), len(STAND_CODES)), dtype=np.int64)
        self._stand_cents = np.zeros_like(self._stand_units)
        self._stand_deal = np.zeros_like(self._stand_units)
        self._dealer_units = np.zeros(len(PRODUCTS), dtype=np.int64)
        self._dealer_cents = np.zeros(len(PRODUCTS))
        self._range = world.truth.stand_range
        self._list_price: Counts | None = None
        self._unit_cost: np.ndarray | None = None

    def opening(self) -> Files:
        """Products, channels, places and suppliers, as they are before the first day."""
        known = midnight(self._plan.start)
        channels = zip(CHANNELS, catalog.CHANNEL_TITLES, catalog.FEE_PERCENT, strict=True)
        stands = [
            {
                "code": code,
                "title": f"Stand {code[2:]}",
                "kind": "stand",
                "zone": catalog.ZONES[at % len(catalog.ZONES)],
                "visit_every_days": REFILL_DAYS,
            }
            for at, code in enumerate(STAND_CODES)
        ]
        files: Files = {
            "products": [
                {"sku": p.sku, "title": p.title, "category": p.category, "pack": p.pack,
                 "vat_percent": catalog.VAT_PERCENT, "shelf_life_days": p.shelf_life_days} for p in PRODUCTS
            ],
            "channels": [
                {"code": code, "title": title, "fee_percent": fee, "prices_include_vat": code != "dealers"}
                for code, title, fee in channels
            ],
            "locations": [{"code": WAREHOUSE, "title": "Warehouse", "kind": "warehouse"}, *stands],
            "suppliers": [
                {"code": s.code, "title": s.title, "lead_time_days": s.lead_time_days, "payment_days": s.terms_days}
                for s in catalog.SUPPLIERS
            ],
            "budgets": [
                {"campaign": name, "weekly": f"{weekly:.2f}", "valid_from": known}
                for name, weekly in zip(catalog.CAMPAIGNS, STANDING_BUDGETS, strict=True)
            ],
            "customers": [
                {"code": code, "name": f"Dealer {code[1:]}", "cohort": "dealer"} for code in catalog.DEALER_CODES
            ],
        }  # fmt: skip
        return {name: [{**row, "known_at": known} for row in rows] for name, rows in files.items()}

    def report(self, day: Day) -> Files:
        """The files that arrive in the night after a day."""
        files: Files = defaultdict(list)
        for name, rows in self._parts(day):
            files[name].extend(rows)
        return {name: rows for name, rows in self._through_outages(day, files).items() if rows}

    def _parts(self, day: Day) -> Iterator[tuple[str, Sequence[Row] | Iterator[Row]]]:
        yield "prices", self._prices(day)
        costs = self._costs(day)
        yield "product_costs", costs
        yield "supplier_offers", [row for cost in costs for row in offers(cost)]
        yield "competitor_prices", competitor_prices(day)
        yield "customers", [*customers(day), *new_dealers(day)]
        yield "sales", [*online_sales(day), *self._weekly_sales(day)]
        yield "orders", [*shop_orders(day), *dealer_orders(day)]
        yield "order_lines", [*shop_lines(day), *dealer_lines(day)]
        yield "stock", self._counts(day)
        yield "inventory_movements", movements(day)
        yield "purchase_orders", self._purchase_orders(day)
        yield "invoices", invoices(day)
        yield "payments", payments(day)
        yield "expenses", expenses(day)
        yield "bank_balances", [{"account": "main", "amount": f"{day.cash:.2f}", "balance_at": closing(day)}]
        run_day = day.day - self._plan.history_days
        written = messages.of_day(self._draws, self._plan.schedule, day, run_day)
        yield "messages", [*written, *messages.of_customers(day)]
        yield "leads", leads(day, self._plan.start)

    def _prices(self, day: Day) -> list[Row]:
        if not self.reports_prices:
            return []
        before, self._list_price = self._list_price, day.list_price
        changed = np.ones_like(day.list_price, dtype=bool) if before is None else before != day.list_price
        return [
            {"sku": SKUS[p], "channel": CHANNELS[c], "price": euros(day.list_price[p, c]),
             "valid_from": midnight(day.date)} for p, c in np.argwhere(changed)
        ]  # fmt: skip

    def _costs(self, day: Day) -> list[Row]:
        before, self._unit_cost = self._unit_cost, day.unit_cost
        changed = range(len(PRODUCTS)) if before is None else np.flatnonzero(before != day.unit_cost)
        when = midnight(day.date)
        return [{"sku": SKUS[p], "unit_cost": f"{day.unit_cost[p]:.2f}", "valid_from": when} for p in changed]

    def _weekly_sales(self, day: Day) -> list[Row]:
        """Stands and dealers report on Sunday night for the week."""
        self._stand_units += day.stand_units
        self._stand_cents += day.stand_units * day.stand_price
        self._stand_deal = self._stand_deal + day.stand_deal
        for order in day.dealer_orders:
            self._dealer_units += order.units
            self._dealer_cents += order.units * order.price * 100
        if day.day % WEEK != WEEK - 1:
            return []
        monday = midnight(day.date - timedelta(days=WEEK - 1))
        rows = [*self._stand_rows(day, monday), *self._dealer_rows(day, monday)]
        for counter in (self._stand_units, self._stand_cents, self._stand_deal, self._dealer_units, self._dealer_cents):
            counter[...] = 0
        return rows

    def _stand_rows(self, day: Day, monday: datetime) -> Iterator[Row]:
        sold = np.maximum(self._stand_units, 1)
        price = np.where(self._stand_units > 0, np.round(self._stand_cents / sold), day.stand_price)
        for p, s in np.argwhere(self._range):
            yield {
                "period_start": monday, "period_days": WEEK, "channel": CHANNELS[STANDS], "location": STAND_CODES[s],
                "sku": SKUS[p], "units": int(self._stand_units[p, s]), "unit_price": euros(price[p, s]),
                "unit_cost": f"{day.unit_cost[p]:.2f}", "deal": int(self._stand_deal[p, s] >= WEEK // 2),
            }  # fmt: skip

    def _dealer_rows(self, day: Day, monday: datetime) -> Iterator[Row]:
        for p in np.flatnonzero(self._dealer_units):
            yield {
                "period_start": monday, "period_days": WEEK, "channel": "dealers", "sku": SKUS[p],
                "units": int(self._dealer_units[p]), "unit_price": euros(self._dealer_cents[p] / self._dealer_units[p]),
                "unit_cost": f"{day.unit_cost[p]:.2f}",
            }  # fmt: skip

    def _counts(self, day: Day) -> list[Row]:
        """Counts as people made them: some are wrong while a scenario says so."""
        counted = {STAND_CODES[stand]: (units, self._range[:, stand]) for stand, units in day.stand_counts.items()}
        if day.warehouse_count is not None:
            counted[WAREHOUSE] = (day.warehouse_count, np.ones(len(PRODUCTS), dtype=bool))
        before_opening, at_the_visit = (midnight(day.date) + timedelta(hours=hour) for hour in (7, 19))
        rng = self._draws.stream("count errors", day.day)
        rows: list[Row] = []
        for place, (units, listed) in counted.items():
            seen = self._miscounted(rng, day.day, place, units)
            when = before_opening if place == WAREHOUSE else at_the_visit
            rows += [
                {"location": place, "sku": SKUS[p], "on_hand": int(seen[p]), "counted_at": when}
                for p in np.flatnonzero(listed)
            ]
        return rows

    def _miscounted(self, rng: np.random.Generator, day: int, place: str, units: Counts) -> Counts:
        for error in self._plan.schedule.active(StockCountError, day - self._plan.history_days):
            wrong = rng.random(units.size) < error.share_percent / 100
            off = 1 + rng.normal(0, error.size_percent / 100, units.size)
            if error.location in ("all", place):
                units = np.where(wrong, np.maximum(np.round(units * off), 0), units).astype(np.int64)
        return units

    def _purchase_orders(self, day: Day) -> list[Row]:
        def at(count: int) -> datetime:
            return midnight(self._plan.start + timedelta(days=count))

        return [
            {"number": order.number, "supplier": PRODUCTS[order.product].supplier, "sku": SKUS[order.product],
             "quantity": order.units, "unit_cost": f"{order.unit_cost:.2f}", "ordered_at": at(order.ordered),
             "expected_at": at(order.promised), "received_at": at(day.day) if arrived else None,
             "known_at": at(order.ordered)}
            for orders, arrived in ((day.placed, False), (day.received, True)) for order in orders
        ]  # fmt: skip

    def _through_outages(self, day: Day, files: Mapping[str, list[Row]]) -> Files:
        """Hold back or lose what an outage covers; hand over what was held back once none does."""
        events = self._plan.schedule.active(DataOutage, day.day - self._plan.history_days)
        down = {name: event.lost for event in events for name in event.feeds}
        through: Files = {}
        for name in sorted({*files, *self._held}):
            if name not in down:
                through[name] = [*self._held.pop(name, []), *files.get(name, [])]
            elif not down[name]:
                self._held[name].extend(files.get(name, []))
            elif name in _NAMED_BY:
                self._lost[name] |= {row[_NAMED_BY[name][1]] for row in files.get(name, [])}
        return gathered([self._without_the_lost(_with_all_they_name(through, self._held))])

    def _without_the_lost(self, through: Files) -> Files:
        """The rows without references to lost rows; a line of a lost order is lost with it."""
        for name, needed in _NEEDS:
            column, lost = _NAMED_BY[needed][0], self._lost[needed]
            if not lost or name not in through:
                continue
            rows = through[name]
            if name == "order_lines":
                through[name] = [row for row in rows if row[column] not in lost]
            else:
                through[name] = [{**row, column: None} if row.get(column) in lost else row for row in rows]
        return through


_NEEDS = (("orders", "customers"), ("invoices", "customers"), ("order_lines", "orders"), ("payments", "invoices"))
_NAMED_BY = {"customers": ("customer", "code"), "orders": ("order", "number"), "invoices": ("invoice", "number")}


def _with_all_they_name(through: Files, held: Files) -> Files:
    """Lines wait for their orders, orders for their customers: a system that is back sends them together."""
    for name, needed in _NEEDS:
        if held.get(needed) and through.get(name):
            held[name] = [*held.get(name, []), *through.pop(name)]
    return through
