"""Brings an order up to what its supplier's documents ask for, where that still pays; else it waits, and says why."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Protocol, TypeVar

from tools.stock.supplier_terms import SupplierMinimum

BELOW_MINIMUM = "below_minimum_order_value"
MINIMUM_UNCLEAR = "minimum_order_value_unclear"
_ATTEMPTS = 6
"""A larger order may be cheaper by the unit, and so fall short again."""


class CandidateLine(Protocol):
    """A product's line of an order, advised or not."""

    @property
    def is_order(self) -> bool: ...

    @property
    def sku(self) -> str: ...

    @property
    def units(self) -> int: ...

    @property
    def cost_minor(self) -> float: ...

    @property
    def gain_minor(self) -> float: ...


L = TypeVar("L", bound=CandidateLine)


def reaching(
    lines: Sequence[L],
    minimum: SupplierMinimum,
    advise: Callable[[Mapping[str, int]], Sequence[L]],
    hold: Callable[[L, str], L],
) -> list[L]:
    """The lines of an order that the supplier takes.

    `advise` gives all lines anew with at least so many units of a product. Where the order would be too small, each
    of its lines grows by the same share, if together they still bring more than waiting; else all of them wait.
    """
    total = _total(lines)
    if not total or minimum.status in ("unsaid", "no_minimum"):
        return list(lines)
    if minimum.status != "stated":
        enough = minimum.highest_minor
        return list(lines) if enough is not None and total >= enough else _held(lines, MINIMUM_UNCLEAR, hold)
    if total >= minimum.amount_minor:
        return list(lines)
    return _grown(lines, minimum.amount_minor, advise) or _held(lines, BELOW_MINIMUM, hold)


def _grown(lines: Sequence[L], least_minor: int, advise: Callable[[Mapping[str, int]], Sequence[L]]) -> list[L]:
    """The order's products with more units of each; empty where that does not pay or one of them cannot grow."""
    wanted = {line.sku: line.units for line in lines if line.is_order}
    total = _total(lines)
    for _ in range(_ATTEMPTS):
        wanted = {sku: ceil(units * least_minor / total) for sku, units in wanted.items()}
        grown = list(advise(wanted))
        if not {line.sku for line in grown if line.is_order} >= set(wanted):
            return []
        total = _total(grown)
        if total >= least_minor:
            return grown if sum(line.gain_minor for line in grown if line.is_order) > 0 else []
    return []


def _held(lines: Sequence[L], why: str, hold: Callable[[L, str], L]) -> list[L]:
    return [hold(line, why) if line.is_order else line for line in lines]


def _total(lines: Sequence[CandidateLine]) -> float:
    return sum(line.cost_minor for line in lines if line.is_order)
