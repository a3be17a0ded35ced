"""The port in front of search indexes: queries, rankings, and their fusion."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from domain.errors import Unavailable
from memory.words import WeightedWords
from store.reads.knowledge import IndexedPassage

if TYPE_CHECKING:
    from llm.embedding import Vectors

FUSION_K = 60
"""Reciprocal rank fusion's constant (Cormack, Clarke & Büttcher 2009)."""
CANDIDATES = 50
"""Number of passages in each of the two rankings."""


class IndexInUse(Unavailable):
    """Another process has the index open."""

    code = "index_in_use"


@dataclass(frozen=True)
class SearchQuery:
    """A query: vector and words, as of a moment (seconds since 1970), within a category or tag."""

    vector: "Vectors"
    words: WeightedWords
    at: float
    category: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Stamp:
    """State of an index: every passage of one brand up to an edition, as one model embedded it."""

    model: str
    edition: int


Rankings = tuple[Sequence[UUID], Sequence[UUID]]
"""The passages nearest in meaning, and those that share most words; the best first."""


class PassageIndex(Protocol):
    """An index of one brand's passages, which can always be made anew from the store."""

    @property
    def kind(self) -> str: ...

    def stamp(self) -> Stamp | None:
        """The index's state; None where it is missing or cannot be read."""
        ...

    def extend(self, passages: Iterable[IndexedPassage], stamp: Stamp) -> None:
        """Add passages, or write anew those that it has, and stamp it."""
        ...

    def clear(self) -> None:
        """Empty it, whatever state it is in."""
        ...

    def rank(self, query: SearchQuery, most: int) -> Rankings:
        """Rankings of the best passages valid at the query's moment."""
        ...

    def close(self) -> None: ...


def fused(rankings: Iterable[Sequence[UUID]]) -> list[UUID]:
    """One ranking out of several: a passage's score is the sum of 1 / (k + rank) over the rankings that have it."""
    scores: dict[UUID, float] = defaultdict(float)
    for ranking in rankings:
        for rank, passage in enumerate(ranking, start=1):
            scores[passage] += 1 / (FUSION_K + rank)
    return sorted(scores, key=lambda passage: (-scores[passage], passage))
