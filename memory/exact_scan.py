"""Searches without an index: every passage of a brand is compared, which is exact, and slower the more there are."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from llm.embedding import Vectors
from memory.chunking import embedded_text
from memory.passage_index import Rankings, SearchQuery, Stamp
from memory.words import words_of_passage
from store.reads.knowledge import IndexedPassage

_NEVER = float("inf")
Mask = NDArray[np.bool_]


class ExactScan:
    """A brand's passages in memory, read from the store when it is first asked."""

    kind = "exact scan"

    def __init__(self) -> None:
        self._passages: dict[UUID, IndexedPassage] = {}
        self._stamp: Stamp | None = None
        self._built: _Arrays | None = None

    def stamp(self) -> Stamp | None:
        return self._stamp

    def extend(self, passages: Iterable[IndexedPassage], stamp: Stamp) -> None:
        self._passages |= {passage.id: passage for passage in passages}
        self._stamp, self._built = stamp, None

    def clear(self) -> None:
        self._passages, self._stamp, self._built = {}, None, None

    def rank(self, query: SearchQuery, most: int) -> Rankings:
        if not self._passages:
            return (), ()
        if self._built is None:
            self._built = _Arrays(list(self._passages.values()))
        return self._built.rank(query, most)

    def close(self) -> None:
        """Nothing is held open."""


class _Arrays:
    def __init__(self, passages: Sequence[IndexedPassage]) -> None:
        self._ids = [passage.id for passage in passages]
        self._vectors: Vectors = np.stack([np.frombuffer(passage.vector, dtype="<f4") for passage in passages])
        self._known = np.array([passage.known_at.timestamp() for passage in passages])
        self._ended = np.array([seconds_or_never(passage.ended_at) for passage in passages])
        self._categories = np.array([passage.category for passage in passages])
        self._tags = [frozenset(passage.tags) for passage in passages]
        self._postings = _postings(passages)

    def rank(self, query: SearchQuery, most: int) -> Rankings:
        holds = self._holding(query)
        meaning_scores = np.where(holds, self._vectors @ query.vector, -np.inf)
        word_scores = np.where(holds, self._bm25(query), 0.0)
        return self._best(meaning_scores, most, -np.inf), self._best(word_scores, most, 0.0)

    def _holding(self, query: SearchQuery) -> Mask:
        holds = (self._known <= query.at) & (self._ended > query.at)
        if query.category:
            holds &= self._categories == query.category
        if query.tag:
            holds &= np.array([query.tag in tags for tags in self._tags])
        return holds

    def _bm25(self, query: SearchQuery) -> NDArray[np.float64]:
        """BM25 with the inverse document frequency that Qdrant uses: ln(1 + (N - n + 1/2) / (n + 1/2))."""
        scores, passages = np.zeros(len(self._ids)), len(self._ids)
        for word, weight in zip(query.words.numbers, query.words.weights, strict=True):
            if word in self._postings:
                places, weights = self._postings[word]
                rarity = np.log(1 + (passages - len(places) + 0.5) / (len(places) + 0.5))
                scores[places] += rarity * weight * weights
        return scores

    def _best(self, scores: NDArray[np.float64], most: int, worthless: float) -> Sequence[UUID]:
        order = np.argsort(-scores, kind="stable")[:most]
        return [self._ids[at] for at in order if scores[at] > worthless]


def _postings(passages: Sequence[IndexedPassage]) -> dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """By word, where it stands and with which weight."""
    postings: dict[int, tuple[list[int], list[float]]] = {}
    for place, passage in enumerate(passages):
        words = words_of_passage(embedded_text(passage.title, passage.heading, passage.text))
        for number, weight in zip(words.numbers, words.weights, strict=True):
            places, weights = postings.setdefault(number, ([], []))
            places.append(place)
            weights.append(weight)
    return {number: (np.array(places), np.array(weights)) for number, (places, weights) in postings.items()}


def seconds_or_never(moment: datetime | None) -> float:
    """Seconds since 1970; infinity for what has not come."""
    return _NEVER if moment is None else moment.timestamp()
