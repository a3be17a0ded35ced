"""Makes cells: numbers with their unit and the decimals worth showing."""

from math import isfinite

from domain.figure import Cell, share_cell
from domain.money import BPS


def money(amount_minor: float, currency: str) -> Cell:
    """An amount in minor units."""
    return Cell(value=round(amount_minor), unit=f"{currency}.minor")


def rate(bps: float) -> Cell:
    """A rate in basis points, shown as percent."""
    return Cell(value=round(bps), unit="bps", decimals=1)


def margin(part_of_one: float) -> Cell:
    """A margin, shown as percent and rounded only then."""
    return Cell(value=round(part_of_one * BPS, 4), unit="bps", decimals=1)


def share(part_of_one: float) -> Cell:
    """A share or probability of 0..1, shown as percent."""
    return share_cell(part_of_one)


def ratio(value: float | None, decimals: int = 2) -> Cell | None:
    """A bare number; None where it is not known or not finite."""
    return None if value is None or not isfinite(value) else Cell(value=value, unit="ratio", decimals=decimals)


def count(value: float) -> Cell:
    return Cell(value=round(value), unit="count")


def units_a_week(value: float) -> Cell:
    return Cell(value=round(value, 1), unit="units/week", decimals=0 if value >= 10 else 1)


def weeks(value: int) -> Cell:
    return Cell(value=value, unit="weeks")


def days(value: int) -> Cell:
    return Cell(value=value, unit="days")
