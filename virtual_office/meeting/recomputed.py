"""Recomputations of a run's proposals by their challengers, and the proposals as these left them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.prediction import Prediction
from store.session import BrandSession
from store.tables import ChallengeRow, ProposalRow
from tools.challenge_results import NEVER_ALONE, PUT_IN_TURN
from virtual_office.meeting.revision import Revision

CHANGED = "changed"


def challenges_of(session: BrandSession, run_id: UUID) -> Sequence[ChallengeRow]:
    """The recomputations of a run, in the order in which they were put."""
    rows = session.scalars(select(ChallengeRow).where(col(ChallengeRow.run_id) == run_id)).all()
    order = {name: place for place, name in enumerate(PUT_IN_TURN)}
    return sorted(rows, key=lambda row: (order.get(row.tool, len(order)), row.id))


def standing(rows: Sequence[ChallengeRow], adopted: Collection[UUID] | None = None) -> list[ChallengeRow]:
    """Of the recomputations of one proposal by one tool, the one that counts.

    That is the one that took what is `adopted` as carried out beside it; before anything is, the one that took most.
    """
    groups: dict[tuple[UUID, str], list[ChallengeRow]] = {}
    for row in rows:
        groups.setdefault((row.proposal_id, row.tool), []).append(row)
    counting = (_counting(group, adopted) for group in groups.values())
    return [row for row in counting if row is not None]


def _counting(group: Sequence[ChallengeRow], adopted: Collection[UUID] | None) -> ChallengeRow | None:
    widest = max(group, key=lambda row: (len(row.beside), row.id))
    if adopted is None:
        return widest
    known, decided = (
        {proposal_id for row in group for proposal_id in row.beside},
        {str(proposal_id) for proposal_id in adopted},
    )
    wanted = sorted(known & decided)
    if known and not wanted and widest.tool in NEVER_ALONE:
        return None
    return next((row for row in group if sorted(row.beside) == wanted), widest)


def revisions_of(session: BrandSession, run_id: UUID, adopted: Collection[UUID] | None = None) -> dict[UUID, Revision]:
    """By proposal, as the last recomputation that changed it left it; its amounts as the last that changed those."""
    revisions: dict[UUID, Revision] = {}
    changed = [row for row in changed_rows(standing(challenges_of(session, run_id), adopted)) if row.prediction]
    proposed = select(col(ProposalRow.id), col(ProposalRow.action)).where(
        col(ProposalRow.run_id) == run_id, col(ProposalRow.id).in_({row.proposal_id for row in changed})
    )
    actions: dict[UUID, dict[str, Any]] = {row[0]: row[1] for row in session.execute(proposed)}
    for row in changed:
        before = revisions.get(row.proposal_id)
        action = row.action or (before.action if before else actions[row.proposal_id])
        prediction = Prediction.model_validate(row.prediction)
        revisions[row.proposal_id] = Revision(action, prediction, row.expected_minor)
    return revisions


def changed_rows(rows: Sequence[ChallengeRow]) -> Iterator[ChallengeRow]:
    """Those that came to something else than was promised."""
    return (row for row in rows if row.status == CHANGED)
