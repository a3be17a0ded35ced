"""Turns stored prose and figure codes into sentences with numbers that can be opened."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import col

from domain.figure import Cell
from domain.language import Language
from store.session import BrandSession
from store.tables import FigureRow

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
_WITH_DATIVE = re.compile(r"\b(?:ab|aus|bei|binnen|in|mit|nach|seit|von|vor|zu) $", re.IGNORECASE)
_PLURALS = re.compile(r"\b(Tage|Monate|Jahre)$")
"""German nouns that take an -n after such prepositions: `seit 3 Tagen`."""
KEY = re.compile(r"\{([a-z][a-z_]{0,39})\}")


class Look(StrEnum):
    """How a piece of text is set."""

    PLAIN = "plain"
    STRONG = "strong"
    QUIET = "quiet"
    NUMBER = "number"
    CODE = "code"


@dataclass(frozen=True)
class Span:
    """A piece of a line; a number's `code` is what `mhos why` opens."""

    text: str
    look: Look = Look.PLAIN
    code: str = ""


Line = Sequence[Span]
Style = Callable[[Line], str]


def without_figures(text: str) -> str:
    """What people wrote, as prose that cites figures can carry it: braces would read as the key of one."""
    return text.translate(_BRACES)


_BRACES = str.maketrans("{}", "()")


def escape_markdown(text: str) -> str:
    """Text from outside as one line that says what it says: no heading, emphasis, link or tag comes of it."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def as_markdown(line: Line) -> str:
    """A line as Markdown: numbers with the code that `mhos why` opens, words as plain text."""
    return "".join(_marked(span) for span in line)


def as_plain(line: Line) -> str:
    """The words and numbers alone."""
    return "".join(span.text for span in line)


def _marked(span: Span) -> str:
    if span.look is Look.NUMBER:
        return f"**{span.text}** `{span.code}`"
    if span.look is Look.CODE:
        return f"`{span.text.replace('`', '')}`"
    words = _kept_spaces(span.text, escape_markdown)
    mark = {Look.STRONG: "**", Look.QUIET: "_"}.get(span.look, "")
    return f"{mark}{words}{mark}"


class Figures:
    """The figures of some prose, read at once, and written in one language."""

    def __init__(self, session: BrandSession, codes: Iterable[str], language: Language = Language.EN) -> None:
        wanted = sorted(set(codes))
        rows = session.scalars(select(FigureRow).where(col(FigureRow.code).in_(wanted))).all()
        self._cells = {row.code: Cell(value=row.value, unit=row.unit, decimals=row.decimals) for row in rows}
        self._language = language

    def spans(self, text: str, figures: Mapping[str, str]) -> list[Span]:
        """The prose in pieces, with every `{key}` replaced by its number."""
        found, at = [], 0
        for match in KEY.finditer(text):
            code = figures[match[1]]
            number = self._cells[code].render(self._language)
            if self._language is Language.DE and _WITH_DATIVE.search(text[: match.start()]):
                number = _PLURALS.sub(r"\1n", number)
            found += [Span(text[at : match.start()]), Span(number, Look.NUMBER, code)]
            at = match.end()
        return [span for span in (*found, Span(text[at:])) if span.text]

    def render(self, text: str, figures: Mapping[str, str], style: Style = as_markdown) -> str:
        """The prose with every `{key}` replaced by its number."""
        return style(self.spans(text, figures))


def _kept_spaces(text: str, words: Callable[[str], str]) -> str:
    """Words between two numbers, without losing the spaces that keep them apart."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before and ' '}{words(text.strip())}{after and ' '}" if text.strip() else text and " "
