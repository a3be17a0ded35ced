"""Reads for the knowledge base: documents valid at a moment, their passages and vectors, and changes since."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlmodel import col

from store.reads.fingerprints import checksum_of, row_checksum
from store.session import BrandSession
from store.tables import KnowledgeDocument, KnowledgePassage, KnowledgeVector


@dataclass(frozen=True)
class IndexedPassage:
    """A passage as an index keeps it: its text with its headings, its vector, and its period of validity."""

    id: UUID
    title: str
    heading: str
    text: str
    vector: bytes
    category: str
    tags: list[str]
    known_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class ReadPassage:
    """A passage with its document, and the checksums of both rows as they were read."""

    passage: KnowledgePassage
    document: KnowledgeDocument
    passage_checksum: str
    document_checksum: str


def edition_of(session: BrandSession) -> int:
    """The newest edition that the session sees: 0 where there is none."""
    added, ended = session.execute(
        select(func.max(col(KnowledgeDocument.edition)), func.max(col(KnowledgeDocument.ended_edition)))
    ).one()
    return max(added or 0, ended or 0)


def documents(session: BrandSession) -> Sequence[KnowledgeDocument]:
    """The documents that hold at the session's moment, by name."""
    return session.scalars(select(KnowledgeDocument).where(_holds(session)).order_by(KnowledgeDocument.name)).all()


def versions_of(session: BrandSession, name: str) -> Sequence[KnowledgeDocument]:
    """Every version of a document that was known at the session's moment, the newest first."""
    statement = select(KnowledgeDocument).where(col(KnowledgeDocument.name) == name)
    return session.scalars(statement.order_by(col(KnowledgeDocument.version).desc())).all()


def passages(session: BrandSession, ids: Sequence[UUID]) -> tuple[dict[UUID, ReadPassage], int]:
    """Passages that hold at the session's moment, by id, and the newest edition; those that do not hold are left out.

    In one statement, because agents wait for it. The edition is 0 where there is no passage.
    """
    rows: Sequence[Any] = session.execute(_passages(), {"ids": list(ids), "moment": session.ctx.known_until}).all()
    read = {
        passage.id: ReadPassage(passage, document, checksum_of(*of_passage), checksum_of(*of_document))
        for passage, document, of_passage, of_document, _ in rows
    }
    return read, max((row[4] for row in rows), default=0)


@cache
def _passages() -> Any:
    """The cached statement: building it takes as long as running it."""
    newest = func.greatest(
        func.coalesce(select(func.max(col(KnowledgeDocument.edition))).scalar_subquery(), 0),
        func.coalesce(select(func.max(col(KnowledgeDocument.ended_edition))).scalar_subquery(), 0),
    )
    checksums = [row_checksum(table) for table in (KnowledgePassage, KnowledgeDocument)]
    return (
        select(KnowledgePassage, KnowledgeDocument, *checksums, newest)
        .join(KnowledgeDocument, _of_document())
        .where(col(KnowledgePassage.id).in_(bindparam("ids", expanding=True)), _holding(bindparam("moment")))
    )


def documents_naming(session: BrandSession, words: Collection[str], among: Collection[UUID]) -> set[UUID]:
    """Those of `among` that name one of the words, as a whole word, in name, title, headings or text."""
    patterns = [re.escape(word) for word in words if word.strip()]
    if not patterns or not among:
        return set()
    pattern = rf"(^|[^[:alnum:]])({'|'.join(patterns)})([^[:alnum:]]|$)"
    places = (KnowledgePassage.text, KnowledgePassage.heading, KnowledgeDocument.title, KnowledgeDocument.name)
    matches = or_(*(col(place).regexp_match(pattern, flags="i") for place in places))
    return set(
        session.scalars(
            select(col(KnowledgeDocument.id))
            .join(KnowledgePassage, _of_document())
            .where(col(KnowledgeDocument.id).in_(among), matches)
            .distinct()
        )
    )


def indexed_since(session: BrandSession, model: str, edition: int) -> Iterator[IndexedPassage]:
    """Passages of the documents that came or ended after an edition."""
    changed = or_(col(KnowledgeDocument.edition) > edition, col(KnowledgeDocument.ended_edition) > edition)
    rows = session.execute(_indexed(model).where(changed).execution_options(yield_per=2_000))
    return (IndexedPassage(*row) for row in rows)


def count_since(session: BrandSession, edition: int) -> int:
    """Number of passages that were added or ended after an edition."""
    changed = or_(col(KnowledgeDocument.edition) > edition, col(KnowledgeDocument.ended_edition) > edition)
    return int(
        session.scalars(select(func.coalesce(func.sum(col(KnowledgeDocument.passages)), 0)).where(changed)).one()
    )


def without_vector(session: BrandSession, model: str, limit: int) -> Sequence[tuple[UUID, str, str, str]]:
    """Passages that a model has not embedded yet: id, title, heading and text."""
    of_passage = and_(
        col(KnowledgeVector.brand_id) == col(KnowledgePassage.brand_id),
        col(KnowledgeVector.passage_id) == col(KnowledgePassage.id),
        col(KnowledgeVector.model) == model,
    )
    rows = session.execute(
        select(
            col(KnowledgePassage.id),
            col(KnowledgeDocument.title),
            col(KnowledgePassage.heading),
            col(KnowledgePassage.text),
        )
        .join(KnowledgeDocument, _of_document())
        .outerjoin(KnowledgeVector, of_passage)
        .where(col(KnowledgeVector.id).is_(None))
        .order_by(col(KnowledgePassage.id))
        .limit(limit)
    ).all()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _indexed(model: str) -> Any:
    of_passage = and_(
        col(KnowledgeVector.brand_id) == col(KnowledgePassage.brand_id),
        col(KnowledgeVector.passage_id) == col(KnowledgePassage.id),
    )
    return (
        select(
            col(KnowledgePassage.id),
            col(KnowledgeDocument.title),
            col(KnowledgePassage.heading),
            col(KnowledgePassage.text),
            col(KnowledgeVector.vector),
            col(KnowledgeDocument.category),
            col(KnowledgeDocument.tags),
            col(KnowledgeDocument.known_at),
            col(KnowledgeDocument.ended_at),
        )
        .join(KnowledgeDocument, _of_document())
        .join(KnowledgeVector, of_passage)
        .where(col(KnowledgeVector.model) == model)
        .order_by(col(KnowledgePassage.id))
    )


def _of_document() -> ColumnElement[bool]:
    return and_(
        col(KnowledgeDocument.brand_id) == col(KnowledgePassage.brand_id),
        col(KnowledgeDocument.id) == col(KnowledgePassage.document_id),
    )


def _holds(session: BrandSession) -> ColumnElement[bool]:
    return _holding(session.ctx.known_until)


def _holding(moment: Any) -> ColumnElement[bool]:
    ended = col(KnowledgeDocument.ended_at)
    return or_(ended.is_(None), ended > moment)
