"""An action item as a person reads it: its document, with the numbers in its prose and in what was asked about it."""

from collections.abc import Sequence
from typing import Any

from actions.documents import item_document
from actions.questions import notes_of
from guardrails.cedar import PolicyEngine
from store.session import BrandSession
from store.tables import ActionItem, ItemNote
from virtual_office.rendering import Figures, as_markdown, as_plain


def item_view(session: BrandSession, engine: PolicyEngine, item: ActionItem) -> dict[str, Any]:
    """Everything that a person needs to answer an item."""
    document = item_document(session, engine, item)
    figures = Figures(session, item.figures.values())
    rationale = figures.render(item.rationale, item.figures, as_markdown)
    return {**document, "rationale": rationale, "notes": note_views(session, notes_of(session, item.id))}


def note_views(session: BrandSession, notes: Sequence[ItemNote]) -> list[dict[str, Any]]:
    """Questions and answers, with their numbers."""
    figures = Figures(session, [code for note in notes for code in note.figures.values()])
    return [
        {
            "id": str(note.id),
            "question_id": str(note.question_id) if note.question_id else None,
            "author": note.author,
            "text": figures.render(note.text, note.figures, as_plain) if note.figures else note.text,
            "figures": note.figures,
            "at": note.created_at.isoformat(),
        }
        for note in notes
    ]
