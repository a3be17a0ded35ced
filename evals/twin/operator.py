"""The scripted operator: answers each action item within two days, and sometimes says no."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from actions.approvals import approve
from actions.items import inbox, reject
from domain.action import ItemStatus
from domain.context import Context
from domain.errors import ApprovalOutdated, DomainError
from guardrails.cedar import PolicyEngine
from simulation.draws import Draws
from store.database import Database

DELAYS_DAYS = {0: 0.45, 1: 0.35, 2: 0.20}
REFUSES = 0.10
"""The script: how many days an answer takes, and how often it is no."""


@dataclass
class Answers:
    """Counts of answers: items by how many days they took, approved, refused, and shown again."""

    delay_days: Counter[int] = field(default_factory=Counter)
    approved: int = 0
    refused: int = 0
    shown_again: int = 0
    refuses: float = REFUSES

    def as_document(self) -> dict[str, object]:
        """The script beside what happened."""
        return {
            "script": script(self.refuses),
            "delay_days": {str(days): self.delay_days[days] for days in sorted(self.delay_days)},
            "approved": self.approved,
            "refused": self.refused,
            "shown_again": self.shown_again,
        }


def script(refuses: float = REFUSES) -> dict[str, object]:
    """How the operator answers: the share of items by days it takes, and the share refused."""
    return {"delay_days": {str(days): share for days, share in DELAYS_DAYS.items()}, "refuses": refuses}


class Operator:
    """Two people of the brand: the operator, and the owner for what needs one. `refuses` 0 never says no."""

    def __init__(self, draws: Draws, refuses: float = REFUSES) -> None:
        self._draws, self._refuses = draws, refuses
        self._due: dict[UUID, tuple[int, int, bool]] = {}
        self.answers = Answers(refuses=refuses)

    def answer(self, database: Database, engine: PolicyEngine, people: tuple[Context, ...], day: int) -> None:
        """Answer what is due on a day. `people` are asked in turn until the item needs nobody any more."""
        with database.read(people[0]) as session:
            waiting = sorted(inbox(session), key=lambda item: (item.subject, str(item.id)))
        rng = self._draws.stream("operator", day)
        for item in waiting:
            luck = rng.random(2)
            if item.id not in self._due:  # asked today: the round is after the meeting
                self._due[item.id] = (day, day + delay_days(luck[0]), bool(luck[1] < self._refuses))
            seen, due, refuses = self._due[item.id]
            if due > day:
                continue
            if refuses:
                with database.begin(people[0]) as session:
                    reject(session, str(item.id), "not now")
                self.answers.refused += 1
            elif not self._approve(database, engine, people, item.id):
                continue
            self.answers.delay_days[day - seen] += 1

    def _approve(self, database: Database, engine: PolicyEngine, people: tuple[Context, ...], item: UUID) -> bool:
        for person in people:
            try:
                answered = approve(database, person, engine, str(item), timedelta(0))
            except ApprovalOutdated:
                self.answers.shown_again += 1
                return False
            except DomainError:
                return True  # expired, superseded or denied meanwhile: there is nothing left to answer
            if answered.status != ItemStatus.PROPOSED:
                self.answers.approved += answered.status == ItemStatus.APPROVED
                return True
        return True


def delay_days(luck: float) -> int:
    """How many days an answer takes, at a chance between 0 and 1."""
    reached = 0.0
    for days, share in DELAYS_DAYS.items():
        reached += share
        if luck < reached:
            return days
    return max(DELAYS_DAYS)
