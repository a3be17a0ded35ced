"""Weeks of a warehouse: units used and the share of the week with stock, by product."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

import numpy as np

from analytics.pricing.panel import Floats
from analytics.stock.stock_path import StockEvent, daily_stock, pooled

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_LONGEST_SILENCE = timedelta(weeks=8)
"""After that, no report means that nothing moved."""


class Move(Protocol):
    """A movement, as `store.reads.stock.levels` reads it."""

    @property
    def product_id(self) -> UUID: ...
    @property
    def location_id(self) -> UUID: ...
    @property
    def moved_at(self) -> datetime: ...
    @property
    def quantity(self) -> int: ...
    @property
    def is_count(self) -> bool: ...
    @property
    def is_use(self) -> bool: ...


class WeeksOfUse(NamedTuple):
    """Units used by week (W,), and the share of each week with stock (W,), the newest last."""

    used: Floats
    available: Floats


def known_until(now: datetime, newest_move: datetime | None, newest_report: datetime | None) -> datetime:
    """The end of the last week: that of the newest movement or sales report, beyond which nothing is known."""
    ends = [end for end in (newest_move and newest_move + _DAY, newest_report) if end is not None]
    return min(now, max(*ends, now - _LONGEST_SILENCE)) if ends else now


def weeks_of_use(moved: Sequence[Move], end: datetime) -> dict[UUID, WeeksOfUse]:
    """The whole weeks up to `end` of each product since it first moved; `moved` in the order of time."""
    if not moved:
        return {}
    start = end - ((end - moved[0].moved_at) // _DAY + 1) * _DAY
    days = (end - start) // _DAY
    events: dict[UUID, list[StockEvent]] = defaultdict(list)
    for move in moved:
        day = min((move.moved_at - start) // _DAY, days - 1)
        events[move.product_id].append(StockEvent(day, move.quantity, move.is_count, move.is_use, move.location_id))
    weeks = {}
    for product, of_product in events.items():
        used, available = daily_stock(pooled(of_product), days).by_week()
        first = len(used) - (days - of_product[0].day) // 7
        weeks[product] = WeeksOfUse(used[first:], available[first:])
    return weeks


class Flow(Protocol):
    """Units of a product that were sold, or came, in the `days` before a moment."""

    @property
    def product_id(self) -> UUID: ...
    @property
    def ended_at(self) -> datetime: ...
    @property
    def days(self) -> int: ...
    @property
    def units(self) -> int: ...


def derived_weeks(
    sold: Sequence[Flow], received: Sequence[Flow], counted: Sequence[Move], end: datetime, weeks: int
) -> dict[UUID, WeeksOfUse]:
    """The whole weeks up to `end` of each product since it first sold, from its sales.

    Stock at a week's end is the last count, and what came and was sold since; before the first count it is what the
    same makes of it backwards. A week that sold had stock, whatever these say: a receipt may be missing. While it is
    below zero customers buy and wait.
    """
    came, counts = _by_week(received, end, weeks), defaultdict[UUID, dict[int, int]](dict)
    for count in counted:
        week = weeks - 1 - int((end - count.moved_at) / _WEEK)
        if count.is_count and 0 <= week < weeks:
            counts[count.product_id][week] = count.quantity
    found: dict[UUID, WeeksOfUse] = {}
    for product, used in _by_week(sold, end, weeks).items():
        stock = _stock_at_ends(came.get(product, np.zeros(weeks)) - used, counts.get(product, {}))
        first = int(np.flatnonzero(used)[0]) if used.any() else weeks
        before = np.concatenate([stock[:1], stock[:-1]])
        available = ((before != 0).astype(float) + (stock != 0)) / 2
        available = np.where(np.isnan(stock) | ((available == 0) & (used > 0)), 1.0, available)
        found[product] = WeeksOfUse(used[first:], available[first:])
    return found


def _by_week(flows: Sequence[Flow], end: datetime, weeks: int) -> dict[UUID, Floats]:
    """Units by week (weeks,), a period's spread evenly over its days."""
    by_product: dict[UUID, Floats] = {}
    for flow in flows:
        units = by_product.get(flow.product_id)
        if units is None:
            units = by_product[flow.product_id] = np.zeros(weeks)
        last = weeks - (end - flow.ended_at) / _WEEK
        length = max(flow.days, 1) / 7
        week = int(np.ceil(last)) - 1
        if length <= 1 and 0 <= week < weeks and last - length >= week:
            units[week] += flow.units
            continue
        for at in range(max(int(last - length), 0), min(int(np.ceil(last)), weeks)):
            units[at] += flow.units * max(min(at + 1, last) - max(at, last - length), 0.0) / length
    return {product: np.maximum(units, 0.0) for product, units in by_product.items()}


def _stock_at_ends(flow: Floats, counts: Mapping[int, int]) -> Floats:
    """Stock at the end of each week (W,); NaN where nothing was ever counted."""
    if not counts:
        return np.full(len(flow), np.nan)
    stock, order = np.zeros(len(flow)), sorted(counts)
    total = np.concatenate([[0.0], np.cumsum(flow)])
    first = order[0]
    stock[: first + 1] = np.maximum(counts[first] - (total[first + 1] - total[1 : first + 2]), 0.0)
    for at, until in zip(order, [*order[1:], len(flow) - 1], strict=True):
        stock[at : until + 1] = counts[at] + total[at + 1 : until + 2] - total[at + 1]
    return stock
