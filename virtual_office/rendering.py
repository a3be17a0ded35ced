"""Turns stored prose and figure codes into sentences with numbers that can be opened."""

import re
from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import select
from sqlmodel import col

from domain.figure import Cell
from store.session import BrandSession
from store.tables import FigureRow

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
_KEY = re.compile(r"\{([a-z][a-z_]{0,39})\}")
Style = Callable[[str, str], str]


def escape_markdown(text: str) -> str:
    """Text from outside as one line that says what it says: no heading, emphasis, link or tag comes of it."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


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
        """The prose with every `{key}` replaced by its number; as Markdown, the words themselves are plain text."""
        words = escape_markdown if style is as_markdown else str
        found, at = [], 0
        for match in _KEY.finditer(text):
            code = figures[match[1]]
            found += [_kept_spaces(text[at : match.start()], words), style(self._cells[code].render(), code)]
            at = match.end()
        return "".join([*found, _kept_spaces(text[at:], words)])


def _kept_spaces(text: str, words: Callable[[str], str]) -> str:
    """Words between two numbers, without losing the spaces that keep them apart."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before and ' '}{words(text.strip())}{after and ' '}" if text.strip() else text and " "
