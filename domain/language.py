"""The languages that the product writes in."""

from enum import StrEnum


class Language(StrEnum):
    """By its ISO 639-1 code."""

    EN = "en"
    DE = "de"
