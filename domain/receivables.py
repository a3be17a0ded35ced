"""What a debtor still owes, invoice by invoice, once its credit notes are set against it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol


class Billed(Protocol):
    """An invoice and what it lacks, below zero for a credit note that nothing was set against."""

    @property
    def number(self) -> str: ...

    @property
    def lacks_minor(self) -> int: ...

    @property
    def issued_at(self) -> datetime: ...


def owed_by(invoices: Sequence[Billed]) -> Mapping[str, int]:
    """What each invoice of one debtor still lacks: its credit notes are set against what is open, oldest first."""
    credit = -sum(one.lacks_minor for one in invoices if one.lacks_minor < 0)
    found: dict[str, int] = {}
    for one in sorted(invoices, key=lambda one: (one.issued_at, one.number)):
        lacks = max(one.lacks_minor, 0)
        used = min(credit, lacks)
        credit -= used
        found[one.number] = lacks - used
    return found
