"""Claims and reasons as a person reads them: prose with its numbers, and what was given by key in words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from domain.errors import DomainError
from domain.figure import Cell
from domain.language import Language
from domain.message import read_message
from domain.report import Claim
from language.errors import error_text
from language.lines import as_plain
from language.prose import prose_line
from language.speech import joined, prose_of, speak
from store.tables import ActionItem


def read_out(claim: Claim, cells: Mapping[str, Cell], language: Language = Language.EN) -> str:
    """Every number in its place. Raises InvalidInput for one that is not given."""
    return as_plain(prose_line(prose_of(claim, language), cells, language))


def why(reasons: Any, language: Language = Language.EN) -> str:
    """Reasons as they were given or stored, in words."""
    return joined(map(read_message, reasons), language)


@contextmanager
def refused(error: type[DomainError], words: str) -> Iterator[None]:
    """The block raises this error, and with its reasons it says these words."""
    with pytest.raises(error) as caught:
        yield
    assert words in error_text(caught.value)


def status_reason(item: ActionItem) -> str:
    """Why an item is where it is."""
    return speak(read_message(item.status_message), Language.EN) if item.status_message else item.status_reason
