"""Figure codes turned into numbers that can be opened, as they are stored."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlmodel import col

from domain.figure import Cell
from domain.language import Language
from language.lines import Span, Style, as_markdown
from language.prose import Writing, as_shown, prose_line
from store.session import BrandSession
from store.tables import FigureRow


def cells_of(session: BrandSession, codes: Iterable[str]) -> dict[str, Cell]:
    """The numbers of figures by code, read at once."""
    wanted = col(FigureRow.code).in_(sorted(set(codes)))
    rows = session.execute(
        select(col(FigureRow.code), col(FigureRow.value), col(FigureRow.unit), col(FigureRow.decimals)).where(wanted)
    ).all()
    return {code: Cell(value=value, unit=unit, decimals=decimals) for code, value, unit, decimals in rows}


def rendered(
    text: str, figures: Mapping[str, str], cells: Mapping[str, Cell], language: Language, style: Style = as_markdown
) -> str:
    """The prose with every `{key}` replaced by its number."""
    return style(_spans(text, figures, cells, language))


def _spans(
    text: str,
    figures: Mapping[str, str],
    cells: Mapping[str, Cell],
    language: Language,
    written: Writing = as_shown,
) -> list[Span]:
    known = {key: cells[code] for key, code in figures.items() if code in cells}
    return prose_line(text, known, language, figures, written)


class Figures:
    """The figures of some prose, read at once, and written in one language."""

    def __init__(self, session: BrandSession, codes: Iterable[str], language: Language = Language.EN) -> None:
        self._cells = cells_of(session, codes)
        self._language = language

    @property
    def cells(self) -> Mapping[str, Cell]:
        """The numbers, by code."""
        return self._cells

    def spans(self, text: str, figures: Mapping[str, str], written: Writing = as_shown) -> list[Span]:
        """The prose in pieces, with every `{key}` replaced by its number."""
        return _spans(text, figures, self._cells, self._language, written)

    def render(self, text: str, figures: Mapping[str, str], style: Style = as_markdown) -> str:
        """The prose with every `{key}` replaced by its number."""
        return style(self.spans(text, figures))
