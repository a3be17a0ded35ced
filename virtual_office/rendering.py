"""Turns stored prose and figure codes into sentences with numbers that can be opened."""

import re
from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import select
from sqlmodel import col

from domain.figure import Cell
from store.session import BrandSession
from store.tables import FigureRow

_KEY = re.compile(r"\{([a-z][a-z_]{0,39})\}")
Style = Callable[[str, str], str]


def as_markdown(number: str, code: str) -> str:
    """The number, with the code that `mhos why` opens."""
    return f"**{number}** `{code}`"


def as_plain(number: str, code: str) -> str:
    """The number alone."""
    return number


class Figures:
    """The figures of some prose, read at once."""

    def __init__(self, session: BrandSession, codes: Iterable[str]) -> None:
        wanted = sorted(set(codes))
        rows = session.scalars(select(FigureRow).where(col(FigureRow.code).in_(wanted))).all()
        self._cells = {row.code: Cell(value=row.value, unit=row.unit, decimals=row.decimals) for row in rows}

    def render(self, text: str, figures: Mapping[str, str], style: Style = as_markdown) -> str:
        """The prose with every `{key}` replaced by its number."""
        return _KEY.sub(lambda match: style(self._cells[figures[match[1]]].render(), figures[match[1]]), text)
