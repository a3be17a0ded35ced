"""A large library that is made, and written straight into the store: embedding a hundred thousand takes hours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from domain.context import Context
from llm.embedding import Vectors, normalised
from llm.minilm import NAME, MiniLM
from store.database import Database
from store.reads.knowledge import IndexedPassage

PER_DOCUMENT = 100
_JITTER = 0.6
"""Of a vector's own length: two that are made from one passage are about as alike as two on the same matter."""


@dataclass(frozen=True)
class Made:
    """Texts with their vectors, row by row."""

    texts: Sequence[str]
    vectors: Vectors
    ids: Sequence[UUID]

    def indexed(self, now: datetime) -> Iterator[IndexedPassage]:
        for one, text, vector in zip(self.ids, self.texts, self.vectors, strict=True):
            yield IndexedPassage(one, "", "", text, vector.astype("<f4").tobytes(), "general", [], now, None)


def make(real: Sequence[str], passages: int, seed: int = 1) -> Made:
    """The real passages first, then texts drawn from their words, with vectors near theirs."""
    rng = np.random.default_rng(seed)
    own = MiniLM().embed(real)
    words = [word for text in real for word in text.split()]
    parents = rng.integers(len(real), size=passages - len(real))
    noise = rng.normal(size=(len(parents), own.shape[1])).astype(np.float32)
    vectors = normalised((own[parents] + _JITTER * normalised(noise)).astype(np.float32))
    drawn = rng.integers(len(words), size=(len(parents), 60))
    texts = [*real, *(" ".join(words[at] for at in row) for row in drawn)]
    ids = [UUID(int=(7 << 76) | (2 << 62) | at) for at in range(1, passages + 1)]
    return Made(texts, np.concatenate([own, vectors]), ids)


def fill(database: Database, ctx: Context, made: Made) -> None:
    """Write a library as its documents would have left it, a hundred passages to a document."""
    now, brand = ctx.now(), ctx.brand_id
    documents = [UUID(int=(7 << 76) | (3 << 62) | at) for at in range(1, len(made.texts) // PER_DOCUMENT + 2)]
    with psycopg.connect(
        database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as direct:
        _copy(
            direct,
            "knowledge_document",
            _DOCUMENT,
            (_document(at, one, brand, now) for at, one in enumerate(documents)),
        )
        passages = (
            (brand, one, documents[at // PER_DOCUMENT], at % PER_DOCUMENT + 1, "", None, text, now, now)
            for at, (one, text) in enumerate(zip(made.ids, made.texts, strict=True))
        )
        _copy(direct, "knowledge_passage", _PASSAGE, passages)
        vectors = (
            (brand, one, one, NAME, vector.astype("<f4").tobytes())
            for one, vector in zip(made.ids, made.vectors, strict=True)
        )
        _copy(direct, "knowledge_vector", ("brand_id", "id", "passage_id", "model", "vector"), vectors)
        direct.commit()
        direct.autocommit = True
        direct.execute("analyze knowledge_document, knowledge_passage, knowledge_vector")


_DOCUMENT = (
    "brand_id", "id", "name", "version", "title", "category", "tags", "label", "media_type", "sha256", "size_bytes",
    "passages", "dated_on", "added_by", "edition", "ended_by", "known_at", "recorded_at",
)  # fmt: skip
_PASSAGE = ("brand_id", "id", "document_id", "position", "heading", "page", "text", "known_at", "recorded_at")


def _document(at: int, one: UUID, brand: UUID, now: datetime) -> tuple[Any, ...]:
    name = f"made-{at}.md"
    return (
        brand, one, name, 1, "", "general", "[]", "trusted", "text/markdown", f"{at:064x}", 1, PER_DOCUMENT, now.date(),
        "person:benchmark", at + 1, "", now, now,
    )  # fmt: skip


def _copy(direct: Any, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    with direct.cursor().copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)
