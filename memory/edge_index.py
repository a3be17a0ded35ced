"""The embedded index: Qdrant's engine in this process, in a folder of the brand's that one process holds at a time."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import Unavailable
from memory.chunking import embedded_text
from memory.exact_scan import seconds_or_never
from memory.passage_index import IndexInUse, Rankings, SearchQuery, Stamp
from memory.words import WeightedWords, words_of_passage
from store.reads.knowledge import IndexedPassage

_MEANING, _WORDS = "meaning", "words"
_BATCH = 1_000
LINKS, BUILT_WITH = 32, 200
"""A passage's links in the graph, and how widely they are chosen: with half as many, crowds of near copies become
islands that no search reaches."""
BREADTH = 512
"""Candidate list of the graph search: the longer, the more accurate and the slower."""
_LONG_AFTER = 1e15
"""Seconds: an end that does not come, as the engine's numbers can be compared with."""
_FORMAT = 2
_EXACT_BELOW_KB = 4_000
"""Up to so many kilobytes of vectors, comparing all of them is as fast as a graph."""


class IndexBroken(Unavailable):
    """The engine cannot read or write its folder."""

    code = "index_broken"


class EdgeIndex:
    """Opened when first used, and held until closed. Raises IndexInUse, IndexBroken.

    The engine's write-ahead log is off: an index that was cut off is behind its stamp, never ahead of it, and what is
    missing is written again.
    """

    kind = "embedded index"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: int | None = None
        self._shard: Any = None
        self._stamp: Stamp | None = None

    def stamp(self) -> Stamp | None:
        if self._stamp is None:  # nobody else writes it while the folder is held
            self._stamp = self._read_stamp()
        return self._stamp

    def _read_stamp(self) -> Stamp | None:
        self._hold()
        try:
            stored = json.loads((self._folder / "stamp.json").read_text("utf-8"))
            stamp = Stamp(str(stored["model"]), int(stored["edition"]))
            if stored["format"] != _FORMAT:
                return None
            if stored["points"] > self._points():
                return None
        except (OSError, ValueError, KeyError, TypeError, IndexBroken):
            return None
        return stamp

    def extend(self, passages: Iterable[IndexedPassage], stamp: Stamp) -> None:
        self._hold()
        self._stamp = None
        remaining, written = iter(passages), 0
        while batch := list(islice(remaining, _BATCH)):
            shard = self._opened(len(batch[0].vector) // 4)
            with _explained():
                from qdrant_edge import UpdateOperation

                shard.update(UpdateOperation.upsert_points([_point(passage) for passage in batch]))
            written += len(batch)
        if written:
            self._settle(optimize=written > _BATCH)
        stored = {"format": _FORMAT, "points": self._points(), "model": stamp.model, "edition": stamp.edition}
        draft = self._folder / "stamp.json.new"
        draft.write_text(json.dumps(stored), "utf-8")
        draft.replace(self._folder / "stamp.json")

    def clear(self) -> None:
        self._hold()
        self._stamp = None
        self._forget()
        (self._folder / "stamp.json").unlink(missing_ok=True)
        shutil.rmtree(self._path, ignore_errors=True)

    def rank(self, query: SearchQuery, most: int) -> Rankings:
        if not self._path.exists():
            return (), ()
        shard = self._opened()
        with _explained():
            from qdrant_edge import Query, QueryBatchRequest, QueryRequest, SearchParams

            holding = _holding(query)
            meaning = Query.Nearest(query.vector.tolist(), using=_MEANING)
            words = Query.Nearest(_sparse(query.words), using=_WORDS)
            params = SearchParams(hnsw_ef=BREADTH)
            requests = [
                QueryRequest(limit=most, query=vector_query, filter=holding, params=params)
                for vector_query in (meaning, words)
            ]
            by_meaning, by_words = shard.query_batch(QueryBatchRequest(requests))
        return [point.id for point in by_meaning], [point.id for point in by_words if point.score > 0]

    def close(self) -> None:
        self._stamp = None
        self._forget()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _hold(self) -> None:
        """Take the folder's lock. Raises IndexInUse."""
        if self._lock is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise IndexInUse(
                "Another process has the search index open.",
                remedy="End it and try again. Until then every passage is compared, which is exact and slower.",
            ) from error
        self._lock = handle

    @property
    def _path(self) -> Path:
        return self._folder / "shard"

    def _settle(self, *, optimize: bool) -> None:
        """Write everything to disk."""
        shard = self._opened()
        with _explained():
            if optimize:
                shard.optimize()
            shard.flush()

    def _points(self) -> int:
        if not self._path.exists():
            return 0
        shard = self._opened()
        with _explained():
            from qdrant_edge import CountRequest

            return shard.count(CountRequest(exact=True))

    def _opened(self, dimensions: int = 0) -> Any:
        """The engine, made for vectors of so many dimensions where it is new."""
        if self._shard is None:
            with _explained():
                self._shard = self._open(dimensions)
        return self._shard

    def _open(self, dimensions: int) -> Any:
        from qdrant_edge import (
            Distance,
            EdgeConfig,
            EdgeOptimizersConfig,
            EdgeShard,
            EdgeSparseVectorParams,
            EdgeVectorParams,
            HnswIndexConfig,
            Modifier,
            PayloadSchemaType,
            UpdateOperation,
        )

        if self._path.exists():
            return EdgeShard.load(str(self._path))
        self._path.mkdir(parents=True, mode=0o700)
        shard = EdgeShard.create(
            str(self._path),
            EdgeConfig(
                vectors={_MEANING: EdgeVectorParams(size=dimensions, distance=Distance.Dot)},
                hnsw_config=HnswIndexConfig(m=LINKS, ef_construct=BUILT_WITH, full_scan_threshold=_EXACT_BELOW_KB),
                sparse_vectors={_WORDS: EdgeSparseVectorParams(modifier=Modifier.Idf)},
                optimizers=EdgeOptimizersConfig(default_segment_number=1, indexing_threshold=_EXACT_BELOW_KB),
                wal_enabled=False,
            ),
        )
        for key, kind in (("known", "Float"), ("ended", "Float"), ("category", "Keyword"), ("tags", "Keyword")):
            shard.update(UpdateOperation.create_field_index(key, getattr(PayloadSchemaType, kind)))
        return shard

    def _forget(self) -> None:
        if self._shard is not None:
            shard, self._shard = self._shard, None
            with _explained():
                shard.close()


def _point(passage: IndexedPassage) -> Any:
    from qdrant_edge import Point

    words = words_of_passage(embedded_text(passage.title, passage.heading, passage.text))
    vector = np.frombuffer(passage.vector, dtype="<f4").tolist()
    return Point(passage.id, {_MEANING: vector, _WORDS: _sparse(words)}, payload_of(passage))


def payload_of(passage: IndexedPassage) -> dict[str, Any]:
    """Fields that an index filters by."""
    return {
        "known": passage.known_at.timestamp(),
        "ended": min(seconds_or_never(passage.ended_at), _LONG_AFTER),
        "category": passage.category,
        "tags": list(passage.tags),
    }


def _holding(query: SearchQuery) -> Any:
    from qdrant_edge import FieldCondition, Filter, MatchValue, RangeFloat

    named: Sequence[tuple[str, str]] = (("category", query.category), ("tags", query.tag))
    return Filter(
        must=[
            FieldCondition("known", range=RangeFloat(lte=query.at)),
            FieldCondition("ended", range=RangeFloat(gt=query.at)),
            *(FieldCondition(key, match=MatchValue(value)) for key, value in named if value),
        ]
    )


def _sparse(words: WeightedWords) -> Any:
    from qdrant_edge import SparseVector

    return SparseVector(list(words.numbers), list(words.weights))


@contextmanager
def _explained() -> Iterator[None]:
    """The engine raises bare Exceptions, and panics that are not even these; here they get a name."""
    try:
        yield
    except (IndexInUse, IndexBroken, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise IndexBroken(f"The search index cannot be used: {error}", remedy="Run `mhos kb rebuild`.") from error
