"""The whole product behind one object: opened from the settings, closed when done."""

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from bootstrap.meetings import Meetings
from bootstrap.parts import Parts
from domain.actor import Actor, ActorKind, Permission
from domain.context import Context
from domain.ids import derived_id
from settings import Settings
from store.database import Database

if TYPE_CHECKING:
    from automation.worker import JobResult, Worker
    from bootstrap.minds import Minds
    from domain.language import Language
    from guardrails.cedar import PolicyEngine
    from memory.knowledge import KnowledgeBase
    from virtual_office.questions.asking import Answered

CLI_UNDO_DELAY = timedelta(0)
OFFICE_UNDO_DELAY = timedelta(seconds=60)


class Office:
    """The CLI's and the API's hold on the product: its parts, its meetings, and the workers of what is due."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.parts = Parts(settings, database)
        self.settings, self.database = settings, database
        self.meetings = Meetings(self.parts)

    @classmethod
    def open(cls, settings: Settings) -> "Office":
        """Start or reach the database, and bring its schema up to date. Raises Unavailable."""
        return cls(settings, Parts.open(settings).database)

    def close(self) -> None:
        self.parts.close()

    @property
    def engine(self) -> "PolicyEngine":
        return self.parts.engine

    @property
    def policy_version(self) -> str:
        return self.parts.policy_version

    @property
    def minds(self) -> "Minds":
        return self.parts.minds

    @property
    def knowledge(self) -> "KnowledgeBase":
        """The brands' documents, and the index that the settings name."""
        return self.parts.knowledge

    @cached_property
    def worker(self) -> "Worker":
        """Carries out what people said yes to, and measures: what a verb may do besides, as it takes no time."""
        from bootstrap.clockwork import item_worker

        return item_worker(self.parts)

    @cached_property
    def clockwork(self) -> "Worker":
        """Does all that is due, meetings on a schedule and what goes out of the house too."""
        from bootstrap.clockwork import clockwork

        return clockwork(self.parts, self.meetings)

    @cached_property
    def holder(self) -> "Worker":
        """Holds the runs that people asked for and do not wait for."""
        from bootstrap.clockwork import held_runs

        return held_runs(self.meetings)

    def probe(self) -> str:
        """Write a row as the application role, read it back, and undo it; a sentence about the store."""
        from store.probe import probe_store

        return probe_store(self.database)

    def is_due(self, ctx: Context) -> bool:
        """Whether `run_due` or `hold_due` would find anything to do."""
        from automation.due import anything_due

        with self.database.read(ctx) as session:
            return anything_due(session, [*self.worker.kinds, *self.holder.kinds])

    def run_due(self, ctx: Context) -> "list[JobResult]":
        """Carry out this brand's due jobs as the automation, on behalf of the Context's person, and let what happened
        wake rules; no meetings, and nothing that goes out of the house.

        None where the Context's moment lies before what the brand has already done.
        """
        return self._run(self.worker, ctx)

    def work(self, ctx: Context, limit: int = 1_000) -> "list[JobResult]":
        """As `run_due`, with meetings that are due, messages that go out, and a look at what nobody tells of."""
        return self._run(self.clockwork, ctx, limit)

    def hold_due(self, ctx: Context) -> "list[JobResult]":
        """Hold the brand's runs that people asked for and do not wait for."""
        return self._run(self.holder, ctx)

    def work_queued(self, ctx: Context, limit: int = 1_000) -> "list[JobResult]":
        """As `work`, of what is queued already: for who was woken because something was."""
        return self.clockwork.run_queued(ctx.acting_as(automation_actor(ctx)), limit)

    def _run(self, worker: "Worker", ctx: Context, limit: int = 1_000) -> "list[JobResult]":
        from actions.order import is_behind

        with self.database.read(ctx) as session:
            if is_behind(session):
                return []
        return worker.run_due(ctx.acting_as(automation_actor(ctx)), limit)

    def ask(self, ctx: Context, question: str, language: "Language | None" = None) -> "Answered":
        """Answer a question about the business, in its own language or this one (`virtual_office.questions.asking`)."""
        from virtual_office.questions.asking import ask

        return ask(self.database, ctx, question, language, self.minds.question_reader())


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
