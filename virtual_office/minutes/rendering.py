"""Figure codes turned into numbers that can be opened, as they are stored."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlmodel import col

from domain.figure import Cell
from domain.language import Language
from language.lines import Span, Style, as_markdown
from language.prose import prose_line
from store.session import BrandSession
from store.tables import FigureRow


class Figures:
    """The figures of some prose, read at once, and written in one language."""

    def __init__(self, session: BrandSession, codes: Iterable[str], language: Language = Language.EN) -> None:
        wanted = sorted(set(codes))
        rows = session.scalars(select(FigureRow).where(col(FigureRow.code).in_(wanted))).all()
        self._cells = {row.code: Cell(value=row.value, unit=row.unit, decimals=row.decimals) for row in rows}
        self._language = language

    def spans(self, text: str, figures: Mapping[str, str]) -> list[Span]:
        """The prose in pieces, with every `{key}` replaced by its number."""
        cells = {key: self._cells[code] for key, code in figures.items() if code in self._cells}
        return prose_line(text, cells, self._language, figures)

    def render(self, text: str, figures: Mapping[str, str], style: Style = as_markdown) -> str:
        """The prose with every `{key}` replaced by its number."""
        return style(self.spans(text, figures))
