"""An approver's question to an agent, and its answer from what it was answered when it proposed."""

from sqlalchemy import select
from sqlmodel import col

from actions.questions import ask, note_answer
from domain.actor import Actor, ActorKind
from store.session import BrandSession
from store.tables import ActionItem, ItemNote
from virtual_office.questions.item_questions import answer_about


def ask_back(session: BrandSession, item_id: str, text: str) -> tuple[ItemNote, ItemNote | None]:
    """The question, and an agent's answer; a person who proposed answers later. Raises as `actions.questions.ask`."""
    question = ask(session, item_id, text)
    item = session.scalars(select(ActionItem).where(col(ActionItem.id) == question.action_item_id)).one()
    kind, _, name = item.proposer.partition(":")
    if kind != ActorKind.AGENT or item.run_id is None:
        return question, None
    answer = answer_about(session, item, item.run_id, question.text)
    asker = session.ctx
    agent = Actor(kind=ActorKind.AGENT, id=item.proposer_id, name=name, delegator=asker.actor.id)
    session.ctx = asker.acting_as(agent)
    try:
        return question, note_answer(session, item, question, answer.text, answer.german, answer.codes)
    finally:
        session.ctx = asker
