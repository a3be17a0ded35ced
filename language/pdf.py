"""A paper as PDF: A4, set in a font that knows most scripts, numbers with the codes that open them."""

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from language.lines import Line, Span, SpanLook, as_plain
from language.paper import Block, BulletPoint, Bullets, Heading, Paper, Paragraph, Section, Table
from language.speech import say

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
_FONT = "DejaVu"
_MARGIN, _LABEL, _INDENT = 20, 38, 5
_INK, _QUIET, _ACCENT, _RULE, _TINT = (33, 37, 41), (115, 122, 130), (22, 78, 99), (208, 213, 219), (243, 246, 248)
_BODY, _SMALL, _CODE, _LEADING = 9.5, 8.5, 6.5, 5.2
_UNSEEN = str.maketrans({"\u00ad": "", "\u200b": "", "\ufeff": ""})


def write_pdf(paper: Paper) -> bytes:
    """The paper as one PDF document; the same paper gives the same bytes."""
    pdf = _blank(paper)
    _title(pdf, paper)
    for section in paper.sections:
        _section(pdf, section)
    return bytes(pdf.output())


def _blank(paper: Paper) -> "FPDF":
    warnings.filterwarnings("ignore", message="Pillow could not be imported")  # no picture is placed (decision 60)
    from fpdf import FPDF

    class Sheet(FPDF):
        def footer(self) -> None:
            self.set_y(-14)
            self.set_font(_FONT, size=7.5)
            self.set_text_color(*_QUIET)
            self.cell(0, 5, _safe(f"{paper.subtitle} · {paper.title}"))
            self.set_x(self.l_margin)
            pages = say("common.page", paper.language, page=str(self.page_no()), pages="{nb}")
            self.cell(0, 5, pages, align="R")

    for noisy in ("fontTools.subset", "fpdf"):  # glyphs that no font has are drawn as a box: that is enough said
        logging.getLogger(noisy).setLevel(logging.ERROR)
    sheet = Sheet(format="A4", unit="mm")
    sheet.add_font(_FONT, fname=FONTS / "DejaVuSans.ttf")
    sheet.add_font(_FONT, "B", FONTS / "DejaVuSans-Bold.ttf")
    sheet.set_text_shaping(True)
    sheet.set_margins(_MARGIN, 18, _MARGIN)
    sheet.set_auto_page_break(True, 20)
    sheet.set_title(_safe(f"{paper.title} · {paper.subtitle}"))
    sheet.set_lang(paper.language)
    sheet.set_subject(_safe(" ".join(paper.keywords)))
    sheet.set_creation_date(paper.written_at)
    sheet.add_page()
    return sheet


def _title(pdf: "FPDF", paper: Paper) -> None:
    pdf.set_text_color(*_QUIET)
    pdf.set_font(_FONT, size=10)
    pdf.multi_cell(0, 6, _safe(paper.subtitle), new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_text_color(*_ACCENT)
    pdf.set_font(_FONT, "B", 20)
    pdf.multi_cell(0, 10, _safe(paper.title), new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.ln(3)
    for label, line in paper.facts:
        top = pdf.get_y()
        pdf.set_font(_FONT, size=_SMALL)
        pdf.set_text_color(*_QUIET)
        pdf.cell(_LABEL, _LEADING, label)
        pdf.set_xy(_MARGIN + _LABEL, top)
        pdf.set_text_color(*_INK)
        pdf.multi_cell(0, _LEADING, _safe(as_plain(line)), new_x="LMARGIN", new_y="NEXT", align="L")
    if paper.note:
        pdf.ln(2)
        pdf.set_text_color(*_QUIET)
        pdf.multi_cell(0, _LEADING, _safe(paper.note), new_x="LMARGIN", new_y="NEXT", align="L")


def _section(pdf: "FPDF", section: Section) -> None:
    if pdf.will_page_break(30):
        pdf.add_page()
    pdf.ln(6)
    pdf.set_font(_FONT, "B", 12.5)
    pdf.set_text_color(*_ACCENT)
    pdf.cell(0, 7, _safe(section.title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_draw_color(*_RULE)
    pdf.line(_MARGIN, pdf.get_y(), pdf.w - _MARGIN, pdf.get_y())
    pdf.ln(2)
    for block in section.blocks:
        _block(pdf, block)


def _block(pdf: "FPDF", block: Block) -> None:
    match block:
        case Paragraph(line):
            _write(pdf, line, _MARGIN)
            pdf.ln(2)
        case Heading(text):
            if pdf.will_page_break(16):
                pdf.add_page()
            pdf.ln(1)
            pdf.set_font(_FONT, "B", 10)
            pdf.set_text_color(*_INK)
            pdf.cell(0, 6.5, _safe(text), new_x="LMARGIN", new_y="NEXT")
        case Bullets(points):
            for point in points:
                _point(pdf, point)
        case Table():
            _table(pdf, block)


def _point(pdf: "FPDF", point: BulletPoint) -> None:
    _bullet(pdf, "•", _MARGIN)
    _write(pdf, point.line, _MARGIN + _INDENT)
    for line in point.under:
        _bullet(pdf, "–", _MARGIN + _INDENT)
        _write(pdf, line, _MARGIN + 2 * _INDENT)
    pdf.ln(1.2)


def _bullet(pdf: "FPDF", sign: str, left: float) -> None:
    if pdf.will_page_break(_LEADING):
        pdf.add_page()
    pdf.set_font(_FONT, size=_BODY)
    pdf.set_text_color(*_ACCENT)
    pdf.set_x(left)
    pdf.cell(_INDENT, _LEADING, sign)


def _write(pdf: "FPDF", line: Line, left: float) -> None:
    """A line of pieces in different looks, wrapped between `left` and the right margin."""
    from fpdf.enums import Align

    pdf.set_left_margin(left)
    with pdf.text_columns(text_align=Align.L, l_margin=left, r_margin=_MARGIN) as column:
        paragraph = column.paragraph(line_height=1.45)
        for text, style, size, colour in _pieces(line):
            pdf.set_font(_FONT, style, size)
            pdf.set_text_color(*colour)
            paragraph.write(text)
        column.end_paragraph()
    pdf.set_left_margin(_MARGIN)
    pdf.set_x(_MARGIN)


def _pieces(line: Line) -> Iterator[tuple[str, str, float, tuple[int, int, int]]]:
    for span in line:
        match span.look:
            case SpanLook.NUMBER:
                yield _together(span), "B", _BODY, _INK
                yield f"\u00a0{span.code}", "", _CODE, _QUIET
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


def _table(pdf: "FPDF", table: Table) -> None:
    from fpdf.enums import TableBordersLayout
    from fpdf.fonts import FontFace

    pdf.set_font(_FONT, size=_SMALL)
    pdf.set_text_color(*_INK)
    pdf.set_draw_color(*_RULE)
    heads = FontFace(emphasis="BOLD", color=_ACCENT, fill_color=_TINT)
    with pdf.table(
        col_widths=tuple(table.shares),
        headings_style=heads,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=_LEADING,
        text_align="LEFT",
        padding=(1.2, 1.5),
    ) as grid:
        for cells in (table.heads, *([as_plain(cell) for cell in row] for row in table.rows)):
            row = grid.row()
            for cell in cells:
                row.cell(_safe(cell))


def _safe(text: str) -> str:
    """One line, without signs that cannot be seen; spaces at its ends stay, for what comes before and after."""
    words = "".join(" " if sign.isspace() else sign for sign in text.translate(_UNSEEN))
    return "".join(sign for sign in words if sign.isprintable()) or " "
