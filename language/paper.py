"""The parts of papers such as minutes, before anybody decides whether they become Markdown or PDF."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.language import Language
from language.lines import Line, Sources, Span, Style, as_clean_markdown, escape_markdown

NUMBER = "#"
"""The head of a column that counts the rows."""
_WIDE = 5
"""A terminal has no room for a table of more columns: its rows become lists there."""
_MARKS = re.compile(r"[*_`#|\\]")


@dataclass(frozen=True)
class Paragraph:
    """Sentences in one piece."""

    line: Line


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """Points, each perhaps with points of its own; `numbered` where others refer to them."""

    points: Sequence["BulletPoint"]
    numbered: bool = False


@dataclass(frozen=True)
class BulletPoint:
    """One point, and what is said under it."""

    line: Line
    under: Sequence[Line] = ()


@dataclass(frozen=True)
class Table:
    """Rows under heads; `shares` say how wide each column is beside the others."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Line]]
    shares: Sequence[int]


Block = Paragraph | Heading | Bullets | Table


@dataclass(frozen=True)
class Section:
    """A part with a head of its own."""

    title: str
    blocks: Sequence[Block]

    @property
    def is_wide(self) -> bool:
        """Whether it has a table that an upright sheet is too narrow for."""
        return any(isinstance(block, Table) and len(block.heads) > _WIDE for block in self.blocks)


@dataclass(frozen=True)
class Paper:
    """A title, one page that people read, and what stands behind it: sections, and facts about the paper itself."""

    title: str
    subtitle: str
    language: Language
    written_at: datetime
    page: Sequence[Block]
    sections: Sequence[Section] = ()
    facts: Sequence[tuple[str, Line]] = ()
    facts_title: str = ""
    sources_title: str = ""
    note: str = ""
    keywords: Sequence[str] = ()


def write_page(paper: Paper, style: Style = as_clean_markdown) -> str:
    """The one page, with its title, as Markdown."""
    return _joined(
        [f"# {escape_markdown(paper.title)}", *(_markdown(block, style, narrow=False) for block in paper.page)]
    )


def write_annex(paper: Paper, style: Style = as_clean_markdown, *, narrow: bool = False) -> str:
    """What stands behind the page as Markdown; `narrow` makes lists of tables that a terminal has no room for."""
    parts: list[str] = []
    for section in paper.sections:
        blocks = [_markdown(block, style, narrow=narrow) for block in section.blocks]
        parts += [f"## {escape_markdown(section.title)}", *blocks]
    if paper.facts:
        facts = "\n".join(f"- **{label}:** {style(line)}" for label, line in paper.facts)
        parts += [f"## {escape_markdown(paper.facts_title)}", facts]
    return _joined([*parts, f"_{escape_markdown(paper.note)}_" if paper.note else ""])


def write_markdown(paper: Paper, style: Style = as_clean_markdown, *, narrow: bool = False) -> str:
    """The page and what stands behind it as Markdown."""
    return f"{write_page(paper, style)}\n{write_annex(paper, style, narrow=narrow)}".rstrip("\n") + "\n"


def write_with_sources(paper: Paper, *, narrow: bool = False) -> str:
    """The same with a number behind each number that can be opened, and at the end the code of each."""
    sources = Sources()
    text = write_markdown(paper, sources.as_markdown, narrow=narrow)
    lines = [
        f"- \\[{number}\\] {escape_markdown(said)}: {', '.join(f'`mhos why {part}`' for part in code.split('+'))}"
        for number, said, code in sources.entries()
    ]
    return "\n".join([text, f"## {escape_markdown(paper.sources_title)}", "", *lines, ""]) if lines else text


def count_words(markdown: str) -> int:
    """The words of a text, numbers among them; its marks are none."""
    return sum(any(sign.isalnum() for sign in word) for word in _MARKS.sub("", markdown).split())


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _markdown(block: Block, style: Style, *, narrow: bool) -> str:
    match block:
        case Paragraph(line):
            return style(line)
        case Heading(text):
            return f"### {escape_markdown(text)}"
        case Bullets(points, numbered):
            marks = (f"{at}." if numbered else "-" for at, _ in enumerate(points, start=1))
            return "\n".join(_point(mark, point, style) for mark, point in zip(marks, points, strict=True))
        case Table(heads, rows, _) if narrow and len(heads) > _WIDE:
            return "\n".join(_as_points(heads, row, style) for row in rows)
        case Table(heads, rows, _):
            lines = [heads, ["---"] * len(heads), *([style(cell) for cell in row] for row in rows)]
            return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _point(mark: str, point: BulletPoint, style: Style) -> str:
    indent = " " * (len(mark) + 1)
    return "\n".join([f"{mark} {style(point.line)}", *(f"{indent}- {style(line)}" for line in point.under)])


def _as_points(heads: Sequence[str], row: Sequence[Line], style: Style) -> str:
    """A row as a point: its number and name, and what else it says under it; one without a number in a single line."""
    if heads[0] != NUMBER:
        told = [f"{escape_markdown(head)} {style(cell)}" for head, cell in zip(heads[1:], row[1:], strict=True)]
        return f"- **{style(row[0])}**: {'; '.join(told)}"
    number, name, *others = row
    under = [
        [Span(f"{head}: "), *cell]
        for head, cell in zip(heads[2:], others, strict=True)
        if any(span.text for span in cell)
    ]
    return _point(f"{style(number)}.", BulletPoint(name, under), style)
