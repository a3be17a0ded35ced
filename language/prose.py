"""Prose that cites figures, with each number in its place as the language writes it."""

import re
from collections.abc import Callable, Mapping

from domain.errors import InvalidInput
from domain.figure import Cell
from domain.language import Language
from language.formats import cell_text, exact_text, number_text, rounded_text
from language.lines import Span, SpanLook

KEY = re.compile(r"\{([a-z][a-z_]{0,39})\}")
_WITH_DATIVE = re.compile(r"\b(?:ab|aus|bei|binnen|in|mit|nach|seit|von|vor|zu) $", re.IGNORECASE)
_PLURALS = re.compile(r"\b(Tage|Monate|Jahre)$")
"""German nouns that take an -n after such prepositions: `seit 3 Tagen`."""
PER_PERCENT = "per_percent"
"""How the key of an elasticity begins that is said as what a percent of the price does."""
_BRACES = str.maketrans("{}", "()")


def without_figures(text: str) -> str:
    """A person's text as prose that cites figures can carry it: braces would read as the key of one."""
    return text.translate(_BRACES)


Writing = Callable[[str, Cell, Language], str]
"""How a number of some key is written."""
_PRICED = re.compile(r"price_|_price|unit_cost|average|other_[a-z]$")


def exactly(key: str, cell: Cell, language: Language) -> str:
    """As tables, action items and receipts have it."""
    return exact_text(cell, language)


SIZE = "size_"
"""Keys that begin so stand for how large a number is: the words around it say which way it goes."""


CHANGE = "change_"
"""Keys that begin so stand for changes: above nothing with a plus."""
BARE = "bare_"
"""Keys that begin so stand beside another number of the same unit, and go without it."""


def rounded(key: str, cell: Cell, language: Language) -> str:
    """As running text has it; prices stay exact."""
    if key.startswith(SIZE):
        return rounded_text(cell.model_copy(update={"value": abs(cell.value)}), language)
    if key.startswith(CHANGE) and cell.value > 0:
        return f"+{rounded_text(cell, language)}"
    if key.startswith(BARE):
        return rounded_text(cell.model_copy(update={"unit": "count"}), language)
    return exact_text(cell, language) if _PRICED.search(key) else rounded_text(cell, language)


def as_shown(key: str, cell: Cell, language: Language) -> str:
    return cell_text(cell, language)


def _said(key: str, cell: Cell, language: Language, written: Writing) -> str:
    """As written; an elasticity that is said of each percent is that many percent, of which the sentence says whether
    they are more or less."""
    if key.startswith(PER_PERCENT):
        return f"{number_text(abs(cell.value), language, 1)} %"
    return written(key, cell, language)


def prose_line(
    text: str,
    cells: Mapping[str, Cell],
    language: Language,
    codes: Mapping[str, str] = {},
    written: Writing = as_shown,
) -> list[Span]:
    """The prose in pieces, every `{key}` a number that its code opens. Raises InvalidInput for one that is missing."""
    spans, at = list[Span](), 0
    for match in KEY.finditer(text):
        if match[1] not in cells:
            raise InvalidInput(f"The text cites {{{match[1]}}}, but no number of that name is given.")
        number = _said(match[1], cells[match[1]], language, written)
        if language is Language.DE and _WITH_DATIVE.search(text[: match.start()]):
            number = _PLURALS.sub(r"\1n", number)
        spans += [Span(text[at : match.start()]), Span(number, SpanLook.NUMBER, codes.get(match[1], ""))]
        at = match.end()
    return [span for span in (*spans, Span(text[at:])) if span.text]
