"""An answer in one language while it is written: its sentences and its table, with a key for every number."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from domain.figure import Cell, FigureRef, cell_at
from domain.ids import ReceiptId
from domain.language import Language
from domain.message import Message
from language.formats import dated_text, month_text, span_text
from language.lines import Line
from language.paper import Block, Paragraph, Table
from language.prose import BARE, CHANGE, SIZE, prose_line, rounded, without_figures
from language.speech import say, speak

PRICE = "price_"
"""Keys of numbers that are never rounded."""
MOST_ROWS = 5
DASH = "–"


@dataclass(frozen=True)
class Told:
    """An answer: sentences, a table of at most five rows, a line of caveat, and what to ask next; numbers by key."""

    lead: Sequence[str]
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    caveats: Sequence[str] = ()
    next: Sequence[str] = ()
    receipt: UUID | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)
    """The metric tool's answer, where it is about a metric."""

    def text(self) -> str:
        """All of it as prose, numbers by key: for who has no room for a table."""
        rows = [f"- {row[0]}: {', '.join(cell for cell in row[1:] if cell)}" for row in self.rows]
        heads = [f"{', '.join(head for head in self.heads if head)}:"] if rows else []
        return "\n\n".join(
            part
            for part in (" ".join(self.lead), "\n".join([*heads, "", *rows]) if rows else "", *self.caveats)
            if part
        )


@dataclass(frozen=True)
class Refused:
    """No answer: what was understood, the one thing that is missing and who can bring it, as sentences."""

    understood: str
    missing: str
    about: frozenset[str] = frozenset()
    """What the question is about, by which the nearest questions are found."""
    product: str = ""
    receipt: UUID | None = None


class Sheet:
    """Gives out the keys of numbers, and puts what is said in words."""

    def __init__(self, language: Language, today: date) -> None:
        self.language, self.today = language, today
        self.refs: dict[str, FigureRef] = {}
        self.known_codes: dict[str, str] = {}
        self.cells: dict[str, Cell] = {}

    def number(self, receipt: UUID, result: Mapping[str, Any], path: str, look: str = "n_") -> str:
        """A number of a tool's answer as a placeholder; `look` says how it is written."""
        key = self._key(look)
        self.refs[key] = FigureRef(receipt=ReceiptId(receipt), path=path)
        self.cells[key] = cell_at(result, path)
        return f"{{{key}}}"

    def cite(self, code: str, cell: Cell) -> str:
        """A number that was told before, by the code that it has."""
        key = self._key("n_")
        self.known_codes[key], self.cells[key] = code, cell
        return f"{{{key}}}"

    def _key(self, look: str) -> str:
        at = len(self.cells)
        return f"{look}{chr(ord('a') + at // 26)}{chr(ord('a') + at % 26)}"

    def say(self, key: str, /, **words: str) -> str:
        """A sentence; what stands in it may hold placeholders of numbers."""
        return _filled(say(key, self.language), words)

    def counted(self, key: str, count: int, /, **words: str) -> str:
        """A sentence in the plural that the count asks for."""
        counting = Message(key=key, numbers={"count": Cell(value=count, unit="count")})
        return _filled(speak(counting, self.language), words)

    def speak(self, message: Message) -> str:
        return speak(message, self.language)

    def day(self, day: date) -> str:
        """`Thu 3 December`."""
        return dated_text(day, self.language, self.today.year)

    def days(self, first: date, last: date) -> str:
        """`1 to 29 November`."""
        return span_text(first, last, self.language, self.today.year)

    def month(self, day: date) -> str:
        return month_text(day, self.language, self.today.year)

    def listed(self, names: Sequence[str]) -> str:
        """`A, B and C`."""
        *before, last = names
        return self.say("ask.and", first=", ".join(before), last=last) if before else last

    def blocks(self, told: Told, codes: Mapping[str, str]) -> list[Block]:
        """The answer with its numbers in their places."""
        blocks: list[Block] = [Paragraph(self.line(" ".join(told.lead), codes))]
        if told.rows:
            rows = [[self.line(cell, codes) for cell in row] for row in told.rows]
            blocks.append(Table(list(told.heads), rows, [3, *[2] * (len(told.heads) - 1)]))
        return [*blocks, *(Paragraph(self.line(caveat, codes)) for caveat in told.caveats)]

    def line(self, text: str, codes: Mapping[str, str]) -> Line:
        return prose_line(text, self.cells, self.language, codes, rounded)


class Page:
    """One tool's answer, and its numbers on a sheet."""

    def __init__(self, sheet: Sheet, receipt: UUID, result: Mapping[str, Any]) -> None:
        self.sheet, self.receipt, self.result = sheet, receipt, result

    def number(self, path: str) -> str:
        return self.sheet.number(self.receipt, self.result, path)

    def price(self, path: str) -> str:
        """A price, which is never rounded."""
        return self.sheet.number(self.receipt, self.result, path, PRICE)

    def change(self, path: str) -> str:
        """A change, with its sign."""
        return self.sheet.number(self.receipt, self.result, path, CHANGE)

    def bare(self, path: str) -> str:
        """A number without its unit, beside another that has it."""
        return self.sheet.number(self.receipt, self.result, path, BARE)

    def size(self, path: str) -> str:
        """How large a number is, whichever way it goes."""
        return self.sheet.number(self.receipt, self.result, path, SIZE)

    def cell(self, path: str) -> Cell:
        return cell_at(self.result, path)

    def has(self, path: str) -> bool:
        node: Any = self.result
        for part in path.split("/")[1:]:
            node = node[int(part)] if isinstance(node, list) else (node or {}).get(part)
        return node is not None


_PLACE = re.compile(r"\{([a-z_]+)\}")


def _filled(template: str, words: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: words.get(match[1], match[0]), template)


def plain(text: str) -> str:
    """A person's words as a part of prose that cites figures."""
    return without_figures(text)
