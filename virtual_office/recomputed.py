"""What challenges came to: the recomputations of a run, and the proposals as they left them."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.prediction import Prediction
from store.session import BrandSession
from store.tables import ChallengeRow, ProposalRow
from tools.challenge_results import PUT_IN_TURN
from virtual_office.revision import Revision

CHANGED = "changed"


def challenges_of(session: BrandSession, run_id: UUID) -> Sequence[ChallengeRow]:
    """What was recomputed in a run, in the order in which it was put."""
    rows = session.scalars(select(ChallengeRow).where(col(ChallengeRow.run_id) == run_id)).all()
    order = {name: place for place, name in enumerate(PUT_IN_TURN)}
    return sorted(rows, key=lambda row: (order.get(row.tool, len(order)), row.id))


def revisions_of(session: BrandSession, run_id: UUID) -> dict[UUID, Revision]:
    """By proposal, as the last recomputation that changed it left it; its amounts as the last that changed those."""
    found: dict[UUID, Revision] = {}
    proposals = {row.id: row for row in session.scalars(select(ProposalRow).where(col(ProposalRow.run_id) == run_id))}
    for row in challenges_of(session, run_id):
        if row.status == CHANGED and row.prediction is not None:
            before = found.get(row.proposal_id)
            action = row.action or (before.action if before else proposals[row.proposal_id].action)
            prediction = Prediction.model_validate(row.prediction)
            found[row.proposal_id] = Revision(action, prediction, row.expected_minor)
    return found


def changed_rows(rows: Sequence[ChallengeRow]) -> Iterator[ChallengeRow]:
    """Those that came to something else than was promised."""
    return (row for row in rows if row.status == CHANGED)
