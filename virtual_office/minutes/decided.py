"""What a meeting decided, ranked: net money at stake times urgency, three or more of a kind as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from domain.action import ACTION_KINDS, Action, parse_action, resources_used
from domain.kind import ActionKind
from domain.verdict import gate_name
from language.sentences import sentence
from language.speech import speak
from store.tables import ActionItem, ProposalRow
from virtual_office.meeting.limits import CASH
from virtual_office.minutes.records import owners_of
from virtual_office.minutes.sitting import Sitting, proposal_of
from virtual_office.minutes.worth import Worth, worth_of

OF_A_KIND = 3
"""So many of a kind become one line."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Decision:
    """An adopted action item as the page speaks of it."""

    item: ActionItem
    proposal: ProposalRow
    action: Action
    worth: Worth | None
    put_in: int
    due: datetime
    """The last moment at which a yes still works."""
    decision: str
    gates: tuple[str, ...]

    @property
    def kind(self) -> ActionKind:
        return ACTION_KINDS[self.item.kind]


@dataclass(frozen=True)
class Group:
    """One decision, or three and more of a kind; `stake` is what it is ranked by."""

    decisions: Sequence[Decision]
    stake: float

    @property
    def kind(self) -> ActionKind:
        return self.decisions[0].kind

    @property
    def worths(self) -> list[Worth]:
        """What they are worth, as far as that is money."""
        return [decision.worth for decision in self.decisions if decision.worth and decision.worth.in_money]

    @property
    def put_in(self) -> int:
        return sum(decision.put_in for decision in self.decisions)

    @property
    def due(self) -> datetime:
        return min(decision.due for decision in self.decisions)


def decisions_of(sitting: Sitting) -> list[Decision]:
    """Everything adopted, in the order of the groups on the page."""
    return [decision for group in groups_of(sitting) for decision in group.decisions]


def groups_of(sitting: Sitting) -> list[Group]:
    """The decisions, most at stake first."""
    owners = sitting.record.get("owners", {})
    decisions = [_decision(sitting, item, owners) for item in sitting.items]
    by_kind: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_kind.setdefault(decision.item.kind, []).append(decision)
    groups: list[Group] = []
    for alike in by_kind.values():
        ranked = sorted(alike, key=lambda decision: -_stake(sitting, decision))
        parts = [ranked] if len(ranked) >= OF_A_KIND else [[decision] for decision in ranked]
        groups += [Group(part, sum(_stake(sitting, decision) for decision in part)) for part in parts]
    return sorted(groups, key=lambda group: -group.stake)


def _decision(sitting: Sitting, item: ActionItem, owners: Mapping[str, Any]) -> Decision:
    proposal, action = proposal_of(sitting, item), parse_action(item.action)
    answers = owners.get(str(item.id)) or owners_of([item])[str(item.id)]
    return Decision(
        item=item,
        proposal=proposal,
        action=action,
        worth=worth_of(sitting, proposal, item),
        put_in=resources_used(action).get(CASH, 0),
        due=_due(sitting, item, action),
        decision=str(answers["decision"]),
        gates=tuple(answers["gates"]),
    )


def _due(sitting: Sitting, item: ActionItem, action: Action) -> datetime:
    """When its approval lapses; no later than the beginning of the day that it is planned for."""
    planned = getattr(action, "planned_day", None)
    if planned is None:
        return item.expires_at
    return min(item.expires_at, datetime.combine(planned, time(), sitting.zone))


def _stake(sitting: Sitting, decision: Decision) -> float:
    """Net money times urgency: a yes that is due in a day counts as much as twice that money due in two."""
    days = max((decision.due - sitting.run.started_at) / _DAY, 1.0)
    return (decision.worth.weight if decision.worth else 0) / days


def due_text(sitting: Sitting, due: datetime) -> str:
    """`until Thu 3 December, 16:05`; a midnight as the day that ends with it."""
    local = due.astimezone(sitting.zone)
    if local.time() == time():
        return sitting.say("by_day", day=sitting.day((local - _DAY).date()))
    return sitting.say("by_moment", moment=sitting.moment(due))


def who_agrees(sitting: Sitting, decision: Decision) -> str:
    """Whose yes it needs; nobody's where it is refused or may act by itself."""
    if decision.gates:
        names = sitting.say("and").join(speak(gate_name(gate), sitting.language) for gate in decision.gates)
        return f"{names[:1].upper()}{names[1:]}"
    return sitting.say("owner.denied" if decision.decision == "deny" else "owner.nobody")


def title_of_group(sitting: Sitting, group: Group) -> str:
    """What the decisions of a group do together: `Refill 46 stands on four trips`."""
    if len(group.decisions) < OF_A_KIND:
        return sitting.title(group.decisions[0].item)
    key = f"group.{group.kind.file_name}"
    if sentence(f"office.minutes.{key}", sitting.language, 2) is None:
        return sitting.say("group.other", count=str(len(group.decisions)), kind=group.kind.title)
    return sitting.counted(key, len(group.decisions), stops=str(_stops(group)), day=_day(sitting, group))


def _stops(group: Group) -> int:
    return len({stop for decision in group.decisions for stop in getattr(decision.action, "stands", ())})


def _day(sitting: Sitting, group: Group) -> str:
    planned = [getattr(decision.action, "planned_day", None) for decision in group.decisions]
    days = [day for day in planned if day is not None]
    return sitting.day(min(days)) if days else ""
