"""The index on a Qdrant server: one collection a brand, reached by URL."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np

from domain.errors import Unavailable
from memory.chunking import embedded_text
from memory.edge_index import BREADTH, BUILT_WITH, LINKS, payload_of
from memory.passage_index import Rankings, SearchQuery, Stamp
from memory.words import WeightedWords, words_of_passage
from store.reads.knowledge import IndexedPassage

_MEANING, _WORDS = "meaning", "words"
_BATCH = 500
_STAMP = UUID(int=0)
"""A point without vectors that carries the stamp; it has no moment, so that no search finds it."""
_TIMEOUT_SECONDS = 20


class ServerIndex:
    """Raises Unavailable where the server does not answer. `connect` gives its client, when it is first needed."""

    kind = "Qdrant server"

    def __init__(self, connect: Callable[[], Any], brand: UUID) -> None:
        self._connect = connect
        self._collection = f"mhos_{brand.hex}"
        self._known_client: Any = None

    @classmethod
    def at(cls, url: str, key: str | None, brand: UUID) -> "ServerIndex":
        """The index of a brand on the server at a URL."""

        def connect() -> Any:
            from qdrant_client import QdrantClient

            return QdrantClient(url=url, api_key=key, timeout=_TIMEOUT_SECONDS, check_compatibility=False)

        return cls(connect, brand)

    def stamp(self) -> Stamp | None:
        with self._answering() as client:
            if not client.collection_exists(self._collection):
                return None
            points = client.retrieve(self._collection, [str(_STAMP)], with_payload=True)
        stored = (points[0].payload or {}) if points else {}
        return Stamp(str(stored["model"]), int(stored["edition"])) if {"model", "edition"} <= set(stored) else None

    def extend(self, passages: Iterable[IndexedPassage], stamp: Stamp) -> None:
        with self._answering() as client:
            from qdrant_client.models import PointStruct

            remaining = iter(passages)
            while batch := list(islice(remaining, _BATCH)):
                if not client.collection_exists(self._collection):
                    self._create(client, len(batch[0].vector) // 4)
                client.upsert(self._collection, [_point(passage) for passage in batch], wait=True)
            if not client.collection_exists(self._collection):
                return
            stored = {"model": stamp.model, "edition": stamp.edition}
            client.upsert(self._collection, [PointStruct(id=str(_STAMP), vector={}, payload=stored)], wait=True)

    def clear(self) -> None:
        with self._answering() as client:
            client.delete_collection(self._collection)

    def rank(self, query: SearchQuery, most: int) -> Rankings:
        with self._answering() as client:
            from qdrant_client.models import QueryRequest, SearchParams

            if not client.collection_exists(self._collection):
                return (), ()
            wide = SearchParams(hnsw_ef=BREADTH)
            meaning = QueryRequest(
                query=query.vector.tolist(), using=_MEANING, filter=_holding(query), limit=most, params=wide
            )
            words = QueryRequest(query=_sparse(query.words), using=_WORDS, filter=_holding(query), limit=most)
            by_meaning, by_words = client.query_batch_points(self._collection, [meaning, words])
        return (
            [UUID(str(point.id)) for point in by_meaning.points],
            [UUID(str(point.id)) for point in by_words.points if point.score > 0],
        )

    def close(self) -> None:
        if self._known_client is not None:
            self._known_client.close()
            self._known_client = None

    def _create(self, client: Any, dimensions: int) -> None:
        from qdrant_client.models import (
            Distance,
            HnswConfigDiff,
            Modifier,
            PayloadSchemaType,
            SparseVectorParams,
            VectorParams,
        )

        client.create_collection(
            self._collection,
            vectors_config={_MEANING: VectorParams(size=dimensions, distance=Distance.DOT)},
            hnsw_config=HnswConfigDiff(m=LINKS, ef_construct=BUILT_WITH),
            sparse_vectors_config={_WORDS: SparseVectorParams(modifier=Modifier.IDF)},
        )
        for key, kind in (("known", "FLOAT"), ("ended", "FLOAT"), ("category", "KEYWORD"), ("tags", "KEYWORD")):
            client.create_payload_index(self._collection, key, field_schema=PayloadSchemaType[kind])

    @contextmanager
    def _answering(self) -> Iterator[Any]:
        from qdrant_client.common.client_exceptions import QdrantException
        from qdrant_client.http.exceptions import ApiException

        try:
            if self._known_client is None:
                self._known_client = self._connect()
            yield self._known_client
        except (ApiException, QdrantException, OSError, KeyError, ValueError) as error:
            raise Unavailable(
                f"The Qdrant server does not answer as it should: {str(error)[:300]}",
                remedy="Check MHOS_QDRANT_URL, or unset it to use the embedded index.",
            ) from error


def _point(passage: IndexedPassage) -> Any:
    from qdrant_client.models import PointStruct

    words = words_of_passage(embedded_text(passage.title, passage.heading, passage.text))
    vectors = {_MEANING: np.frombuffer(passage.vector, dtype="<f4").tolist(), _WORDS: _sparse(words)}
    return PointStruct(id=str(passage.id), vector=vectors, payload=payload_of(passage))


def _holding(query: SearchQuery) -> Any:
    from qdrant_client.models import FieldCondition, Filter, MatchValue, Range

    return Filter(
        must=[
            FieldCondition(key="known", range=Range(lte=query.at)),
            FieldCondition(key="ended", range=Range(gt=query.at)),
            *(
                FieldCondition(key=key, match=MatchValue(value=value))
                for key, value in (("category", query.category), ("tags", query.tag))
                if value
            ),
        ]
    )


def _sparse(words: WeightedWords) -> Any:
    from qdrant_client.models import SparseVector

    return SparseVector(indices=list(words.numbers), values=list(words.weights))
