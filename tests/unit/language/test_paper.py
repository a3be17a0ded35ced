"""Minutes on paper: nothing that stands in a name breaks the Markdown or the PDF."""

from datetime import UTC, datetime

import pytest

from domain.language import Language
from language.lines import Span, SpanLook
from language.paper import BulletPoint, Bullets, Heading, Paper, Paragraph, Section, Table, write_markdown
from language.pdf import write_pdf

NAMES = (
    "Bartöl für Männer — 12,50 €",
    "Shampoo 💈🧔🏽‍♂️ Edition",
    "شامبو للرجال 100%",
    "洗发水 和 護髮素",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 6,
    "a | b # c *d* `e` {f} \\ g",
    "\u202eright to left\u202c \x00\x07\u200b",
    "line\nbreak\tand\ttabs",
    "",
)


def paper(name: str) -> Paper:
    line = [
        Span(name, SpanLook.STRONG), Span(f": sells {name} at "), Span("€3.10", SpanLook.NUMBER, "abcd2345"), Span("."),
        Span(name, SpanLook.CODE), Span(name, SpanLook.QUIET),
    ]  # fmt: skip
    return Paper(
        title=name or "Meeting",
        subtitle=name,
        language=Language.DE,
        written_at=datetime(2026, 11, 21, tzinfo=UTC),
        facts=[("Marke", [Span(name)]), ("Tagesordnung", [Span(name * 3)])],
        sections=[
            Section(
                "Zusammenfassung",
                [Paragraph(line), Heading(name or "x"), Bullets([BulletPoint(line, [line, line])] * 3)],
            ),
            Section("Maßnahmen", [Table(["#", "Was"], [[[Span("1")], [Span(name)]]] * 40, shares=(1, 9))]),
        ],
        note=name,
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_name_breaks_the_pdf(name: str) -> None:
    written = write_pdf(paper(name))
    assert written.startswith(b"%PDF-")
    assert written.rstrip().endswith(b"%%EOF")


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert write_pdf(paper("Bartöl")) == write_pdf(paper("Bartöl"))


@pytest.mark.parametrize("name", NAMES)
def test_no_name_breaks_a_line_of_the_markdown(name: str) -> None:
    written = write_markdown(paper(name))
    assert written.count("\n## ") == 2
    rows = [line for line in written.splitlines() if line.startswith("|")]
    assert len(rows) == 42
    assert all(line.endswith("|") for line in rows)
    assert "\x00" not in write_markdown(paper("Bartöl"))
