"""A paper as PDF: the one page on the first sheet, what stands behind it after it, footnotes for numbers at the end."""

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from language.lines import Line, Sources, Span, SpanLook, as_plain
from language.paper import Block, BulletPoint, Bullets, Heading, Paper, Paragraph, Section, Table
from language.speech import say

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
_FONT = "DejaVu"
_MARGIN, _LABEL, _INDENT = 20, 38, 5
_INK, _QUIET, _ACCENT, _RULE, _TINT = (33, 37, 41), (115, 122, 130), (22, 78, 99), (208, 213, 219), (243, 246, 248)
_BODY, _SMALL, _CODE, _LEADING = 9.5, 8.5, 6.5, 5.2
_PAGES = "#pages#"
"""Stands for their number until the last is there; braces would be taken for a figure's key."""
_FINE, _MANY, _SOURCES_A_ROW = 7.2, 5, 4
"""A table of more than so many columns is set finer."""
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNSEEN = str.maketrans({"\u00ad": "", "\u200b": "", "\ufeff": ""})


def write_pdf(paper: Paper) -> bytes:
    """The paper as one PDF document; the same paper gives the same bytes."""
    pdf, sources = _blank(paper), Sources()
    _title(pdf, paper)
    for block in paper.page:
        _block(pdf, block, sources)
    for section in paper.sections:
        _section(pdf, section, sources)
    _facts(pdf, paper)
    _sources(pdf, paper, sources)
    return bytes(pdf.output())


def _blank(paper: Paper) -> "FPDF":
    warnings.filterwarnings("ignore", message="Pillow could not be imported")  # no picture is placed (decision 60)
    from fpdf import FPDF

    class Sheet(FPDF):
        def footer(self) -> None:
            self.set_y(-14)
            self.set_font(_FONT, size=7.5)
            self.set_text_color(*_QUIET)
            self.cell(0, 5, _safe(paper.title))
            self.set_x(self.l_margin)
            pages = say("common.page", paper.language, page=str(self.page_no()), pages=_PAGES)
            self.cell(0, 5, pages, align="R")

    for noisy in ("fontTools.subset", "fpdf"):  # glyphs that no font has are drawn as a box: that is enough said
        logging.getLogger(noisy).setLevel(logging.ERROR)
    sheet = Sheet(format="A4", unit="mm")
    sheet.add_font(_FONT, fname=FONTS / "DejaVuSans.ttf")
    sheet.add_font(_FONT, "B", FONTS / "DejaVuSans-Bold.ttf")
    sheet.set_text_shaping(True)
    sheet.set_margins(_MARGIN, 18, _MARGIN)
    sheet.set_auto_page_break(True, 20)
    sheet.alias_nb_pages(_PAGES)
    sheet.set_title(_safe(paper.title))
    sheet.set_lang(paper.language)
    sheet.set_subject(_safe(" ".join(paper.keywords)))
    sheet.set_creation_date(paper.written_at)
    sheet.add_page()
    return sheet


def _title(pdf: "FPDF", paper: Paper) -> None:
    pdf.set_text_color(*_ACCENT)
    pdf.set_font(_FONT, "B", 15)
    pdf.multi_cell(0, 8, _safe(paper.title), new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.ln(3)


def _facts(pdf: "FPDF", paper: Paper) -> None:
    """How it came about, in small print."""
    if paper.facts:
        _section_head(pdf, paper.facts_title)
    for label, line in paper.facts:
        if pdf.will_page_break(_LEADING * 2):
            pdf.add_page(same=True)
        top = pdf.get_y()
        pdf.set_font(_FONT, size=_SMALL)
        pdf.set_text_color(*_QUIET)
        pdf.cell(_LABEL, _LEADING, label)
        pdf.set_xy(_MARGIN + _LABEL, top)
        pdf.set_text_color(*_INK)
        pdf.multi_cell(0, _LEADING, _safe(as_plain(line)), new_x="LMARGIN", new_y="NEXT", align="L")
    if paper.note:
        pdf.ln(2)
        pdf.set_font(_FONT, size=_SMALL)
        pdf.set_text_color(*_QUIET)
        pdf.multi_cell(0, _LEADING, _safe(paper.note), new_x="LMARGIN", new_y="NEXT", align="L")


def _sources(pdf: "FPDF", paper: Paper, sources: Sources) -> None:
    """Under the number that stands behind each: the number as it was printed, and the code that opens it."""
    entries = sources.entries()
    if not entries:
        return
    _section_head(pdf, paper.sources_title)
    cells = [f"{number}  {text}  {_opened_by(code)}" for number, text, code in entries]
    rows = [cells[at : at + _SOURCES_A_ROW] for at in range(0, len(cells), _SOURCES_A_ROW)]
    lines = [[[Span(cell)] for cell in (*row, *[""] * (_SOURCES_A_ROW - len(row)))] for row in rows]
    _table(pdf, Table([], lines, [1] * _SOURCES_A_ROW), Sources(), size=_CODE)


def _opened_by(code: str) -> str:
    """The code; of a sum the first of its parts, and how many there are."""
    first, *others = code.split("+")
    return f"{first} + {len(others)}" if others else first


def _section(pdf: "FPDF", section: Section, sources: Sources) -> None:
    """On a sheet turned sideways where it has a table that is too wide for an upright one."""
    if section.is_wide or pdf.w > pdf.h or pdf.page == 1:
        pdf.add_page(orientation="L" if section.is_wide else "P")
    _section_head(pdf, section.title)
    for block in section.blocks:
        _block(pdf, block, sources)


def _section_head(pdf: "FPDF", title: str) -> None:
    if pdf.will_page_break(30):
        pdf.add_page(same=True)
    pdf.ln(5)
    pdf.set_font(_FONT, "B", 12.5)
    pdf.set_text_color(*_ACCENT)
    pdf.cell(0, 7, _safe(title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_draw_color(*_RULE)
    pdf.line(_MARGIN, pdf.get_y(), pdf.w - _MARGIN, pdf.get_y())
    pdf.ln(2)


def _block(pdf: "FPDF", block: Block, sources: Sources) -> None:
    match block:
        case Paragraph(line):
            _write(pdf, line, _MARGIN, sources)
            pdf.ln(2)
        case Heading(text):
            if pdf.will_page_break(24):
                pdf.add_page(same=True)
            pdf.ln(2)
            pdf.set_font(_FONT, "B", 10)
            pdf.set_text_color(*_INK)
            pdf.multi_cell(0, 6, _safe(text), new_x="LMARGIN", new_y="NEXT", align="L")
        case Bullets(points, numbered):
            for at, point in enumerate(points, start=1):
                _point(pdf, point, f"{at}." if numbered else "•", sources)
            pdf.ln(1)
        case Table():
            _table(pdf, block, sources)


def _point(pdf: "FPDF", point: BulletPoint, sign: str, sources: Sources) -> None:
    _bullet(pdf, sign, _MARGIN)
    _write(pdf, point.line, _MARGIN + _INDENT, sources)
    for line in point.under:
        _bullet(pdf, "–", _MARGIN + _INDENT)
        _write(pdf, line, _MARGIN + 2 * _INDENT, sources)
    pdf.ln(1.2)


def _bullet(pdf: "FPDF", sign: str, left: float) -> None:
    if pdf.will_page_break(_LEADING):
        pdf.add_page(same=True)
    pdf.set_font(_FONT, size=_BODY)
    pdf.set_text_color(*_ACCENT)
    pdf.set_x(left)
    pdf.cell(_INDENT, _LEADING, sign)


def _write(pdf: "FPDF", line: Line, left: float, sources: Sources) -> None:
    """A line of pieces in different looks, wrapped between `left` and the right margin."""
    from fpdf.enums import Align

    pdf.set_left_margin(left)
    with pdf.text_columns(text_align=Align.L, l_margin=left, r_margin=_MARGIN) as column:
        paragraph = column.paragraph(line_height=1.45)
        for text, style, size, colour in _pieces(line, sources):
            pdf.set_font(_FONT, style, size)
            pdf.set_text_color(*colour)
            paragraph.write(text)
        column.end_paragraph()
    pdf.set_left_margin(_MARGIN)
    pdf.set_x(_MARGIN)


def _pieces(line: Line, sources: Sources) -> Iterator[tuple[str, str, float, tuple[int, int, int]]]:
    for span in line:
        match span.look:
            case SpanLook.NUMBER:
                yield _together(span), "", _BODY, _INK
                if mark := _footnote(span, sources):
                    yield mark, "", _BODY, _QUIET
            case SpanLook.CODE:
                yield _safe(span.text), "", _CODE + 0.5, _QUIET
            case SpanLook.QUIET:
                yield _safe(span.text), "", _BODY, _QUIET
            case SpanLook.STRONG:
                yield _safe(span.text), "B", _BODY, _INK
            case SpanLook.PLAIN:
                yield _safe(span.text), "", _BODY, _INK


def _together(span: Span) -> str:
    """A number and its unit do not part at the end of a line."""
    return _safe(span.text).replace(" ", "\u00a0")


def _footnote(span: Span, sources: Sources) -> str:
    """The place of a number among the sources, raised; nothing for one that cannot be opened."""
    return str(sources.number(span) or "").translate(_RAISED)


def _in_cell(line: Line, sources: Sources) -> str:
    return _safe("".join(f"{span.text}{_footnote(span, sources)}" for span in line))


def _most(pdf: "FPDF", share: float) -> int:
    """How many letters a cell of such a share of the width may have at most, so that its row fits on a sheet."""
    return max(int(share * pdf.epw / 2.4) * int((pdf.h - 60) / _LEADING), 20)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _table(pdf: "FPDF", table: Table, sources: Sources, size: float = _SMALL) -> None:
    from fpdf.enums import TableBordersLayout
    from fpdf.fonts import FontFace

    pdf.set_font(_FONT, size=min(size, _FINE) if len(table.heads) > _MANY else size)
    pdf.set_text_color(*_INK)
    pdf.set_draw_color(*_RULE)
    heads = FontFace(emphasis="BOLD", color=_ACCENT, fill_color=_TINT)
    with pdf.table(
        col_widths=tuple(table.shares),
        first_row_as_headings=bool(table.heads),
        headings_style=heads,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=_LEADING * (0.8 if size < _SMALL or len(table.heads) > _MANY else 0.9),
        text_align="LEFT",
        padding=(1.0, 1.3),
    ) as grid:
        room = [_most(pdf, share / sum(table.shares)) for share in table.shares]
        rows = [
            [_cut(_in_cell(cell, sources), most) for cell, most in zip(row, room, strict=True)] for row in table.rows
        ]
        for cells in [*([[_safe(head) for head in table.heads]] if table.heads else []), *rows]:
            row = grid.row()
            for cell in cells:
                row.cell(cell)
    pdf.ln(2)


def _safe(text: str) -> str:
    """One line, without signs that cannot be seen; spaces at its ends stay, for what comes before and after."""
    words = "".join(" " if sign.isspace() else sign for sign in text.translate(_UNSEEN))
    return "".join(sign for sign in words if sign.isprintable()) or " "
