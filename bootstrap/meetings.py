"""Meetings and agents' answers: called, held, gone on with after a kill or a wait, and spoken in."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bootstrap.parts import Parts
from domain.actor import Actor, Permission
from domain.context import Context
from domain.errors import InvalidInput
from domain.ids import derived_id

if TYPE_CHECKING:
    from virtual_office.meeting.steps import Chooser
    from virtual_office.meeting.turns import Turn

Progress = Callable[[str, str], None]
AGENT_RIGHTS = frozenset({Permission.DATA_READ, Permission.ACTION_PROPOSE})


def silent(_step: str, _detail: str) -> None:
    """Progress for those who do not watch."""


class Meetings:
    """Holds meetings with the crew that charters and settings name."""

    def __init__(self, parts: Parts) -> None:
        self.database = parts.database
        self._parts = parts
        self.manner: Mapping[str, Any] = {}
        """How meetings are held unless one is called otherwise, as in `Invitation`."""
        self.chooser: Chooser | None = None
        """The chair's arithmetic, where a comparison replaces it."""

    def meet(
        self,
        ctx: Context,
        agenda: str,
        agents: Sequence[str] = (),
        progress: Progress = silent,
        limits: Mapping[str, int] | None = None,
        manner: Mapping[str, Any] | None = None,
    ) -> UUID:
        """Hold a meeting; every agent attends unless some are named. `limits` and `manner` as in `Invitation`.

        Raises InvalidInput for an unknown agent, limit or step to wait after.
        """
        from virtual_office.meeting.graph import Invitation

        return self.hold(ctx, Invitation(agenda, agents, limits or {}, manner or {}), progress)

    def hold(self, ctx: Context, invitation: Any, progress: Progress = silent) -> UUID:
        """Hold the meeting of an `Invitation`. Raises InvalidInput as `meet` does."""
        from virtual_office.meeting.graph import hold_meeting

        return asyncio.run(hold_meeting(self.room(), ctx, self.called(ctx, invitation), progress))

    def called(self, ctx: Context, invitation: Any) -> Any:
        """The `Invitation` with its attendees and manner filled in. Raises Forbidden, InvalidInput as `meet` does."""
        from virtual_office.meeting.graph import WAITS
        from virtual_office.meeting.limits import RESOURCES
        from virtual_office.schedule.definition import LONGEST_WAIT_HOURS

        ctx.require(Permission.MEETING_HOLD)
        charters = self.room().charters
        require_agents(invitation.agents, charters)
        wrong = [name for name, amount in invitation.limits.items() if name not in RESOURCES or amount < 0]
        if wrong:
            raise InvalidInput(
                f"There is no limit {', '.join(wrong)}, or it is below zero.", remedy=f"Limits: {', '.join(RESOURCES)}."
            )
        held = {**self.manner, **invitation.manner}
        if strange := sorted(set(held.get("wait", ())) - set(WAITS)):
            raise InvalidInput(
                f"A meeting cannot wait after {', '.join(strange)}.", remedy=f"Steps: {', '.join(WAITS)}."
            )
        hours = held.get("wait_hours")
        if hours is not None and not 1 <= hours <= LONGEST_WAIT_HOURS:
            raise InvalidInput(f"A meeting waits between 1 and {LONGEST_WAIT_HOURS} hours.")
        attendees = list(dict.fromkeys(invitation.agents)) or sorted(charters)
        for name in attendees:
            self._parts.minds.require(charters[name])  # a crew that cannot think opens no meeting
        return replace(invitation, agents=attendees, manner=held)

    def resume(self, ctx: Context, meeting: str, progress: Progress = silent) -> UUID:
        """Go on with an interrupted meeting, or let one that waits go on.

        Raises NotFound, or Conflict while another process holds it.
        """
        from virtual_office.meeting.runs import WAITING, find_run
        from virtual_office.meeting.turns import Kind, Turn, speak

        ctx.require(Permission.MEETING_HOLD)
        with self.database.begin(ctx) as session:
            run = find_run(session, meeting)
            if run.status == WAITING:
                speak(session, run.id, Turn(Kind.GO))
            run_id = run.id
        return self.go_on(ctx, run_id, progress)

    def go_on(self, ctx: Context, run_id: UUID, progress: Progress = silent) -> UUID:
        """Hold an opened meeting, or go on with it as far as people let it. Raises Conflict while it is held."""
        from virtual_office.meeting.graph import resume_meeting

        ctx.require(Permission.MEETING_HOLD)
        return asyncio.run(resume_meeting(self.room(), ctx, run_id, progress))

    def answer_on(self, ctx: Context, run_id: UUID, progress: Progress = silent) -> UUID:
        """Let the agent of an answer's run answer. Raises Conflict while it is held."""
        from virtual_office.questions.answers import answer, find_answer

        with self.database.read(ctx) as session:
            agent = find_answer(session, run_id).agents[0]
        room = self.room()
        return asyncio.run(answer(room.reporter, ctx, run_id, room.charters[agent], progress))

    def say(self, ctx: Context, meeting: str, turn: "Turn") -> UUID:
        """Take a person's turn in a meeting; its id. Raises as `speak` does, and InvalidInput for no such agent."""
        from virtual_office.meeting.runs import find_run
        from virtual_office.meeting.turns import Kind, speak
        from virtual_office.questions.asking import answer_in_meeting

        if turn.kind is Kind.INVITE and turn.text not in self.room().charters:
            raise InvalidInput(
                f"There is no agent {turn.text}.", remedy=f"Agents: {', '.join(sorted(self.room().charters))}."
            )
        known = None
        if turn.kind is Kind.ASK:
            with self.database.read(ctx) as session:
                run = find_run(session, meeting)
            known = answer_in_meeting(self.database, ctx, run, turn.text)
        with self.database.begin(ctx) as session:
            return speak(session, find_run(session, meeting).id, turn, known).id

    def room(self) -> Any:
        """The `MeetingRoom` that meetings are held in, with the charters as they stand."""
        import store.tables.every  # noqa: F401 - no table is made while its agents' threads read
        from agents.charter import load_charters
        from tools.readings import Readings
        from virtual_office.meeting.chair import choose
        from virtual_office.meeting.reporting import Reporter
        from virtual_office.meeting.steps import MeetingRoom

        return MeetingRoom(
            chooser=self.chooser or choose,
            database=self.database,
            engine=self._parts.engine,
            charters={charter.name: charter for charter in load_charters()},
            reporter=Reporter(self.database, self._parts.minds.mind_of, as_agent, Readings(self._parts.knowledge)),
            agent_ids=agent_id,
        )


def require_agents(names: Iterable[str], known: Iterable[str]) -> None:
    """Raises InvalidInput for the name of an agent that there is not."""
    crew = sorted(known)
    if unknown := sorted(set(names) - set(crew)):
        raise InvalidInput(f"There is no agent {', '.join(unknown)}.", remedy=f"Agents: {', '.join(crew)}.")


def agent_id(ctx: Context, agent: str) -> UUID:
    """An agent's id in a brand: always the same."""
    return derived_id(ctx.brand_id, f"agent:{agent}")


def as_agent(ctx: Context, charter: Any) -> Actor:
    """The agent acting for the Context's person: its rights are its charter's, as far as its delegator has them."""
    from identity.agents import agent_actor

    return agent_actor(ctx, charter.name, AGENT_RIGHTS)
