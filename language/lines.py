"""Lines of text in pieces that look different: plain, strong, a number with the code that opens it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


class SpanLook(StrEnum):
    """How a piece of text is set."""

    PLAIN = "plain"
    STRONG = "strong"
    QUIET = "quiet"
    NUMBER = "number"
    CODE = "code"


@dataclass(frozen=True)
class Span:
    """A piece of a line; a number's `code` is what `mhos why` opens: of a sum, the codes of its parts, `a+b`."""

    text: str
    look: SpanLook = SpanLook.PLAIN
    code: str = ""


Line = Sequence[Span]
Style = Callable[[Line], str]


def escape_markdown(text: str) -> str:
    """Text from outside as one line that says what it says: no heading, emphasis, link or tag comes of it."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def as_markdown(line: Line) -> str:
    """A line as Markdown: numbers with the code that `mhos why` opens, words as plain text."""
    return "".join(_marked(span) for span in line)


def as_clean_markdown(line: Line) -> str:
    """A line as Markdown without any code: numbers are words among words."""
    return "".join(_clean(span) for span in line)


class Sources:
    """The numbers of a text in the order in which they appear, each under a number of its own to look it up by."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[int, str]] = {}

    def as_markdown(self, line: Line) -> str:
        """A line as Markdown, every number that can be opened followed by `[3]`."""
        return "".join(f"{_clean(span)}{self._mark(span)}" for span in line)

    def number(self, span: Span) -> int:
        """The place of a number among the sources; 0 for one that cannot be opened."""
        if span.look is not SpanLook.NUMBER or not span.code:
            return 0
        return self._numbers.setdefault(span.code, (len(self._numbers) + 1, span.text))[0]

    def entries(self) -> list[tuple[int, str, str]]:
        """Number, text and code of each, in their order."""
        return [(number, text, code) for code, (number, text) in self._numbers.items()]

    def _mark(self, span: Span) -> str:
        number = self.number(span)
        return f" \\[{number}\\]" if number else ""


def as_linked_markdown(line: Line) -> str:
    """A line as Markdown, every number that can be opened a link to its figure."""
    return "".join(
        f"[{_clean(span)}](figure:{span.code})" if span.look is SpanLook.NUMBER and span.code else _clean(span)
        for span in line
    )


def as_plain(line: Line) -> str:
    """The words and numbers alone."""
    return "".join(span.text for span in line)


def _marked(span: Span) -> str:
    if span.look is SpanLook.NUMBER:
        return f"**{span.text}** `{span.code}`"
    if span.look is SpanLook.CODE:
        return f"`{span.text.replace('`', '')}`"
    return _clean(span)


def _clean(span: Span) -> str:
    mark = {SpanLook.STRONG: "**", SpanLook.QUIET: "_"}.get(span.look, "") if span.text.strip() else ""
    return _kept_spaces(span.text, lambda words: f"{mark}{escape_markdown(words)}{mark}")


def _kept_spaces(text: str, words: Callable[[str], str]) -> str:
    """Words between two numbers, without losing the spaces that keep them apart."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before and ' '}{words(text.strip())}{after and ' '}" if text.strip() else text and " "
