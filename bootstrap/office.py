"""The whole product behind one object: opened from the settings, closed when done."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actions.order import is_behind
from automation.carry_out import carry_out, carry_out_together
from automation.execution import EXECUTE_JOB, execute_item
from automation.outcomes import MEASURE_JOB, measure_item
from automation.runs import RUN_JOB, TELL_JOB
from automation.worker import JobHandler, JobResult, Together, Worker
from bootstrap.minds import Minds
from domain.actor import Actor, ActorKind, Permission
from domain.context import Context
from domain.errors import InvalidInput
from domain.ids import derived_id
from guardrails.cedar import PolicyEngine
from settings import Settings
from store.database import Database
from store.migrate import ensure_schema
from store.probe import probe_store

if TYPE_CHECKING:
    from connectors.endpoint_secret import SecretMaker
    from domain.language import Language
    from memory.knowledge import KnowledgeBase
    from virtual_office.meeting.steps import Chooser
    from virtual_office.meeting.turns import Turn
    from virtual_office.questions.asking import Answered

Progress = Callable[[str, str], None]
AGENT_RIGHTS = frozenset({Permission.DATA_READ, Permission.ACTION_PROPOSE})


def silent(_step: str, _detail: str) -> None:
    """Progress for those who do not watch."""


class Office:
    """What the CLI and the API hold in hand."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.manner: Mapping[str, Any] = {}
        """How meetings are held unless one is called otherwise, as in `Invitation`."""
        self.chooser: Chooser | None = None
        """The chair's arithmetic, where a comparison replaces it."""

    @classmethod
    def open(cls, settings: Settings) -> "Office":
        """Start or reach the database, and bring its schema up to date. Raises Unavailable."""
        if settings.database_url:
            database = Database(settings.database_url)
        else:
            database = Database.embedded(settings.home)
        ensure_schema(database)
        if settings.broker_url is not None:
            from automation.broker import Bell

            database.bell = Bell(settings.broker_url.get_secret_value())
        return cls(settings, database)

    def close(self) -> None:
        if "knowledge" in self.__dict__:
            self.knowledge.close()
        self.database.close()

    @cached_property
    def engine(self) -> PolicyEngine:
        return PolicyEngine()

    @cached_property
    def minds(self) -> Minds:
        return Minds(self.settings, self.database)

    @cached_property
    def secrets(self) -> "SecretMaker":
        """Makes the secrets that webhooks are signed with."""
        from connectors.endpoint_secret import SecretMaker
        from identity.signing import ENDPOINTS, signing_key

        given = self.settings.token_secret
        return SecretMaker(signing_key(self.settings.home, given.get_secret_value() if given else None, ENDPOINTS))

    @cached_property
    def knowledge(self) -> "KnowledgeBase":
        """The brands' documents, and the index that the settings name."""
        from bootstrap.library import knowledge_base

        return knowledge_base(self.settings, self.database)

    @cached_property
    def worker(self) -> Worker:
        """Carries out what people said yes to, and measures: what a verb may do besides, as it takes no time."""
        return Worker(self.database, self._handlers(), together=self._together())

    @cached_property
    def clockwork(self) -> Worker:
        """Does all that is due, meetings on a schedule and what goes out of the house too."""
        from bootstrap.clockwork import clockwork

        return clockwork(self, self._handlers(), self._together())

    @cached_property
    def holder(self) -> Worker:
        """Holds the runs that people asked for and do not wait for."""
        from bootstrap.held_runs import HOLD_RUN, hold_run

        return Worker(self.database, {HOLD_RUN: partial(hold_run, self)})

    def _handlers(self) -> dict[str, JobHandler]:
        return {
            EXECUTE_JOB: partial(execute_item, self.database, self.engine),
            MEASURE_JOB: partial(measure_item, self.database),
            RUN_JOB: partial(carry_out, self.database, self.engine),
            TELL_JOB: partial(carry_out, self.database, self.engine),
        }

    def _together(self) -> dict[str, Together]:
        return {TELL_JOB: partial(carry_out_together, self.engine)}

    def probe(self) -> str:
        """Write a row as the application role, read it back, and undo it; a sentence about the store."""
        return probe_store(self.database)

    def run_due(self, ctx: Context) -> list[JobResult]:
        """Carry out this brand's due jobs as the automation, on behalf of the Context's person, and let what happened
        wake rules; no meetings, and nothing that goes out of the house.

        None where the Context's moment lies before what the brand has already done.
        """
        return self._run(self.worker, ctx)

    def work(self, ctx: Context, limit: int = 1_000) -> list[JobResult]:
        """As `run_due`, with meetings that are due, messages that go out, and a look at what nobody tells of."""
        return self._run(self.clockwork, ctx, limit)

    def hold_due(self, ctx: Context) -> list[JobResult]:
        """Hold the brand's runs that people asked for and do not wait for."""
        return self._run(self.holder, ctx)

    def work_queued(self, ctx: Context, limit: int = 1_000) -> list[JobResult]:
        """As `work`, of what is queued already: for who was woken because something was."""
        return self.clockwork.run_queued(ctx.acting_as(automation_actor(ctx)), limit)

    def _run(self, worker: Worker, ctx: Context, limit: int = 1_000) -> list[JobResult]:
        with self.database.read(ctx) as session:
            if is_behind(session):
                return []
        return worker.run_due(ctx.acting_as(automation_actor(ctx)), limit)

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

        return asyncio.run(hold_meeting(self._room(), ctx, self.called(ctx, invitation), progress))

    def called(self, ctx: Context, invitation: Any) -> Any:
        """The `Invitation` with its attendees and manner filled in. Raises Forbidden, InvalidInput as `meet` does."""
        from virtual_office.meeting.chair import RESOURCES
        from virtual_office.meeting.graph import WAITS
        from virtual_office.schedule.definition import LONGEST_WAIT_HOURS

        ctx.require(Permission.MEETING_HOLD)
        charters = self._room().charters
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
            self.minds.require(charters[name])  # a crew that cannot think opens no meeting
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
        return asyncio.run(resume_meeting(self._room(), ctx, run_id, progress))

    def answer_on(self, ctx: Context, run_id: UUID, progress: Progress = silent) -> UUID:
        """Let the agent of an answer's run answer. Raises Conflict while it is held."""
        from virtual_office.questions.answers import answer, find_answer

        with self.database.read(ctx) as session:
            agent = find_answer(session, run_id).agents[0]
        room = self._room()
        return asyncio.run(answer(room.reporter, ctx, run_id, room.charters[agent], progress))

    def ask(self, ctx: Context, question: str, language: "Language | None" = None) -> "Answered":
        """Answer a question about the business, in its own language or this one (`virtual_office.questions.asking`)."""
        from virtual_office.questions.asking import ask

        return ask(self.database, ctx, question, language, self.minds.question_reader())

    def say(self, ctx: Context, meeting: str, turn: "Turn") -> UUID:
        """Take a person's turn in a meeting; its id. Raises as `speak` does, and InvalidInput for no such agent."""
        from virtual_office.meeting.runs import find_run
        from virtual_office.meeting.turns import Kind, speak
        from virtual_office.questions.asking import answer_in_meeting

        if turn.kind is Kind.INVITE and turn.text not in self._room().charters:
            raise InvalidInput(
                f"There is no agent {turn.text}.", remedy=f"Agents: {', '.join(sorted(self._room().charters))}."
            )
        known = None
        if turn.kind is Kind.ASK:
            with self.database.read(ctx) as session:
                run = find_run(session, meeting)
            known = answer_in_meeting(self.database, ctx, run, turn.text)
        with self.database.begin(ctx) as session:
            return speak(session, find_run(session, meeting).id, turn, known).id

    def _room(self) -> Any:
        from agents.charter import load_charters
        from tools.readings import Readings
        from virtual_office.meeting.chair import choose
        from virtual_office.meeting.reporting import Reporter
        from virtual_office.meeting.steps import MeetingRoom

        return MeetingRoom(
            chooser=self.chooser or choose,
            database=self.database,
            engine=self.engine,
            charters={charter.name: charter for charter in load_charters()},
            reporter=Reporter(self.database, self.minds.mind_of, as_agent, Readings(self.knowledge)),
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


def automation_actor(ctx: Context) -> Actor:
    """The product's own clockwork, acting for whoever set it going."""
    delegator = ctx.actor.delegator or ctx.actor.id
    return Actor(
        kind=ActorKind.SYSTEM,
        id=derived_id(ctx.brand_id, "automation"),
        name="automation",
        permissions=frozenset({Permission.DATA_READ}),
        delegator=delegator,
    )


CLI_UNDO_DELAY = timedelta(0)
OFFICE_UNDO_DELAY = timedelta(seconds=60)
