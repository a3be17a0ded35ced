"""The chair's choice among proposals, by arithmetic."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from store.tables import ProposalRow

ATTENTION = 10
"""How many action items a meeting may ask people to look at."""


@dataclass(frozen=True)
class LeftOut:
    """A proposal that was not adopted, and which limit bound."""

    proposal_id: UUID
    reason: str


@dataclass(frozen=True)
class Choice:
    """The proposals adopted, best first, and those left out."""

    adopted: Sequence[UUID]
    left_out: Sequence[LeftOut]


def choose(
    proposals: Sequence[ProposalRow],
    refused: Mapping[str, str],
    mending: Collection[UUID] = (),
    attention: int = ATTENTION,
) -> Choice:
    """Adopt what mends a risk, then what is expected to bring most, as far as people's attention reaches.

    One proposal is adopted for one subject. `mending` are those that answer a finding which is a risk.

    `refused` has the subjects that a person said no to not long ago, and the words why: nobody is asked again so soon.
    """
    ranked = sorted(
        proposals, key=lambda proposal: (proposal.id not in mending, -proposal.expected_minor, str(proposal.id))
    )
    adopted: list[UUID] = []
    left_out: list[LeftOut] = []
    taken: set[str] = set()
    for proposal in ranked:
        subject = subject_of(proposal.kind, proposal.action)
        if subject in refused:
            left_out.append(LeftOut(proposal.id, refused[subject]))
        elif subject in taken:
            left_out.append(LeftOut(proposal.id, f"another proposal for {subject} is expected to bring more"))
        elif len(adopted) == attention:
            left_out.append(LeftOut(proposal.id, "the meeting's attention is spent on proposals that bring more"))
        else:
            taken.add(subject)
            adopted.append(proposal.id)
    return Choice(adopted, left_out)


def subject_of(kind: str, action: Mapping[str, Any]) -> str:
    """What an action is about: two with the same subject compete."""
    parts = (action.get(part, "") for part in ("sku", "channel", "zone"))
    return " ".join(filter(None, (kind, *parts)))
