"""Minutes on paper: nothing that stands in a name breaks the Markdown or the PDF."""

from datetime import UTC, datetime

import pytest

from domain.language import Language
from language.lines import Span, SpanLook
from language.paper import (
    BulletPoint,
    Bullets,
    Heading,
    Paper,
    Paragraph,
    Section,
    Table,
    count_words,
    write_markdown,
    write_with_sources,
)
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
        page=[Paragraph(line), Bullets([BulletPoint(line, [line])] * 2, numbered=True)],
        facts=[("Marke", [Span(name)]), ("Tagesordnung", [Span(name * 3)])],
        facts_title="Zur Sitzung",
        sources_title="Quellen",
        sections=[
            Section(
                "Zusammenfassung",
                [Paragraph(line), Heading(name or "x"), Bullets([BulletPoint(line, [line, line])] * 3)],
            ),
            Section("Maßnahmen", [Table(["#", "Was"], [[[Span("1")], [Span(name)]]] * 40, shares=(1, 9))]),
            Section("Beschlüsse", [Table(["#", *"abcdefg"], [[[Span("1")], *[line] * 7]] * 3, shares=(1, *[3] * 7))]),
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
    assert written.count("\n## ") == 4
    rows = [line for line in written.splitlines() if line.startswith("|")]
    assert len(rows) == 42 + 5
    assert all(line.endswith("|") for line in rows)
    assert "\x00" not in write_markdown(paper("Bartöl"))


def test_running_text_carries_no_code() -> None:
    written = write_markdown(paper("Bartöl"))
    assert "abcd2345" not in written
    assert "sells Bartöl at €3.10." in written


def test_asked_for_sources_each_number_has_one_and_the_end_lists_what_opens_it() -> None:
    written = write_with_sources(paper("Bartöl"))
    assert r"sells Bartöl at €3.10 \[1\]." in written
    assert written.rstrip().endswith("## Quellen\n\n- \\[1\\] €3.10: `mhos why abcd2345`"), (
        "once, however often it is said"
    )


def test_a_terminal_gets_a_list_instead_of_a_wide_table() -> None:
    narrow = write_markdown(paper("Bartöl"), narrow=True)
    assert narrow.count("\n|") == 42, "the narrow table stays one"
    assert narrow.count("\n  - c: ") + narrow.count("\n   - c: ") == 3


def test_words_are_counted_without_the_marks_around_them() -> None:
    assert count_words("# Sitzung\n\n**Was war.** Es kamen 1.200 € – 41 %.\n\n1. _Los_") == 9
