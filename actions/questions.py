"""Asking back: an approver's question about an action item, and the proposer's answer."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from actions.items import find_item
from domain.actor import Permission
from domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from store.audit import append_audit
from store.leases import lock_row
from store.outbox import emit
from store.session import BrandSession
from store.tables import ActionItem, ItemNote

LONGEST, MOST = 2_000, 50


def ask(session: BrandSession, item_id: str, text: str) -> ItemNote:
    """Put a question to whoever proposed the item. Raises Forbidden, InvalidInput, NotFound."""
    session.ctx.require(Permission.ACTION_APPROVE)
    item = lock_row(session, ActionItem, find_item(session, item_id).id)
    if len(notes_of(session, item.id)) >= MOST:
        raise Conflict(f"An action item takes {MOST} questions and answers at most.", remedy="Decide, or reject it.")
    note = _write(session, item, text, None)
    append_audit(session, "action_item.asked", str(item.id), {"question": note.text})
    emit(session, "action_item.asked", str(item.id), {"question": note.text, "proposer": item.proposer})
    return note


def answer(session: BrandSession, item_id: str, question_id: UUID, text: str) -> ItemNote:
    """Answer a question about what one proposed oneself. Raises Forbidden, NotFound, InvalidInput."""
    session.ctx.require(Permission.ACTION_PROPOSE)
    item = lock_row(session, ActionItem, find_item(session, item_id).id)
    question = next((note for note in notes_of(session, item.id) if note.id == question_id), None)
    if question is None or question.question_id is not None:
        raise NotFound("There is no such question about this action item.")
    if item.proposer_id != session.ctx.actor.id:
        raise Forbidden("Whoever proposed it answers for it.", remedy=f"Ask {item.proposer}.")
    return note_answer(session, item, question, text)


def note_answer(
    session: BrandSession,
    item: ActionItem,
    question: ItemNote,
    text: str,
    german: str = "",
    figures: Mapping[str, str] | None = None,
) -> ItemNote:
    """Write the answer to a question, in the Context's name."""
    note = _write(session, item, text, question.id, german, figures or {})
    append_audit(session, "action_item.answered", str(item.id), {"question": str(question.id), "answer": note.text})
    emit(session, "action_item.answered", str(item.id), {"question": str(question.id)})
    return note


def notes_of(session: BrandSession, item_id: UUID) -> Sequence[ItemNote]:
    """The questions about an item and their answers, in the order they were written."""
    return session.scalars(
        select(ItemNote)
        .where(col(ItemNote.action_item_id) == item_id)
        .order_by(col(ItemNote.created_at), col(ItemNote.id))
    ).all()


def _write(
    session: BrandSession,
    item: ActionItem,
    text: str,
    question_id: UUID | None,
    german: str = "",
    figures: Mapping[str, str] = {},
) -> ItemNote:
    normalised = " ".join(text.split())
    if not normalised or len(normalised) > LONGEST:
        raise InvalidInput(f"That needs words, {LONGEST:,} characters at most.")
    written: dict[str, Any] = {"text": normalised, "german": german, "figures": dict(figures)}
    note = ItemNote(
        action_item_id=item.id,
        question_id=question_id,
        author=session.ctx.actor.label,
        author_id=session.ctx.actor.id,
        created_at=session.ctx.now(),
        **written,
    )
    session.add(note)
    session.flush()
    return note
