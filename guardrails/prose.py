"""Prose carries no numbers of its own: each is a figure by key; a bare digit, or a number in words, is refused."""

import re
import unicodedata
from collections.abc import Mapping

from domain.errors import InvalidInput
from domain.figure import FigureRef
from domain.report import Claim
from guardrails.names import NameIndex, anywhere
from guardrails.number_words import number_in_words

_KEY = re.compile(r"\{([a-z][a-z_]{0,39})\}")
_WORD = re.compile(r"[^\s]+")
_TRIM = ".,;:!?()[]\"'“”‘’«»*_`"
_FIGURE = "\ufffc"
_STANDING_ALONE = re.compile(
    r"(?:^|(?<=[\s(\[\"'“‘«*_`])|(?<=[}\w][–—/]))\{([a-z][a-z_]{0,39})\}(?=$|[\s.,;:!?)\]\"'”’»–—/*_`-])"
)
_RUN_TOGETHER = re.compile(r"\{([a-z_]+)\}(?![–—/]\{)[^\s{}]*\{")


def check_claim(claim: Claim, allowed_tokens: frozenset[str]) -> None:
    """Raises InvalidInput for a bare number, one written out (`four million`, `zwölf Prozent`), a key without a figure,
    a figure without a key, a stray brace, or a figure that signs or letters beside it would turn into another number
    (`-{x}`, `{x}k`, `{x}.{y}`).

    A word counts as a number when any of its characters has a numeric value in Unicode (digits, fractions,
    superscripts, Roman numeral signs), or is made of one that has (`㎡`). `allowed_tokens` are whole words that may
    hold digits, such as a SKU or the date of the meeting. A value that happens to equal some cell is a bare number.
    What is said in German too is held to the same, and to the same figures.
    """
    ProseCheck(allowed_tokens).check(claim)


def check_line(text: str, allowed_tokens: frozenset[str]) -> None:
    """Raises InvalidInput for text without figures that holds a number, as `check_claim` does."""
    ProseCheck(allowed_tokens).check_line(text)


class ProseCheck:
    """`check_claim` and `check_line` for all texts of a run: what may stand in them is looked through once."""

    def __init__(self, allowed_tokens: frozenset[str]) -> None:
        self._allowed = allowed_tokens
        self._named_by_numbers = NameIndex(filter(number_in_words, allowed_tokens))
        """Those that hold a number in words, such as `Dozen Roses`."""

    def check(self, claim: Claim) -> None:
        """Raises as `check_claim` does."""
        beside, cited = set(_KEY.findall(claim.beside)), set(_KEY.findall(claim.text))
        figures = {key: ref for key, ref in claim.figures.items() if key in cited or key not in beside}
        self._check_text(claim.text, figures)
        if claim.beside:
            self._check_text(claim.beside, {key: ref for key, ref in claim.figures.items() if key in beside})
        if not claim.german:
            return
        try:
            self._check_text(claim.german, figures)
        except InvalidInput as error:
            raise InvalidInput(f"In the German: {error.message}", remedy=error.remedy) from error

    def check_line(self, text: str) -> None:
        """Raises as `check_line` does."""
        self._check_text(text, {})

    def _check_text(self, text: str, figures: Mapping[str, FigureRef]) -> None:
        keys = set(_KEY.findall(text))
        if missing := sorted(keys - set(figures)):
            raise InvalidInput(f"The text cites {{{missing[0]}}}, but no figure of that name is given.")
        if unused := sorted(set(figures) - keys):
            raise InvalidInput(f"The figure {unused[0]} is given, but the text does not cite it.")
        plain = _KEY.sub(_FIGURE, text.replace(_FIGURE, " "))
        if "{" in plain or "}" in plain:
            raise InvalidInput("The text has a brace that is no figure's key.", remedy="Write figures as {key}.")
        if number := _bare_number(plain, self._allowed):
            shown = number.replace(_FIGURE, "{…}")
            raise InvalidInput(f"The text has a bare number: {shown!r}.", remedy="Cite a cell of a receipt as {key}.")
        if words := number_in_words(self._named_by_numbers.blanked(plain, anywhere)):
            raise InvalidInput(
                f"The text has a number in words: {words!r}.", remedy="Cite a cell of a receipt as {key}."
            )
        if key := _glued(text):
            raise InvalidInput(
                f"What stands beside {{{key}}} would make another number of it.",
                remedy="Let a figure stand alone: it brings its own sign and unit.",
            )


def _glued(text: str) -> str | None:
    """The first key that a sign, a letter or another key touches; a dash or a slash may join two."""
    if match := _RUN_TOGETHER.search(text):
        return match[1]
    alone = {match.start(1) for match in _STANDING_ALONE.finditer(text)}
    return next((match[1] for match in _KEY.finditer(text) if match.start(1) not in alone), None)


def _bare_number(text: str, allowed_tokens: frozenset[str]) -> str | None:
    for word in _WORD.findall(text):
        bare = word.strip(_TRIM)
        if bare not in allowed_tokens and any(_is_numeric(sign) for sign in word):
            return word
    return None


def _is_numeric(sign: str) -> bool:
    return any(
        unicodedata.numeric(part, None) is not None or unicodedata.category(part).startswith("N")
        for part in {sign, *unicodedata.normalize("NFKC", sign)}
    )
