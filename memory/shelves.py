"""The library as the command line and other faces show it."""

from typing import Any

from memory.knowledge import FoundPassage, SearchResult
from store.reads.knowledge import documents
from store.session import BrandSession
from store.tables import KnowledgeDocument


def documents_document(session: BrandSession) -> dict[str, Any]:
    """Every document that holds at the session's moment, by name."""
    return {"documents": [_document(row) for row in documents(session)]}


def search_document(result: SearchResult) -> dict[str, Any]:
    """A search result, the best passage first."""
    return {
        "passages": [_passage(passage) for passage in result.passages],
        "searched": result.searched,
        "because": result.because,
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


def _passage(found_passage: FoundPassage) -> dict[str, Any]:
    passage, document = found_passage.passage, found_passage.document
    return {
        "rank": found_passage.rank,
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
