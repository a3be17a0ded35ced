"""The parts of papers such as minutes, before anybody decides whether they become Markdown or PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.language import Language
from language.lines import Line, as_markdown, escape_markdown


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
    """Points, each perhaps with points of its own."""

    points: Sequence["BulletPoint"]


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


@dataclass(frozen=True)
class Paper:
    """A title, what one has to know first, and sections."""

    title: str
    subtitle: str
    language: Language
    written_at: datetime
    facts: Sequence[tuple[str, Line]]
    sections: Sequence[Section]
    note: str = ""
    keywords: Sequence[str] = ()


def write_markdown(paper: Paper) -> str:
    """The paper as Markdown; every number of an agent carries the code that opens it."""
    facts = "\n".join(f"- **{label}:** {as_markdown(line)}" for label, line in paper.facts)
    parts = [f"# {escape_markdown(paper.title)}", facts, f"_{escape_markdown(paper.note)}_" if paper.note else ""]
    for section in paper.sections:
        parts += [f"## {section.title}", *(_markdown(block) for block in section.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Paragraph(line):
            return as_markdown(line)
        case Heading(text):
            return f"### {escape_markdown(text)}"
        case Bullets(points):
            return "\n".join(_point(point) for point in points)
        case Table(heads, rows, _):
            lines = [heads, ["---"] * len(heads), *([as_markdown(cell) for cell in row] for row in rows)]
            return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _point(point: BulletPoint) -> str:
    return "\n".join([f"- {as_markdown(point.line)}", *(f"  - {as_markdown(line)}" for line in point.under)])
