"""A claim as a person reads it: its prose with the numbers in it."""

from collections.abc import Mapping

from domain.figure import Cell
from domain.language import Language
from domain.report import Claim
from language.lines import as_plain
from language.prose import prose_line
from language.speech import prose_of


def read_out(claim: Claim, cells: Mapping[str, Cell], language: Language = Language.EN) -> str:
    """Every number in its place. Raises InvalidInput for one that is not given."""
    return as_plain(prose_line(prose_of(claim, language), cells, language))
