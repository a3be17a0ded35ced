"""Rows of the documented layout, made of what happened on a day: one function a file."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from simulation import catalog
from simulation.catalog import CHANNELS, PRODUCTS, SKUS, STAND_CODES, WAREHOUSE
from simulation.draws import Counts
from simulation.happenings import Day
from simulation.supply import tiers

Row = dict[str, Any]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def euros(cents: Any) -> str:
    return f"{float(cents) / 100:.2f}"


def competitor_prices(day: Day) -> Iterator[Row]:
    if day.competitor_price is None:
        return
    for p, r in np.ndindex(day.competitor_price.shape):
        yield {
            "sku": SKUS[p], "competitor": catalog.COMPETITORS[r], "price": f"{day.competitor_price[p, r]:.2f}",
            "observed_at": midnight(day.date) + timedelta(hours=6),
        }  # fmt: skip


def customers(day: Day) -> Iterator[Row]:
    first, last = day.joined
    cohort = "before" if day.day == 0 else f"{day.date:%Y-%m}"
    for number in range(first, last):
        yield {
            "code": f"C{number:05d}", "name": f"Customer {number}", "cohort": cohort,
            "known_at": midnight(day.date),
        }  # fmt: skip


def dealer_code(dealer: int) -> str:
    """A dealer's code as a customer; those past the first list were won as leads."""
    count = len(catalog.DEALER_CODES)
    return catalog.DEALER_CODES[dealer] if dealer < count else f"N{dealer - count:04d}"


def new_dealers(day: Day) -> Iterator[Row]:
    for order in day.dealer_orders:
        if order.dealer >= len(catalog.DEALER_CODES):
            code = dealer_code(order.dealer)
            yield {"code": code, "name": f"Salon {code[1:]}", "cohort": "dealer", "known_at": midnight(day.date)}


def leads(day: Day, start: date) -> Iterator[Row]:
    """Rows of the day's leads, as the brand has noted them in the evening."""

    def at(count: int | None, hour: int) -> datetime | None:
        return None if count is None else midnight(start + timedelta(days=count)) + timedelta(hours=hour)

    for lead in {reported.number: reported for reported in day.leads}.values():
        closed = "won" if lead.won is not None else "lost" if lead.lost is not None else ""
        yield {
            "code": f"L{lead.number:04d}", "company": f"Salon {lead.number:04d}", "source": "email",
            "stage": closed or ("new" if lead.contacted is None else "contacted"), "value": f"{lead.value:.2f}",
            "opened_at": at(lead.opened, 15), "last_contact_at": at(lead.contacted, 17), "won_at": at(lead.won, 17),
            "lost_at": at(lead.lost, 17), "known_at": at(lead.opened, 15),
        }  # fmt: skip


def online_sales(day: Day) -> Iterator[Row]:
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


def shop_orders(day: Day) -> Iterator[Row]:
    lines = day.shop_orders
    cents = day.online_price[lines.product, 0] * lines.quantity
    for order in np.unique(lines.order):
        here = lines.order == order
        yield {
            "number": _order_code(day, order), "customer": f"C{lines.customer[here][0]:05d}", "channel": "shop",
            "total": euros(cents[here].sum()), "ordered_at": _ordered_at(day, int(order)),
        }  # fmt: skip


def shop_lines(day: Day) -> Iterator[Row]:
    lines, before, line = day.shop_orders, -1, 0
    for order, product, quantity in zip(lines.order, lines.product, lines.quantity, strict=True):
        line = line + 1 if order == before else 1
        before = order
        yield {
            "order": _order_code(day, order), "line": line, "sku": SKUS[product], "quantity": int(quantity),
            "amount": euros(day.online_price[product, 0] * quantity), "known_at": _ordered_at(day, int(order)),
        }  # fmt: skip


def dealer_orders(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=11)
    for order in day.dealer_orders:
        yield _order_row(order.number, order.dealer, order.amount, when)
    for credit in day.credits:
        yield _order_row(credit.number, credit.dealer, -credit.amount, when)


def _order_row(number: str, dealer: int, amount: float, when: datetime) -> Row:
    code = dealer_code(dealer)
    return {"number": number, "customer": code, "channel": "dealers", "total": f"{amount:.2f}", "ordered_at": when}


def dealer_lines(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=11)
    for order in day.dealer_orders:
        for line, p in enumerate(np.flatnonzero(order.units), start=1):
            yield {
                "order": order.number, "line": line, "sku": SKUS[p], "quantity": int(order.units[p]),
                "amount": f"{order.units[p] * order.price[p]:.2f}", "known_at": when,
            }  # fmt: skip


def offers(cost: Row) -> list[Row]:
    """The supplier's offers of a product, by quantity, from the day of its unit cost on."""
    product = PRODUCTS[SKUS.index(cost["sku"])]
    minimum = next(supplier.minimum_units for supplier in catalog.SUPPLIERS if supplier.code == product.supplier)
    return [
        {"supplier": product.supplier, "sku": product.sku, "from_quantity": quantity, "unit_cost": f"{asked:.2f}",
         "valid_from": cost["valid_from"]} for quantity, asked in tiers(float(cost["unit_cost"]), minimum)
    ]  # fmt: skip


def closing(day: Day) -> datetime:
    return midnight(day.date) + timedelta(hours=23)


def movements(day: Day) -> Iterator[Row]:
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


def invoices(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=12)
    for order in day.dealer_orders:
        due = when + timedelta(days=order.due - day.day)
        code = dealer_code(order.dealer)
        yield _invoice(order.number, code, order.amount, when, due)
    for credit in day.credits:
        yield _invoice(credit.number, catalog.DEALER_CODES[credit.dealer], -credit.amount, when, when)


def _invoice(number: str, customer: str, amount: float, issued: datetime, due: datetime) -> Row:
    return {"number": number, "customer": customer, "amount": f"{amount:.2f}", "issued_at": issued, "due_at": due}


def payments(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=13)
    for paid in day.paid:
        yield {"id": paid.number, "invoice": paid.invoice or None, "amount": f"{paid.amount:.2f}", "paid_at": when}


def expenses(day: Day) -> Iterator[Row]:
    when = midnight(day.date) + timedelta(hours=14)
    for at, expense in enumerate(day.expenses):
        yield {
            "id": f"{day.day}-{at}", "category": expense.category, "amount": f"{expense.amount:.2f}", "spent_at": when,
        }  # fmt: skip
