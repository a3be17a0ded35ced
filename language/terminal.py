"""Paragraphs and tables as plain text for a terminal of some width: what reads well without a library for it."""

import textwrap
from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from language.lines import Line, Sources, Span, SpanLook, as_plain
from language.paper import Block, Paragraph, Table

_GAP = "   "
_LEAST = 12
"""A column is not made narrower than that."""


def write_text(blocks: Sequence[Block], width: int, sources: Sources | None = None) -> str:
    """Paragraphs and tables, a blank line between them; with `sources`, a number behind every number."""
    return "\n\n".join(part for part in (_block(block, width, sources) for block in blocks) if part)


def _block(block: Block, width: int, sources: Sources | None) -> str:
    match block:
        case Paragraph(line):
            return _wrapped(_said(line, sources), width)
        case Table(heads, rows, _):
            return _table([list(heads), *([_said(cell, sources) for cell in row] for row in rows)], width)
    return ""


def _said(line: Line, sources: Sources | None) -> str:
    return as_plain(line) if sources is None else "".join(f"{span.text}{_mark(span, sources)}" for span in line)


def _mark(span: Span, sources: Sources) -> str:
    number = sources.number(span) if span.look is SpanLook.NUMBER else 0
    return f" [{number}]" if number else ""


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def _table(rows: Sequence[Sequence[str]], width: int) -> str:
    """Rows under heads, the first column to the left, the others to the right; long cells over several lines."""
    widths = _fitted([max(_wide(row[at]) for row in rows) for at in range(len(rows[0]))], width)
    lines = [line for row in rows for line in _row(row, widths)]
    under = len(_row(rows[0], widths))
    return "\n".join([*lines[:under], "-" * (sum(widths) + len(_GAP) * (len(widths) - 1)), *lines[under:]])


def _fitted(widths: list[int], width: int) -> list[int]:
    """The widths of columns, the widest made narrower until all fit."""
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    parts = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    lines: list[str] = []
    for at in range(max(map(len, parts))):
        row = [part[at] if at < len(part) else "" for part in parts]
        first, *others = (
            _padded(text, width, left=not place) for place, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append(_GAP.join([first, *others]).rstrip())
    return lines


def _padded(text: str, width: int, *, left: bool) -> str:
    room = " " * max(width - _wide(text), 0)
    return text + room if left else room + text


def _wide(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(2 if east_asian_width(sign) in "WF" else 0 if combining(sign) else 1 for sign in text)
