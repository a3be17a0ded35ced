"""What the brand's systems report of a day, as rows of the documented layout: all that ever leaves the world."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from simulation import catalog, messages
from simulation.catalog import CHANNELS, PRODUCTS, SKUS, STAND_CODES, STANDS, WAREHOUSE
from simulation.draws import Counts, Draws
from simulation.happenings import Day
from simulation.scenario import DataOutage, StockCountError
from simulation.world import WEEK, World

Row = dict[str, Any]
Files = dict[str, list[Row]]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def euros(cents: Any) -> str:
    return f"{float(cents) / 100:.2f}"


def gathered(days: Iterable[Files]) -> Files:
    """The reports of several days as one; of a purchase order that was told twice, as it stands last."""
    files: Files = defaultdict(list)
    for day in days:
        for name, rows in day.items():
            files[name].extend(rows)
    if orders := files.get("purchase_orders"):
        files["purchase_orders"] = list({row["number"]: row for row in orders}.values())
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
            }
            for at, code in enumerate(STAND_CODES)
        ]
        files: Files = {
            "products": [
                {"sku": p.sku, "title": p.title, "category": p.category, "pack": p.pack,
                 "vat_percent": catalog.VAT_PERCENT} for p in PRODUCTS
            ],
            "channels": [
                {"code": code, "title": title, "fee_percent": fee, "prices_include_vat": code != "dealers"}
                for code, title, fee in channels
            ],
            "locations": [{"code": WAREHOUSE, "title": "Warehouse", "kind": "warehouse"}, *stands],
            "suppliers": [
                {"code": s.code, "title": s.title, "lead_time_days": s.lead_time_days} for s in catalog.SUPPLIERS
            ],
            "customers": [
                {"code": code, "name": f"Dealer {code[1:]}", "cohort": "dealer"} for code in catalog.DEALER_CODES
            ],
        }  # fmt: skip
        return {name: [{**row, "known_at": known} for row in rows] for name, rows in files.items()}

    def report(self, day: Day) -> Files:
        """What arrives in the night after a day."""
        files: Files = defaultdict(list)
        for name, rows in self._parts(day):
            files[name].extend(rows)
        return {name: rows for name, rows in self._through_outages(day, files).items() if rows}

    def _parts(self, day: Day) -> Iterator[tuple[str, Sequence[Row] | Iterator[Row]]]:
        yield "prices", self._prices(day)
        yield "product_costs", self._costs(day)
        yield "competitor_prices", _competitor_prices(day)
        yield "customers", _customers(day)
        yield "sales", [*_online_sales(day), *self._weekly_sales(day)]
        yield "orders", [*_shop_orders(day), *_dealer_orders(day)]
        yield "order_lines", [*_shop_lines(day), *_dealer_lines(day)]
        yield "stock", self._counts(day)
        yield "inventory_movements", _movements(day)
        yield "purchase_orders", self._purchase_orders(day)
        yield "invoices", _invoices(day)
        yield "payments", _payments(day)
        yield "expenses", _expenses(day)
        yield "messages", messages.of_day(self._draws, self._plan.schedule, day, day.day - self._plan.history_days)

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
        """What names a row that was lost names nobody; a line of a lost order is lost with it."""
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


def _competitor_prices(day: Day) -> Iterator[Row]:
    if day.competitor_price is None:
        return
    for p, r in np.ndindex(day.competitor_price.shape):
        yield {
            "sku": SKUS[p], "competitor": catalog.COMPETITORS[r], "price": f"{day.competitor_price[p, r]:.2f}",
            "observed_at": midnight(day.date) + timedelta(hours=6),
        }  # fmt: skip


def _customers(day: Day) -> Iterator[Row]:
    first, last = day.joined
    cohort = "before" if day.day == 0 else f"{day.date:%Y-%m}"
    for number in range(first, last):
        yield {
            "code": f"C{number:05d}", "name": f"Customer {number}", "cohort": cohort,
            "known_at": midnight(day.date),
        }  # fmt: skip


def _online_sales(day: Day) -> Iterator[Row]:
    when = midnight(day.date)
    for p, c in np.ndindex(day.online_units.shape):
        yield {
            "period_start": when, "period_days": 1, "channel": CHANNELS[c], "sku": SKUS[p],
            "units": int(day.online_units[p, c]), "unit_price": euros(day.online_price[p, c]),
            "unit_cost": f"{day.unit_cost[p]:.2f}", "deal": int(day.online_deal[p, c]),
        }  # fmt: skip


def _order_code(day: Day, order: int) -> str:
    return f"S{day.day:04d}-{order:03d}"


def _ordered_at(day: Day, order: int) -> datetime:
    return midnight(day.date) + timedelta(hours=7, minutes=(order * 37) % 900)


def _shop_orders(day: Day) -> Iterator[Row]:
    lines = day.shop_orders
    cents = day.online_price[lines.product, 0] * lines.quantity
    for order in np.unique(lines.order):
        here = lines.order == order
        yield {
            "number": _order_code(day, order), "customer": f"C{lines.customer[here][0]:05d}", "channel": "shop",
            "total": euros(cents[here].sum()), "ordered_at": _ordered_at(day, int(order)),
        }  # fmt: skip


def _shop_lines(day: Day) -> Iterator[Row]:
    lines, before, line = day.shop_orders, -1, 0
    for order, product, quantity in zip(lines.order, lines.product, lines.quantity, strict=True):
        line = line + 1 if order == before else 1
        before = order
        yield {
            "order": _order_code(day, order), "line": line, "sku": SKUS[product], "quantity": int(quantity),
            "amount": euros(day.online_price[product, 0] * quantity), "known_at": _ordered_at(day, int(order)),
        }  # fmt: skip


def _dealer_orders(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=11)
    for order in day.dealer_orders:
        yield _order_row(order.number, order.dealer, order.amount, when)
    for credit in day.credits:
        yield _order_row(credit.number, credit.dealer, -credit.amount, when)


def _order_row(number: str, dealer: int, amount: float, when: datetime) -> Row:
    code = catalog.DEALER_CODES[dealer]
    return {"number": number, "customer": code, "channel": "dealers", "total": f"{amount:.2f}", "ordered_at": when}


def _dealer_lines(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=11)
    for order in day.dealer_orders:
        for line, p in enumerate(np.flatnonzero(order.units), start=1):
            yield {
                "order": order.number, "line": line, "sku": SKUS[p], "quantity": int(order.units[p]),
                "amount": f"{order.units[p] * order.price[p]:.2f}", "known_at": when,
            }  # fmt: skip


def _movements(day: Day) -> Iterator[Row]:
    """Every movement that the brand's systems saw; what is stolen they see at the next count only."""
    when = midnight(day.date) + timedelta(hours=20)
    transferred = np.sum(list(day.refills.values()), axis=0) if day.refills else np.zeros(len(PRODUCTS), dtype=np.int64)
    dealers = np.sum([order.units for order in day.dealer_orders], axis=0) if day.dealer_orders else 0
    back = np.sum([credit.units for credit in day.credits], axis=0) if day.credits else 0
    received = np.zeros(len(PRODUCTS), dtype=np.int64)
    for order in day.received:
        received[order.product] += order.units
    of_warehouse: dict[str, Counts] = {
        "receipt": received,
        "sale": -(day.online_units.sum(axis=1) + dealers),
        "transfer": -transferred,
        "return": day.restocked + back,
        "correction": -day.expired,
    }
    for kind, units in of_warehouse.items():
        yield from _moved(day, WAREHOUSE, kind, units, when)
    for stand, units in day.refills.items():
        yield from _moved(day, STAND_CODES[stand], "transfer", units, when)


def _moved(day: Day, place: str, kind: str, units: Counts, when: datetime) -> Iterator[Row]:
    for p in np.flatnonzero(units):
        yield {
            "id": f"{day.day}-{kind}-{place}-{SKUS[p]}", "location": place, "sku": SKUS[p], "kind": kind,
            "quantity": int(units[p]), "moved_at": when,
        }  # fmt: skip


def _invoices(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=12)
    for order in day.dealer_orders:
        due = when + timedelta(days=order.due - day.day)
        code = catalog.DEALER_CODES[order.dealer]
        yield _invoice(order.number, code, order.amount, when, due)
    for credit in day.credits:
        yield _invoice(credit.number, catalog.DEALER_CODES[credit.dealer], -credit.amount, when, when)


def _invoice(number: str, customer: str, amount: float, issued: datetime, due: datetime) -> Row:
    return {"number": number, "customer": customer, "amount": f"{amount:.2f}", "issued_at": issued, "due_at": due}


def _payments(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=13)
    for paid in day.paid:
        yield {"id": paid.number, "invoice": paid.invoice or None, "amount": f"{paid.amount:.2f}", "paid_at": when}


def _expenses(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=14)
    for at, expense in enumerate(day.expenses):
        yield {
            "id": f"{day.day}-{at}", "category": expense.category, "amount": f"{expense.amount:.2f}", "spent_at": when,
        }  # fmt: skip
