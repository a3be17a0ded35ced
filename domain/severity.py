"""How much something matters to the people who are told of it."""

from enum import StrEnum


class Severity(StrEnum):
    """From good to know to drop everything."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
