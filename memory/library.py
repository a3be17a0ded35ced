"""The brand's library: documents kept with their passages and vectors, each version of them, and found again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import numpy as np

from domain.errors import Conflict, NotFound
from domain.knowledge import Chunk, ReadDocument
from domain.labels import Label
from llm.embedding import Embedder, Vectors
from memory.chunking import chunks_of, embedded_text
from store.audit import append_audit
from store.leases import one_at_a_time
from store.outbox import emit
from store.reads import knowledge as reads
from store.session import BrandSession
from store.tables import KnowledgeDocument, KnowledgePassage, KnowledgeVector

SUPERSEDED, REMOVED = "superseded", "removed"
_AT_ONCE = 64
"""Passages embedded before they are written, where vectors are made anew."""


@dataclass(frozen=True)
class Shelf:
    """Where a document is put: what it is filed under, how far it may be trusted, its date, since when it is known."""

    category: str = "general"
    tags: tuple[str, ...] = ()
    label: Label = Label.TRUSTED
    dated_on: date | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class Added:
    """What became of a document."""

    status: Literal["added", "superseded", "unchanged"]
    name: str
    title: str
    version: int
    passages: int


@dataclass(frozen=True)
class Embedded:
    """A document's passages, and what a model made of them, row by row."""

    model: str
    chunks: Sequence[Chunk]
    vectors: Vectors


def embedded(embedder: Embedder, document: ReadDocument) -> Embedded:
    """Cut a document into passages and embed them: the slow part of adding one, which needs no transaction."""
    chunks = chunks_of(document)
    texts = [embedded_text(document.title, chunk.heading, chunk.text) for chunk in chunks]
    return Embedded(embedder.name, chunks, embedder.embed(texts))


def unchanged(session: BrandSession, document: ReadDocument, shelf: Shelf) -> Added | None:
    """What to say of a document that is there already, as it is; None for one that is not."""
    last = next(iter(reads.versions_of(session, document.name)), None)
    if last is None or last.ended_at is not None or not _same(last, document, shelf):
        return None
    return Added("unchanged", last.name, last.title, last.version, last.passages)


def add_document(session: BrandSession, document: ReadDocument, shelf: Shelf, made: Embedded) -> Added:
    """Keep a document, or a new version of one. What is there already stays as it is.

    Raises Conflict where a version that was known later is there already.
    """
    one_at_a_time(session, "knowledge")
    if there := unchanged(session, document, shelf):
        return there
    last = next(iter(reads.versions_of(session, document.name)), None)
    if last is not None and last.ended_at is None and last.tags and shelf.tags and not set(last.tags) & set(shelf.tags):
        raise Conflict(
            f"{document.name}: there is another document of this name, with the tags {', '.join(last.tags)}.",
            remedy="Give this one a --name of its own, or one of those tags if it is a new version.",
        )
    known_at = shelf.known_at or session.ctx.now()
    since = last and (last.ended_at or last.known_at)
    if since and since > known_at:
        raise Conflict(
            f"{document.name}: a version known since {since:%Y-%m-%d %H:%M} is there already.",
            remedy="Give a later --known, or another --name.",
        )
    row = _row(session, document, shelf, known_at, last, len(made.chunks))
    if last is not None and last.ended_at is None:
        _end(last, known_at, row.edition, SUPERSEDED)
    session.add(row)
    session.flush()
    _write_passages(session, row, made)
    _tell(session, "knowledge.added", row)
    return Added("superseded" if last else "added", row.name, row.title, row.version, row.passages)


def remove_document(session: BrandSession, name: str) -> KnowledgeDocument:
    """Take a document out of the library from now on; what was read of it before can still be opened. NotFound."""
    one_at_a_time(session, "knowledge")
    last = next((one for one in reads.versions_of(session, name) if one.ended_at is None), None)
    if last is None or last.known_at > session.ctx.now():
        raise NotFound(f"No document {name[:80]} in brand {session.ctx.brand}.", remedy="See `mhos kb list`.")
    _end(last, session.ctx.now(), reads.edition_of(session) + 1, REMOVED)
    _tell(session, "knowledge.removed", last)
    return last


def embed_missing(session: BrandSession, embedder: Embedder) -> int:
    """Make the vectors that a model has not made yet, say after a change of the model; how many."""
    made = 0
    while rows := reads.without_vector(session, embedder.name, _AT_ONCE):
        vectors = embedder.embed([embedded_text(*row[1:]) for row in rows])
        for row, vector in zip(rows, vectors, strict=True):
            session.add(_vector(embedder.name, row[0], vector))
        session.flush()
        made += len(rows)
    return made


def _same(last: KnowledgeDocument, document: ReadDocument, shelf: Shelf) -> bool:
    filed = (last.category, tuple(last.tags), last.label)
    dated = shelf.dated_on is None or shelf.dated_on == last.dated_on
    return last.sha256 == document.sha256 and dated and filed == (shelf.category, shelf.tags, shelf.label)


def _row(
    session: BrandSession,
    document: ReadDocument,
    shelf: Shelf,
    known_at: datetime,
    last: KnowledgeDocument | None,
    passages: int,
) -> KnowledgeDocument:
    return KnowledgeDocument(
        name=document.name,
        version=last.version + 1 if last else 1,
        title=document.title,
        category=shelf.category,
        tags=list(shelf.tags),
        label=shelf.label,
        media_type=document.media_type,
        sha256=document.sha256,
        size_bytes=document.size_bytes,
        passages=passages,
        dated_on=shelf.dated_on or known_at.date(),
        added_by=session.ctx.actor.label,
        edition=reads.edition_of(session) + 1,
        known_at=known_at,
    )


def _end(row: KnowledgeDocument, at: datetime, edition: int, how: str) -> None:
    row.ended_at, row.ended_edition, row.ended_by = at, edition, how


def _write_passages(session: BrandSession, document: KnowledgeDocument, made: Embedded) -> None:
    rows = [
        KnowledgePassage(
            document_id=document.id,
            position=chunk.position,
            heading=chunk.heading,
            page=chunk.page,
            text=chunk.text,
            known_at=document.known_at,
        )
        for chunk in made.chunks
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(_vector(made.model, row.id, vector) for row, vector in zip(rows, made.vectors, strict=True))
    session.flush()


def _vector(model: str, passage: UUID, vector: Vectors) -> KnowledgeVector:
    return KnowledgeVector(passage_id=passage, model=model, vector=np.asarray(vector, dtype="<f4").tobytes())


def _tell(session: BrandSession, what: str, row: KnowledgeDocument) -> None:
    said = {"name": row.name, "version": row.version, "sha256": row.sha256, "label": row.label, "edition": row.edition}
    append_audit(session, what, row.name, said)
    emit(session, what, row.name, said)
