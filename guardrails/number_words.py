"""Numbers that are written in words, in English and German: as little founded as bare digits are."""

import re

_EN_SMALL = "zero|one|two|three|four|five|six|seven|eight|nine|ten"
_EN_LARGE = (
    "eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    "|hundreds?|thousands?|millions?|[bt]rillions?|dozens?"
)
_EN_UNIT = "percent|per cent|percentage|euros?|dollars?|pounds?|francs?|cents?|units?|pieces?|points?|times"

_DE_SMALL = "null|eine?[mnrs]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn"
_DE_STEM = "ein|zwei|drei|vier|fünf|sechs?|sieb(?:en)?|acht|neun"
_DE_LARGE = (
    rf"(?:elf|zwölf|(?:{_DE_STEM})zehn|(?:zwan|vier|fünf|sech|sieb|acht|neun)zig|drei(?:ß|ss)ig|hundert|tausend)"
)
_DE_COMPOUND = rf"(?:{_DE_STEM}|und|{_DE_LARGE})*{_DE_LARGE}(?:{_DE_STEM}|zehn|und|{_DE_LARGE})*e?"
_DE_WORD = r"Million(?:en)?|Milliarden?|Dutzend(?:e|en)?"
_DE_UNIT = "Prozent(?:punkte?n?)?|Euro|Dollar|Franken|Cent|Stück|Einheiten|Punkten?|Mal"

_NUMBER = re.compile(
    rf"\b(?:(?:{_EN_LARGE})(?:-(?:{_EN_SMALL}))?|{_DE_COMPOUND}|{_DE_WORD}"
    # "one percent of it", "ein Stück": an article, more often than a count
    rf"|(?!one\b|eine?[mnrs]?\b)(?:(?:{_EN_SMALL})[\s-]+(?:{_EN_UNIT})|(?:{_DE_SMALL})\s+(?:{_DE_UNIT})))\b",
    re.IGNORECASE,
)


def number_in_words(text: str) -> str | None:
    """The first number of a text that is written out: large ones anywhere, small ones before money, pieces, percent.

    Short spans ("within two weeks") are let through: they are how methods are spoken of.
    """
    match = _NUMBER.search(text)
    return match[0] if match else None
