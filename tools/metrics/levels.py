"""Metrics that are told as they stand now: stock, what is out of stock, what is owed, cash."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.figure import Cell
from domain.message import Message
from domain.metrics import Metric, MetricQuery, Split
from store.reads.finance.debtors import Debtor
from store.reads.metrics import stock_by_place
from store.reads.products import products_by_id
from store.reads.settings import brand_of
from store.session import BrandSession
from tools import cells
from tools.base import Retry, ToolAnswer, ToolEnv
from tools.finance.book import money_book, rows_of
from tools.metrics.results import MetricAnswer, Part, parts_shown

Parts = Sequence[tuple[str, str, int]]
"""Code, title and amount."""
_TABLES: Mapping[Metric, tuple[str, ...]] = {
    Metric.STOCK: ("stock_item", "inventory_movement"),
    Metric.STOCK_OUTS: ("stock_item", "inventory_movement"),
    Metric.RECEIVABLES: ("invoice", "payment"),
    Metric.OVERDUE: ("invoice", "payment"),
    Metric.CASH: ("bank_balance",),
}
_UNKNOWN = {
    Metric.STOCK: "metrics.reason.no_stock",
    Metric.STOCK_OUTS: "metrics.reason.no_stock",
    Metric.CASH: "metrics.reason.no_balance",
}


def level_of(session: BrandSession, env: ToolEnv, query: MetricQuery) -> ToolAnswer:
    """The metric as it stands at the session's moment, with its parts."""
    brand = brand_of(session)
    today = str(session.ctx.known_until.astimezone(ZoneInfo(brand.zone)).date())
    sources = rows_of(session, env, *_TABLES[query.metric])
    fields: dict[str, Any] = {"metric": query.metric.value, "first_day": today, "last_day": today}
    if query.product:
        fields["product"] = _title_of(session, query.product)
    level = _level(session, env, query)
    if level is None:
        reasons = [Message(key=_UNKNOWN[query.metric])]
        return ToolAnswer(MetricAnswer(status="abstained", reasons=reasons, **fields), sources)
    total, parts = level
    shown = sorted((part for part in parts if part[2]), key=lambda part: (-part[2], part[0]))
    split = [Part(code=code, title=title, value=_cell(query.metric, brand.currency, n)) for code, title, n in shown]
    value = _cell(query.metric, brand.currency, total)
    parted = _largest(split, query, brand.currency) if query.split is not Split.NONE else {}
    return ToolAnswer(MetricAnswer(status="told", value=value, **parted, **fields), sources)


def _largest(parts: Sequence[Part], query: MetricQuery, currency: str) -> dict[str, Any]:
    """The largest, and the rest as one, so that they add up."""
    most = parts_shown(len(parts), query.top)
    fields: dict[str, Any] = {"split": query.split.value, "parts": parts[:most]}
    if len(parts) <= most:
        return fields
    left = sum(int(part.value.value) for part in parts[most:])
    rest = Part(code="", title="", value=_cell(query.metric, currency, left))
    return {**fields, "rest": rest, "rest_parts": cells.count(len(parts) - most)}


def _title_of(session: BrandSession, sku: str) -> str:
    for product in products_by_id(session).values():
        if product.sku == sku:
            return product.title or sku
    raise Retry(f"There is no product {sku}.")


def _level(session: BrandSession, env: ToolEnv, query: MetricQuery) -> tuple[int, Parts] | None:
    """The total and its parts; None where nothing is known of it."""
    if query.metric in (Metric.STOCK, Metric.STOCK_OUTS):
        return _stock(session, query)
    book = money_book(session, env)
    if query.metric is Metric.CASH:
        return None if book.cash_minor is None else (book.cash_minor, [])
    owed = [(debtor.code, debtor.code, _owed(debtor, query.metric, book.now)) for debtor in book.debtors]
    return sum(amount for _, _, amount in owed), owed


def _owed(debtor: Debtor, metric: Metric, now: datetime) -> int:
    if metric is Metric.RECEIVABLES:
        return debtor.owed_minor
    return sum(debtor.lacks[invoice.number] for invoice in debtor.overdue(now))


def _stock(session: BrandSession, query: MetricQuery) -> tuple[int, Parts] | None:
    places = stock_by_place(session)
    if not places:
        return None
    out = query.metric is Metric.STOCK_OUTS
    products = products_by_id(session)
    amounts: dict[tuple[str, str], int] = {}
    for place, there in places:
        for product, units in there.items():
            row = products[product]
            if query.product not in ("", row.sku):
                continue
            key = (place.code, place.title or place.code) if query.split is Split.LOCATION else (row.sku, row.title)
            amounts[key] = amounts.get(key, 0) + (units == 0 if out else units)
    if not amounts:
        return None
    return sum(amounts.values()), [(code, title, amount) for (code, title), amount in amounts.items()]


def _cell(metric: Metric, currency: str, value: int) -> Cell:
    if metric is Metric.STOCK:
        return Cell(value=value, unit="units")
    return cells.count(value) if metric is Metric.STOCK_OUTS else cells.money(value, currency)
