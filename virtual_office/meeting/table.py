"""A meeting's table as a document: its proposals as they were challenged, and the turns of people."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.action import parse_action
from domain.figure import Cell
from domain.language import Language
from domain.prediction import Prediction
from language.lines import as_plain
from store.session import BrandSession
from store.tables import ChallengeRow, ProposalRow, TurnRow
from virtual_office.meeting.recomputed import CHANGED, challenges_of, revisions_of, standing
from virtual_office.meeting.revision import Revision, revised
from virtual_office.meeting.turns import turns_of
from virtual_office.minutes.names import Names, words_of
from virtual_office.minutes.records import proposals_of
from virtual_office.minutes.rendering import Figures


def table_document(session: BrandSession, run_id: UUID, language: Language = Language.EN) -> dict[str, Any]:
    """The proposals with their challenges, and the turns, as they stand now."""
    proposals, turns = proposals_of(session, run_id), turns_of(session, run_id)
    challenges, revisions = standing(challenges_of(session, run_id)), revisions_of(session, run_id)
    codes = [code for row in (*proposals, *challenges, *turns) for code in row.figures.values()]
    figures = Figures(session, codes)
    names = Names(session, (word for row in proposals for word in words_of(row.action)))
    return {
        "proposals": [
            _proposal(figures, row, revisions.get(row.id), challenges)
            | {"title": names.title(revised(row, revisions)[0], language)}
            for row in proposals
        ],
        "turns": [_turn(figures, row) for row in turns],
    }


def proposal_documents(session: BrandSession, run_id: UUID) -> list[dict[str, Any]]:
    """The proposals of a run that nobody challenged."""
    proposals = proposals_of(session, run_id)
    figures = Figures(session, [code for row in proposals for code in row.figures.values()])
    return [_proposal(figures, row, None, ()) for row in proposals]


def _proposal(
    figures: Figures, row: ProposalRow, revision: Revision | None, challenges: Sequence[ChallengeRow]
) -> dict[str, Any]:
    prediction = Prediction.model_validate(row.prediction)
    now = revision.prediction if revision else prediction
    return {
        "id": str(row.id),
        "agent": row.agent,
        "kind": row.kind,
        "subject": parse_action(row.action).subject,
        "text": figures.render(row.text, row.figures, as_plain),
        "promised": _amount(prediction),
        "expected": _amount(now),
        "challenges": [
            {
                "agent": challenge.agent,
                "tool": challenge.tool,
                "status": challenge.status,
                "receipt": str(challenge.receipt_id),
                "text": figures.render(challenge.text, challenge.figures, as_plain)
                if challenge.status == CHANGED
                else challenge.text,
            }
            for challenge in challenges
            if challenge.proposal_id == row.id
        ],
    }


def _amount(prediction: Prediction) -> str:
    return Cell(value=prediction.value, unit=prediction.unit).render()


def _turn(figures: Figures, row: TurnRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "after": row.step,
        "person": row.person,
        "text": row.text,
        "proposal": None if row.proposal_id is None else str(row.proposal_id),
        "limits": row.limits,
        "answer": figures.render(row.answer, row.figures, as_plain),
        "figures": row.figures,
        "at": row.created_at.isoformat(),
    }
