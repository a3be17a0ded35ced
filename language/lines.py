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
    """A piece of a line; a number's `code` is what `mhos why` opens."""

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


def as_plain(line: Line) -> str:
    """The words and numbers alone."""
    return "".join(span.text for span in line)


def _marked(span: Span) -> str:
    if span.look is SpanLook.NUMBER:
        return f"**{span.text}** `{span.code}`"
    if span.look is SpanLook.CODE:
        return f"`{span.text.replace('`', '')}`"
    words = _kept_spaces(span.text, escape_markdown)
    mark = {SpanLook.STRONG: "**", SpanLook.QUIET: "_"}.get(span.look, "")
    return f"{mark}{words}{mark}"


def _kept_spaces(text: str, words: Callable[[str], str]) -> str:
    """Words between two numbers, without losing the spaces that keep them apart."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before and ' '}{words(text.strip())}{after and ' '}" if text.strip() else text and " "
