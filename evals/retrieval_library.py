"""A large library that is made, and written straight into the store: embedding a hundred thousand takes hours."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pydoc_data.topics import topics
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from domain.context import Context
from llm.embedding import Vectors, normalised
from llm.minilm import NAME, MiniLM
from memory.library import REMOVED
from store.database import Database
from store.reads.knowledge import IndexedPassage

PER_DOCUMENT = 100
CATEGORIES = ("general",) * 16 + ("contract",) * 3 + ("letter",)
"""In turn, document by document: contracts are 15 % of them, letters 5 %."""
SUPPLIERS = 50
"""Each is the tag of 2 % of the documents."""
_YEAR, _LATELY = timedelta(days=365), timedelta(days=30)
_JITTER = 0.15
_NEIGHBOURS = 20
_PIECES, _PIECE = 600, 25


@dataclass(frozen=True)
class Filed:
    """Where a made document stands: one in ten was removed a month ago, one in ten is known for a month only."""

    category: str
    tag: str
    known_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, document: int, now: datetime) -> "Filed":
        lately = document % 10 == 9
        return cls(
            CATEGORIES[document % len(CATEGORIES)],
            f"S{document * 7 % SUPPLIERS}",
            now - (_LATELY if lately else _YEAR),
            now - _LATELY if document % 10 == 4 else None,
        )


@dataclass(frozen=True)
class Made:
    """Texts with their vectors, row by row."""

    texts: Sequence[str]
    vectors: Vectors
    ids: Sequence[UUID]

    def first(self, count: int) -> "Made":
        return Made(self.texts[:count], self.vectors[:count], self.ids[:count])

    def indexed(self, now: datetime) -> Iterator[IndexedPassage]:
        for at, (passage_id, text, vector) in enumerate(zip(self.ids, self.texts, self.vectors, strict=True)):
            filed = Filed.of(at // PER_DOCUMENT, now)
            bare = vector.astype("<f4").tobytes()
            yield IndexedPassage(
                passage_id, "", "", text, bare, filed.category, [filed.tag], filed.known_at, filed.ended_at
            )


def make(real: Sequence[str], passages: int, seed: int = 1) -> Made:
    """The real passages first, then texts drawn from their words, with vectors between those of real texts.

    A made vector lies between a real one and two of its nearest, a little beside: real ones lie on few dimensions, too.
    """
    rng = np.random.default_rng(seed)
    embedder = MiniLM()
    own, more = embedder.embed(real), embedder.embed(list(_manual()))
    known, count = np.concatenate([own, more]), passages - len(real)
    near = np.argsort(-(known @ known.T), axis=1)[:, :_NEIGHBOURS]
    parents = rng.integers(len(known), size=count)
    three = near[parents[:, None], rng.integers(_NEIGHBOURS, size=(count, 3))]
    weights = rng.dirichlet((1, 1, 1), size=count)
    noise = rng.normal(size=(count, known.shape[1]))
    noise *= _JITTER / np.linalg.norm(noise, axis=1, keepdims=True)
    vectors = normalised(((known[three] * weights[:, :, None]).sum(axis=1) + noise).astype(np.float32))
    words = [word for text in real for word in text.split()]
    drawn = rng.integers(len(words), size=(count, 60))
    texts = [*real, *(" ".join(words[at] for at in row) for row in drawn)]
    ids = [UUID(int=(7 << 76) | (2 << 62) | at) for at in range(1, passages + 1)]
    return Made(texts, np.concatenate([own, vectors]), ids)


def _manual() -> Iterator[str]:
    """Pieces of Python's own manual, which comes with every Python."""
    words = " ".join(topics.values()).split()
    for at in range(_PIECES):
        yield " ".join(words[at * _PIECE : (at + 1) * _PIECE])


def fill(database: Database, ctx: Context, made: Made) -> None:
    """Write a library as its documents would have left it, a hundred passages to a document."""
    now, brand = ctx.now(), ctx.brand_id
    documents = [UUID(int=(7 << 76) | (3 << 62) | at) for at in range(1, ceil(len(made.texts) / PER_DOCUMENT) + 1)]
    with psycopg.connect(
        database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as direct:
        _copy(
            direct,
            "knowledge_document",
            _DOCUMENT,
            (_document(at, document, brand, now) for at, document in enumerate(documents)),
        )
        passages = (
            _passage(at, passage, documents, brand, now)
            for at, passage in enumerate(zip(made.ids, made.texts, strict=True))
        )
        _copy(direct, "knowledge_passage", _PASSAGE, passages)
        vectors = (
            (brand, passage_id, passage_id, NAME, vector.astype("<f4").tobytes())
            for passage_id, vector in zip(made.ids, made.vectors, strict=True)
        )
        _copy(direct, "knowledge_vector", ("brand_id", "id", "passage_id", "model", "vector"), vectors)
        direct.commit()
        direct.autocommit = True
        direct.execute("analyze knowledge_document, knowledge_passage, knowledge_vector")


_DOCUMENT = (
    "brand_id", "id", "name", "version", "title", "category", "tags", "label", "media_type", "sha256", "size_bytes",
    "passages", "dated_on", "added_by", "edition", "ended_at", "ended_by", "known_at", "recorded_at",
)  # fmt: skip
_PASSAGE = ("brand_id", "id", "document_id", "position", "heading", "page", "text", "known_at", "recorded_at")


def _document(at: int, document: UUID, brand: UUID, now: datetime) -> tuple[Any, ...]:
    name, filed = f"made-{at}.md", Filed.of(at, now)
    ended_by = REMOVED if filed.ended_at else ""
    return (
        brand, document, name, 1, "", filed.category, json.dumps([filed.tag]), "trusted", "text/markdown", f"{at:064x}",
        1, PER_DOCUMENT, now.date(), "person:benchmark", at + 1, filed.ended_at, ended_by, filed.known_at, now,
    )  # fmt: skip


def _passage(
    at: int, passage: tuple[UUID, str], documents: Sequence[UUID], brand: UUID, now: datetime
) -> tuple[Any, ...]:
    document, place = divmod(at, PER_DOCUMENT)
    known_at = Filed.of(document, now).known_at
    return brand, passage[0], documents[document], place + 1, "", None, passage[1], known_at, now


def _copy(direct: Any, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    with direct.cursor().copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)
