"""A small brand whose customers are known: who bought when, who was written to or held out, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import select

from connectors.feed import deliver
from domain.context import Context
from domain.customers import Arm
from store.database import Database
from store.tables import BrandRules, Customer, MessageSend

DAY = timedelta(days=1)
ORDER, KEPT = 30.0, 0.5
"""Euros of an order, and the share of them that is left after the goods."""


@dataclass(frozen=True)
class Group:
    """Customers alike: each bought so many times, every so many days, the last time so many days ago."""

    name: str
    customers: int
    purchases: int
    every_days: float
    last_days_ago: int
    spread_days: int = 6
    amount: float = ORDER


CHAMPIONS = Group("A", 1_000, 6, 28, 3)
MIDDLING = Group("M", 2_000, 2, 40, 50)
FADING = Group("B", 1_000, 4, 20, 95)
ONCE = Group("C", 1_000, 1, 30, 160)
CROWD = (CHAMPIONS, MIDDLING, FADING, ONCE)
"""Five fifths by recency: the best, two in the middle, those at risk, and those with one order long ago."""


def plant_customers(database: Database, ctx: Context, groups: Sequence[Group] = CROWD, **rules: Any) -> None:
    """Write a channel, a product and its sales with costs, and every customer's orders."""
    files: dict[str, list[dict[str, Any]]] = {
        "channels": [{"code": "shop", "title": "Shop", "prices_include_vat": False}],
        "products": [{"sku": "A", "title": "A"}],
        "sales": [
            {"period_start": ctx.now() - weeks * 7 * DAY, "period_days": 7, "channel": "shop", "sku": "A",
             "units": 100, "unit_price": "30.00", "unit_cost": f"{30 * (1 - KEPT):.2f}"} for weeks in range(1, 20)
        ],
    }  # fmt: skip
    rng = np.random.default_rng(1)
    customers, orders = [], []
    for group in groups:
        for number in range(group.customers):
            code = f"{group.name}{number:04d}"
            customers.append({"code": code, "known_at": ctx.now() - 700 * DAY})
            last = group.last_days_ago + int(rng.integers(0, group.spread_days))
            for at in range(group.purchases):
                ago = last + at * group.every_days
                orders.append(_order(ctx, code, f"{code}-{at}", ago, group.amount * float(rng.uniform(0.6, 1.4))))
    if rules:
        with database.begin(ctx) as session:
            session.add(BrandRules(version=2, author="test", reason="test", created_at=ctx.now(), **rules))
    deliver(ctx, database, "shop", {**files, "customers": customers, "orders": orders})


def _order(ctx: Context, customer: str, number: str, days_ago: float, amount: float = ORDER) -> dict[str, Any]:
    when = ctx.now() - days_ago * DAY
    return {
        "number": number, "customer": customer, "channel": "shop", "total": f"{amount:.2f}", "ordered_at": when,
    }  # fmt: skip


def wrote_to(
    database: Database,
    ctx: Context,
    source: str,
    shares: Mapping[str, tuple[float, float]],
    *,
    days_ago: int = 30,
    segment_of: Mapping[str, str],
    opted_out: int = 0,
) -> None:
    """A past campaign: half of each group written to, half held out; `shares` of each bought within the fortnight.

    `opted_out` of those written to in the first group asked to be left alone.
    """
    with database.begin(ctx) as session:
        ids = {row.code: row.id for row in session.scalars(select(Customer))}
        orders: list[dict[str, Any]] = []
        messages: list[dict[str, Any]] = []
        sent_at = ctx.now() - days_ago * DAY
        for place, (name, (treated, held_out)) in enumerate(shares.items()):
            codes = sorted(code for code in ids if code.startswith(name))
            for arm, share, own in ((Arm.TREATED, treated, codes[0::2]), (Arm.HOLDOUT, held_out, codes[1::2])):
                session.add_all(
                    MessageSend(
                        source=source, customer_id=ids[code], arm=arm, segment=segment_of[name], template="news",
                        worth_minor=2_000, cost_per_thousand_minor=1_200, sent_at=sent_at, known_at=sent_at,
                    )
                    for code in own
                )  # fmt: skip
                bought = own[: round(share * len(own))]
                orders += [
                    _order(ctx, code, f"{code}-{source}", days_ago - 1 - at % 12) for at, code in enumerate(bought)
                ]
            if not place:
                messages = [
                    {"id": f"{source} {code}", "source": "email", "customer": code, "text": "Please unsubscribe me",
                     "received_at": sent_at + DAY} for code in codes[0::2][-opted_out:] if opted_out
                ]  # fmt: skip
    deliver(ctx, database, "shop", {"orders": orders, "messages": messages})


def wrote(
    database: Database, ctx: Context, customer: str, text: str, days_ago: float = 5, rating: int | None = None
) -> None:
    """Something that a customer wrote."""
    row = {"id": f"{customer} {text[:20]} {days_ago}", "source": "email", "customer": customer, "text": text}
    deliver(ctx, database, "mail", {"messages": [{**row, "rating": rating, "received_at": ctx.now() - days_ago * DAY}]})


def plant_leads(
    database: Database, ctx: Context, *, won: int = 4, lost: int = 36, still_open: Sequence[tuple[str, float, int]] = ()
) -> None:
    """Leads that were closed within a year, each open for three weeks, and open ones: code, value, age in days."""
    rows: list[dict[str, Any]] = []
    for number in range(won + lost):
        opened = ctx.now() - (60 + 5 * number) * DAY
        closed = "won_at" if number < won else "lost_at"
        rows.append(
            {"code": f"OLD{number:03d}", "value": "500", "opened_at": opened, closed: opened + 21 * DAY,
             "stage": "won" if number < won else "lost"}
        )  # fmt: skip
    rows += [
        {"code": code, "company": f"Salon {code}", "value": f"{value:.2f}", "opened_at": ctx.now() - age * DAY}
        for code, value, age in still_open
    ]
    deliver(ctx, database, "crm", {"leads": rows})
