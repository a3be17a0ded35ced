"""The library as the command line and other faces show it."""

from typing import Any

from memory.knowledge import Found, FoundPassage
from store.reads.knowledge import documents
from store.session import BrandSession
from store.tables import KnowledgeDocument


def documents_document(session: BrandSession) -> dict[str, Any]:
    """Every document that holds at the session's moment, by name."""
    return {"documents": [_document(row) for row in documents(session)]}


def found_document(found: Found) -> dict[str, Any]:
    """What a search brought, the best first."""
    return {
        "passages": [_passage(one) for one in found.passages],
        "searched": found.searched,
        "because": found.because,
    }


def _document(row: KnowledgeDocument) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "title": row.title,
        "category": row.category,
        "tags": list(row.tags),
        "label": row.label,
        "dated": row.dated_on.isoformat(),
        "known_at": row.known_at.isoformat(),
        "version": row.version,
        "passages": row.passages,
        "added_by": row.added_by,
        "sha256": row.sha256,
    }


def _passage(found: FoundPassage) -> dict[str, Any]:
    passage, document = found.passage, found.document
    return {
        "rank": found.rank,
        "id": str(passage.id),
        "document": document.name,
        "title": document.title,
        "heading": passage.heading,
        "page": passage.page,
        "position": passage.position,
        "place": f"page {passage.page}" if passage.page else f"passage {passage.position}",
        "text": passage.text,
        "label": document.label,
        "dated": document.dated_on.isoformat(),
    }
