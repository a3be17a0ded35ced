"""A proposal as a colleague's recomputation left it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.action import Action, parse_action
from domain.prediction import Prediction
from store.tables import ProposalRow


@dataclass(frozen=True)
class Revision:
    """A proposal as a colleague's recomputation left it: what it does, what it promises, and what the chair weighs."""

    action: Mapping[str, Any]
    prediction: Prediction
    expected_minor: int


def revised(proposal: ProposalRow, revisions: Mapping[UUID, Revision]) -> tuple[Action, int]:
    """The action of a proposal and its expected value in minor units, after its challenges."""
    revision = revisions.get(proposal.id)
    if revision is None:
        return parse_action(proposal.action), proposal.expected_minor
    return parse_action(revision.action), revision.expected_minor
