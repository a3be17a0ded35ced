"""The whole product behind one object: opened from the settings, closed when done."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from actions.order import is_behind
from automation.execution import EXECUTE_JOB, execute_item
from automation.outcomes import MEASURE_JOB, measure_item
from automation.worker import JobResult, Worker
from domain.actor import Actor, ActorKind, Permission
from domain.context import Context
from domain.errors import InvalidInput
from domain.ids import derived_id
from guardrails.cedar import PolicyEngine
from settings import Settings
from store.database import Database
from store.migrate import ensure_schema
from store.probe import probe_store

Progress = Callable[[str, str], None]
AGENT_RIGHTS = frozenset({Permission.DATA_READ, Permission.ACTION_PROPOSE})


def silent(_step: str, _detail: str) -> None:
    """Progress for those who do not watch."""


class Office:
    """What the CLI and the API hold in hand."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    @classmethod
    def open(cls, settings: Settings) -> "Office":
        """Start or reach the database, and bring its schema up to date. Raises Unavailable."""
        if settings.database_url:
            database = Database(settings.database_url)
        else:
            database = Database.embedded(settings.home)
        ensure_schema(database)
        return cls(settings, database)

    def close(self) -> None:
        self.database.close()

    @cached_property
    def engine(self) -> PolicyEngine:
        return PolicyEngine()

    @cached_property
    def worker(self) -> Worker:
        return Worker(
            self.database,
            {
                EXECUTE_JOB: partial(execute_item, self.database, self.engine),
                MEASURE_JOB: partial(measure_item, self.database),
            },
        )

    def probe(self) -> str:
        """Write a row as the application role, read it back, and undo it; a sentence about the store."""
        return probe_store(self.database)

    def run_due(self, ctx: Context) -> list[JobResult]:
        """Carry out this brand's due jobs as the automation, on behalf of the Context's person.

        None where the Context's moment lies before what the brand has already done.
        """
        with self.database.read(ctx) as session:
            if is_behind(session):
                return []
        return self.worker.run_due(ctx.acting_as(automation_actor(ctx)))

    def meet(self, ctx: Context, agenda: str, agents: Sequence[str] = (), progress: Progress = silent) -> UUID:
        """Hold a meeting; every agent attends unless some are named. Raises InvalidInput for an unknown agent."""
        from agents.crew import chat_model_for
        from virtual_office.meeting import hold_meeting

        ctx.require(Permission.MEETING_HOLD)
        room = self._room()
        unknown = sorted(set(agents) - set(room.charters))
        if unknown:
            raise InvalidInput(
                f"There is no agent {', '.join(unknown)}.", remedy=f"Agents: {', '.join(sorted(room.charters))}."
            )
        attendees = list(dict.fromkeys(agents)) or sorted(room.charters)
        for name in attendees:
            chat_model_for(room.charters[name], self.settings.model)  # a crew that cannot think opens no meeting
        return asyncio.run(hold_meeting(room, ctx, agenda, attendees, progress))

    def resume(self, ctx: Context, meeting: str, progress: Progress = silent) -> UUID:
        """Go on with an interrupted meeting. Raises NotFound, or Conflict while another process holds it."""
        from virtual_office.meeting import resume_meeting
        from virtual_office.runs import find_run

        ctx.require(Permission.MEETING_HOLD)
        with self.database.read(ctx) as session:
            run_id = find_run(session, meeting).id
        return asyncio.run(resume_meeting(self._room(), ctx, run_id, progress))

    def _room(self) -> Any:
        from agents.charter import load_charters
        from virtual_office.meeting import MeetingRoom
        from virtual_office.reporting import Reporter

        return MeetingRoom(
            database=self.database,
            engine=self.engine,
            charters={charter.name: charter for charter in load_charters()},
            reporter=Reporter(self.database, self.settings.model, as_agent),
            agent_ids=agent_id,
        )


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
