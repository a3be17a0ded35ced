"""Figures: numbers that can be opened, each pointing at a cell of a receipt."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.errors import InvalidInput
from domain.ids import ReceiptId
from domain.language import Language, localised
from domain.money import format_minor

_GERMAN_UNITS = {
    "units": "Stück",
    "units/week": "Stück je Woche",
    "units/day": "Stück je Tag",
    "weeks": "Wochen",
    "days": "Tage",
    "hours": "Stunden",
    "km": "km",
    "months": "Monate",
    "years": "Jahre",
}
_PLACES = {"page": "Seite", "passage": "Abschnitt"}
"""Where a quoted passage stands: shown as `page 3`."""
_ENGLISH_ONE = {
    "units": "unit", "units/week": "unit/week", "units/day": "unit/day", "weeks": "week", "days": "day",
    "hours": "hour", "months": "month", "years": "year",
}  # fmt: skip
_ONE = {"Wochen": "Woche", "Tage": "Tag", "Stunden": "Stunde", "Monate": "Monat", "Jahre": "Jahr"}

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
"""A position in a list as RFC 6901 has it: without leading zeros, so that a cell has one pointer only."""

FigureKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]


class Cell(BaseModel):
    """A number that a tool computed, with what it counts in and how many decimals are worth showing.

    `unit` is a currency's minor unit (`USD.minor`), `bps`, `points` (hundredths of a percentage point), `ratio`,
    `units`, `units/week`, `weeks`, `days`, `count`, `page` or `passage`.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    value: int | float
    unit: str
    decimals: int = Field(default=0, ge=0, le=6)

    def render(self, language: Language = Language.EN) -> str:
        """The number as people read it: `$3.10`, `12.5 %`, `-1.84`, `1,203 units`; `1.203 Stück` in German."""
        currency, _, minor = self.unit.partition(".")
        if minor == "minor":
            return format_minor(round(self.value), currency, language)
        if self.unit == "bps":
            return localised(f"{self.value / 100:,.{max(self.decimals, 1)}f}", language) + " %"
        if self.unit == "points":
            points = "percentage points" if language is Language.EN else "Prozentpunkte"
            return localised(f"{self.value / 100:,.{max(self.decimals, 1)}f}", language) + f" {points}"
        number = f"{self.value:,.{self.decimals}f}"
        if self.unit in _PLACES:
            return f"{_PLACES[self.unit] if language is Language.DE else self.unit} {round(self.value)}"
        if self.unit in {"ratio", "count"}:
            return localised(number, language)
        if language is Language.EN:
            return f"{number} {_ENGLISH_ONE.get(self.unit, self.unit) if number in ('1', '-1') else self.unit}"
        unit = _GERMAN_UNITS.get(self.unit, self.unit)
        return f"{localised(number, language)} {_ONE.get(unit, unit) if number in ('1', '-1') else unit}"


LONGEST_PATH = 500
"""Paths are a part of an index's key, which PostgreSQL limits."""


class FigureRef(BaseModel):
    """Where a figure stands: the receipt and the JSON pointer of its cell (RFC 6901)."""

    model_config = ConfigDict(frozen=True)

    receipt: ReceiptId
    path: str = Field(pattern=r"^(/[^/]+)+$", max_length=LONGEST_PATH)


def cell_at(result: Any, path: str) -> Cell:
    """The cell at a JSON pointer of a receipt's result. Raises InvalidInput where there is none."""
    node = result
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and _INDEX.fullmatch(key) and int(key) < len(node):
            node = node[int(key)]
        elif isinstance(node, dict) and key in node:
            node = node[key]
        else:
            raise InvalidInput(f"the receipt has no cell at {path}", remedy="Point at a cell of the tool's result.")
    if not isinstance(node, dict) or not {"value", "unit"} <= set(node):
        raise InvalidInput(f"{path} is not a number with a unit", remedy="Point at a cell: an object with value, unit.")
    try:
        return Cell.model_validate(node)
    except ValidationError as error:
        raise InvalidInput(f"{path} is not a number with a unit", remedy="Point at another cell.") from error
