"""Literal names found in a text by how they begin: the work grows with the text, not with how many names there are."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

_PREFIX = 3


@dataclass(frozen=True)
class Ends:
    """Where in a text a name may begin and where it may end; both sides are positions between its characters."""

    starts: Collection[int]
    ends: Collection[int]


def anywhere(text: str) -> Ends:
    """No bounds: names may stand inside words."""
    return Ends(range(len(text)), range(len(text) + 1))


def bounded(begins: re.Pattern[str], ends: re.Pattern[str]) -> Callable[[str], Ends]:
    """Bounds that two patterns of no width draw."""

    def bounds(text: str) -> Ends:
        starts = [match.start() for match in begins.finditer(text)]
        return Ends(starts, {match.start() for match in ends.finditer(text)})

    return bounds


whole_words = bounded(re.compile(r"(?<!\w)"), re.compile(r"(?!\w)"))
"""Names begin and end where no word goes on."""


class NameIndex:
    """NameIndex that a text may hold, made once and asked of any number of texts. Upper and lower case differ."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name for name in names if name)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for name in self._names:
            lengths[name[:_PREFIX]].add(len(name))
        self._lengths: Mapping[str, tuple[int, ...]] = {begin: tuple(sorted(of)) for begin, of in lengths.items()}
        self._begins = sorted({len(begin) for begin in self._lengths})

    def __bool__(self) -> bool:
        return bool(self._names)

    def standing_in(self, text: str, within: Ends) -> dict[str, list[int]]:
        """The names that stand in the text within those bounds, each with the positions where it begins, in order."""
        positions: dict[str, list[int]] = {}
        for start, name in self._matches(text, within):
            positions.setdefault(name, []).append(start)
        return positions

    def blanked(self, text: str, bounds: Callable[[str], Ends]) -> str:
        """The text with a space for each name that stands in it, the longest names first, then by the alphabet.

        As if each name in turn were replaced wherever it stands in what is left of the text by then.
        """
        last: tuple[int, str] | None = None
        while True:
            positions = self.standing_in(text, bounds(text))
            later = [rank for rank in map(_rank, positions) if last is None or rank > last]
            if not later:
                return text
            last = min(later)
            text = _replaced(text, last[1], positions[last[1]])

    def _matches(self, text: str, within: Ends) -> Iterator[tuple[int, str]]:
        for start in within.starts:
            for begin in self._begins:
                for length in self._lengths.get(text[start : start + begin], ()):
                    name = text[start : start + length]
                    if start + length in within.ends and name in self._names:
                        yield start, name


def _rank(name: str) -> tuple[int, str]:
    return -len(name), name


def _replaced(text: str, name: str, starts: Iterable[int]) -> str:
    """The text with a space for the name at each of these positions that the one before does not reach into."""
    parts, reached = list[str](), 0
    for start in starts:
        if start >= reached:
            parts.append(text[reached:start])
            reached = start + len(name)
    return " ".join([*parts, text[reached:]])
