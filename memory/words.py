"""Texts as sparse vectors for BM25: numbers of stemmed words, weighted by frequency and length."""

from dataclasses import dataclass
from functools import cache
from typing import Any

_USUAL_LENGTH = 100
"""Words of a usual passage, to compare lengths with."""


@dataclass(frozen=True)
class WeightedWords:
    """A sparse vector: a word's number, and its weight. How rare it is, the index knows."""

    numbers: tuple[int, ...]
    weights: tuple[float, ...]


def words_of_passage(text: str) -> WeightedWords:
    """Term frequencies saturated and set against the passage's length (Robertson & Zaragoza 2009)."""
    return _plain(_encoder().embed_document(text))


def words_of_question(text: str) -> WeightedWords:
    return _plain(_encoder().embed_query(text))


@cache
def _encoder() -> Any:
    """Qdrant's own, so that its server, its embedded engine and our exact scan see the same words."""
    from qdrant_edge import Bm25, Bm25Config, Language, SnowballLanguage, SnowballParams, StopwordsSet

    return Bm25(
        Bm25Config(
            avg_len=float(_USUAL_LENGTH),
            lowercase=True,
            ascii_folding=True,
            stopwords=StopwordsSet(languages={Language.English, Language.German}),
            stemmer=SnowballParams(SnowballLanguage.English),
        )
    )


def _plain(sparse: Any) -> WeightedWords:
    return WeightedWords(tuple(sparse.indices), tuple(sparse.values))
