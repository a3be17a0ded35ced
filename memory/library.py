"""The brand's library: documents kept with their passages and vectors, each version of them, and found again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.knowledge import Chunk, ReadDocument
from domain.labels import Label
from memory.chunking import chunks_of, embedded_text
from store.audit import append_audit
from store.leases import one_at_a_time
from store.outbox import emit
from store.reads import knowledge as reads
from store.session import BrandSession
from store.tables import KnowledgeDocument, KnowledgePassage, KnowledgeVector

if TYPE_CHECKING:
    from llm.embedding import Embedder, Vectors

SUPERSEDED, REMOVED = "superseded", "removed"
_AT_ONCE = 64
"""Passages embedded before they are written, where vectors are made anew."""


@dataclass(frozen=True)
class Filing:
    """Filing of a document: category, tags, integrity label, its date, and the moment since when it is known."""

    category: str = "general"
    tags: tuple[str, ...] = ()
    label: Label = Label.TRUSTED
    dated_on: date | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class FiledDocument:
    """Result of adding a document."""

    status: Literal["added", "superseded", "unchanged"]
    name: str
    title: str
    version: int
    passages: int


@dataclass(frozen=True)
class EmbeddedDocument:
    """A document's passages and a model's vectors for them, row by row."""

    model: str
    chunks: Sequence[Chunk]
    vectors: "Vectors"


def embedded(embedder: "Embedder", document: ReadDocument) -> EmbeddedDocument:
    """Cut a document into passages and embed them: the slow part of adding one, which needs no transaction."""
    chunks = chunks_of(document)
    texts = [embedded_text(document.title, chunk.heading, chunk.text) for chunk in chunks]
    return EmbeddedDocument(embedder.name, chunks, embedder.embed(texts))


def unchanged(session: BrandSession, document: ReadDocument, filing: Filing) -> FiledDocument | None:
    """Result for a document that is stored already, unchanged; None for any other."""
    last = next(iter(reads.versions_of(session, document.name)), None)
    if last is None or last.ended_at is not None or not _same(last, document, filing):
        return None
    return FiledDocument("unchanged", last.name, last.title, last.version, last.passages)


def add_document(
    session: BrandSession, document: ReadDocument, filing: Filing, embedded_document: EmbeddedDocument
) -> FiledDocument:
    """Keep a document, or a new version of one. A document stored already stays as it is.

    Raises Conflict where a version that was known later is there already.
    """
    one_at_a_time(session, "knowledge")
    if existing := unchanged(session, document, filing):
        return existing
    last = next(iter(reads.versions_of(session, document.name)), None)
    if (
        last is not None
        and last.ended_at is None
        and last.tags
        and filing.tags
        and not set(last.tags) & set(filing.tags)
    ):
        raise Conflict(
            f"{document.name}: there is another document of this name, with the tags {', '.join(last.tags)}.",
            remedy="Give this one a --name of its own, or one of those tags if it is a new version.",
        )
    known_at = filing.known_at or session.ctx.now()
    since = last and (last.ended_at or last.known_at)
    if since and since > known_at:
        raise Conflict(
            f"{document.name}: a version known since {since:%Y-%m-%d %H:%M} is there already.",
            remedy="Give a later --known, or another --name.",
        )
    row = _row(session, document, filing, known_at, last, len(embedded_document.chunks))
    if last is not None and last.ended_at is None:
        _end(last, known_at, row.edition, SUPERSEDED)
    session.add(row)
    session.flush()
    _write_passages(session, row, embedded_document)
    _publish(session, "knowledge.added", row)
    return FiledDocument("superseded" if last else "added", row.name, row.title, row.version, row.passages)


def remove_document(session: BrandSession, name: str) -> KnowledgeDocument:
    """Take a document out of the library from now on; what was read of it before can still be opened. NotFound."""
    one_at_a_time(session, "knowledge")
    last = next((version for version in reads.versions_of(session, name) if version.ended_at is None), None)
    if last is None or last.known_at > session.ctx.now():
        raise NotFound(f"No document {name[:80]} in brand {session.ctx.brand}.", remedy="See `mhos kb list`.")
    _end(last, session.ctx.now(), reads.edition_of(session) + 1, REMOVED)
    _publish(session, "knowledge.removed", last)
    return last


def embed_missing(session: BrandSession, embedder: "Embedder") -> int:
    """Embed the passages that a model has not embedded yet; returns their number."""
    count = 0
    while rows := reads.without_vector(session, embedder.name, _AT_ONCE):
        vectors = embedder.embed([embedded_text(*row[1:]) for row in rows])
        for row, vector in zip(rows, vectors, strict=True):
            session.add(_vector(embedder.name, row[0], vector))
        session.flush()
        count += len(rows)
    return count


def _same(last: KnowledgeDocument, document: ReadDocument, shelf: Filing) -> bool:
    filed = (last.category, tuple(last.tags), last.label)
    dated = shelf.dated_on is None or shelf.dated_on == last.dated_on
    return last.sha256 == document.sha256 and dated and filed == (shelf.category, shelf.tags, shelf.label)


def _row(
    session: BrandSession,
    document: ReadDocument,
    filing: Filing,
    known_at: datetime,
    last: KnowledgeDocument | None,
    passages: int,
) -> KnowledgeDocument:
    return KnowledgeDocument(
        name=document.name,
        version=last.version + 1 if last else 1,
        title=document.title,
        category=filing.category,
        tags=list(filing.tags),
        label=filing.label,
        media_type=document.media_type,
        sha256=document.sha256,
        size_bytes=document.size_bytes,
        passages=passages,
        dated_on=filing.dated_on or known_at.date(),
        added_by=session.ctx.actor.label,
        edition=reads.edition_of(session) + 1,
        known_at=known_at,
    )


def _end(row: KnowledgeDocument, at: datetime, edition: int, how: str) -> None:
    row.ended_at, row.ended_edition, row.ended_by = at, edition, how


def _write_passages(session: BrandSession, document: KnowledgeDocument, embedded_document: EmbeddedDocument) -> None:
    rows = [
        KnowledgePassage(
            document_id=document.id,
            position=chunk.position,
            heading=chunk.heading,
            page=chunk.page,
            text=chunk.text,
            known_at=document.known_at,
        )
        for chunk in embedded_document.chunks
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(
        _vector(embedded_document.model, row.id, vector)
        for row, vector in zip(rows, embedded_document.vectors, strict=True)
    )
    session.flush()


def _vector(model: str, passage: UUID, vector: "Vectors") -> KnowledgeVector:
    return KnowledgeVector(passage_id=passage, model=model, vector=vector.astype("<f4").tobytes())


def _publish(session: BrandSession, event: str, row: KnowledgeDocument) -> None:
    detail = {
        "name": row.name,
        "version": row.version,
        "sha256": row.sha256,
        "label": row.label,
        "edition": row.edition,
    }
    append_audit(session, event, row.name, detail)
    emit(session, event, row.name, detail)
