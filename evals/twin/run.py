"""One run of the twin: the product lives through the days with a crew in charge, and is judged at the end."""

import copy
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from sqlalchemy import func, select
from sqlmodel import col

from agents.charter import load_charters
from agents.crew import RULES
from bootstrap.minds import require_model
from domain.errors import InvalidInput
from domain.stock import PURCHASE_ORDER_CREATE
from evals.twin import promotions, stands
from evals.twin.bare import FIRST_DAY, HISTORY_DAYS
from evals.twin.counted import CHALLENGE, CountedChair
from evals.twin.crews import Crew, Nobody, Oracle, Textbook
from evals.twin.customers import carry_out
from evals.twin.desk import CrewDesk, DirectDesk, PriceMemory
from evals.twin.fingerprints import business_tables
from evals.twin.limits import violations
from evals.twin.models import models_used
from evals.twin.money import pass_on
from evals.twin.office import TwinOffice, afternoon, cloned, founded, morning, night
from evals.twin.operator import REFUSES, Operator
from evals.twin.results import CurveRecorder, Curves, RunResult
from settings import Settings
from simulation.feed import Feed
from simulation.scenario import Scenario, Schedule, schedule
from simulation.world import WEEK, Plan, World
from simulation.worth import LONGEST_RUN_OUT_DAYS, net_worth, run_out
from store.database import Database
from store.tables import ActionItem, Approval, Effect, OutcomeRow

Progress = Callable[[str, int, int, Curves | None], None]


def silent(_stage: str, _done: int, _of: int, _curves: Curves | None) -> None:
    """Progress for those who do not watch."""


class ProductCrew:
    """The product's own crew: a meeting each Monday, whose action items are answered and carried out.

    Once an agent may order from suppliers, the brand's standing replenishment rests. Its rounds to stands go on: what
    the Stand Coach sends is beside them.
    """

    def __init__(self, twin: TwinOffice, agents: Sequence[str]) -> None:
        self._twin, self._agents = twin, agents

    def morning(self, world: World, desk: CrewDesk, day: int) -> None:
        if orders_goods(self._agents):
            world.standing_rule = None
        if day % WEEK == 0:
            self._twin.meet(self._agents)


def orders_goods(agents: Sequence[str]) -> bool:
    """Whether one of these agents may order from suppliers."""
    return PURCHASE_ORDER_CREATE.name in kinds_of(agents)


def kinds_of(agents: Sequence[str]) -> frozenset[str]:
    """The action kinds of these agents, of the whole crew if none is named."""
    attending = [charter for charter in load_charters() if not agents or charter.name in agents]
    return frozenset(kind for charter in attending for kind in charter.action_kinds)


CREWS: dict[str, Callable[[TwinOffice, Sequence[str]], Crew]] = {
    "none": lambda *_: Nobody(),
    "textbook": lambda *_: Textbook(),
    "rules": ProductCrew,
    "model": ProductCrew,
    "oracle": lambda _, agents: Oracle(kinds_of(agents)),
}
ON_MODELS = "model"
WITHOUT_PRODUCT = frozenset({"none", "textbook"})
"""Who runs the brand as before: the price list is kept outside the product, which only hears of it."""


@dataclass(frozen=True)
class LivedPast:
    """A brand at the opening of the run: the world as it stands, its feed, and the database that holds its history."""

    world: World
    feed: Feed
    memory: PriceMemory
    twin: TwinOffice
    template: str


@contextmanager
def lived_history(
    database: Database, settings: Settings, seed: int, days: int, scenarios: list[Scenario], progress: Progress = silent
) -> Iterator[LivedPast]:
    """Live through a seed's history once; every crew then starts from a copy of it."""
    progress("history", 0, HISTORY_DAYS, None)
    plan = Plan(seed, FIRST_DAY, HISTORY_DAYS, days + LONGEST_RUN_OUT_DAYS, schedule(scenarios, seed, days))
    world = World(plan)
    feed, memory = Feed(world), PriceMemory()

    def lived(day: int) -> None:
        progress("history", day, HISTORY_DAYS, None)

    with founded(database, settings, world, feed, memory, lived) as (twin, template):
        progress("history", HISTORY_DAYS, HISTORY_DAYS, None)
        yield LivedPast(world, feed, memory, twin, template)


def run_crew(
    database: Database, past: LivedPast, crew: str, days: int, scenarios: list[Scenario], *,
    agents: Sequence[str] = (), refuses: float = REFUSES, without: Collection[str] = (), progress: Progress = silent,
) -> RunResult:  # fmt: skip
    """Let a crew run the brand for some days from its opening, then a quarter under the standing practice.

    `agents` names those of the product's crew who attend, all of them by default; `without` the PARTS of a meeting that
    are left out for comparison.
    """
    world, feed = copy.deepcopy(past.world), copy.deepcopy(past.feed)
    world.lost_units = world.wanted_units = 0.0
    with cloned(database, past.template, past.twin, _settings(past.twin.office.settings, crew)) as twin:
        began = perf_counter()
        chair = CountedChair(without)
        twin.office.meetings.chooser, twin.office.meetings.manner = chair, {"challenge": CHALLENGE not in without}
        feed.reports_prices = crew in WITHOUT_PRODUCT
        operator, memory = Operator(world.draws, refuses), copy.deepcopy(past.memory)
        live = Life(twin, world, feed, CREWS[crew](twin, agents), operator, memory)
        for day in range(days):
            live.day(day)
            progress(crew, day + 1, days, live.keeper.curves)
        seconds = perf_counter() - began
        stockouts = world.lost_units / max(world.wanted_units, 1.0)
        run_out(world)
        result = RunResult(
            crew=crew,
            seed=world.plan.seed,
            days=days,
            scenarios=[scenario.name for scenario in scenarios],
            agents=list(agents),
            events=happening(world.plan.schedule, days),
            net_worth=net_worth(world),
            stockout_rate=round(stockouts, 4),
            days_per_second=round(days / seconds, 2),
            world_days_per_second=round(days / live.world_seconds, 1),
            curves=live.keeper.curves,
            violations=live.violations,
        )
        live.tell(result, days)
        result.decisions = chair.counts.as_document()
        if crew == ON_MODELS:
            result.models = models_used(twin)
        return result


def _settings(settings: Settings, crew: str) -> Settings:
    """Rules are rules, whatever model the installation thinks with."""
    return settings if crew == ON_MODELS else settings.model_copy(update={"model": RULES})


def require_crew(settings: Settings, crew: str) -> None:
    """Raises InvalidInput for a model crew that could not think: without a model, or without its key."""
    if crew != ON_MODELS:
        return
    if settings.model == RULES:
        raise InvalidInput(
            "The model crew needs a model.", remedy="Set MHOS_MODEL, for instance openai:gpt-5, and its key."
        )
    for charter in load_charters():
        require_model(settings, charter)


def happening(planned: Schedule, days: int) -> list[dict[str, object]]:
    """The scenarios' events within a run, by the day of it on which each begins; days count from 1, ends included."""
    events = sorted(planned.events, key=lambda event: (event.first_day, event.scenario))
    return [
        {
            "scenario": scheduled.scenario,
            "kind": scheduled.event.model_dump()["kind"],
            "first_day": scheduled.first_day + 1,
            "last_day": min(scheduled.last_day + 1, days),
        }
        for scheduled in events
        if scheduled.first_day < days
    ]


class Life:
    """A run under way."""

    def __init__(
        self, twin: TwinOffice, world: World, feed: Feed, crew: Crew, operator: Operator, memory: PriceMemory
    ) -> None:
        self._twin, self._world, self._feed, self._crew, self._operator = twin, world, feed, crew, operator
        self._memory = memory
        self._desk: CrewDesk = DirectDesk(world, memory) if feed.reports_prices else twin
        self.keeper = CurveRecorder(world)
        self.violations = 0
        self.world_seconds = 0.0

    def day(self, day: int) -> None:
        """The morning's work and perhaps a meeting; the operator's round; the shop's day; and the night's reports."""
        twin, world = self._twin, self._world
        twin.at(morning(world))
        twin.work()
        before = world.list_price
        self._crew.morning(world, self._desk, day)
        twin.at(afternoon(world))
        self._operator.answer(twin.database, twin.office.engine, (twin.operator, twin.owner), day)
        twin.work()
        if self._desk is twin:
            world.list_price = twin.list_price(world.list_price)
            twin.supply(world)
            pass_on(twin, world)
            carry_out(twin, world)
            promotions.carry_into(world, twin)
        trips = stands.drive(twin, world) if self._desk is twin else []
        if (before != world.list_price).any():
            reference = self._memory.reference(world.day)
            self.violations += violations(world.truth, world.unit_cost, before, world.list_price, reference)
        self._memory.see(world.day, world.list_price)
        began = perf_counter()
        lived = world.step()
        self.keeper.see(world, lived)
        self.world_seconds += perf_counter() - began
        twin.at(night(world))
        twin.deliver({**self._feed.report(lived), **stands.driven(twin, trips, lived)})

    def tell(self, result: RunResult, days: int) -> None:
        """Add to the result what the store knows of the run: items, approvals, outcomes, tables."""
        twin = self._twin
        with twin.database.read(twin.owner) as session:
            statuses = session.scalars(select(col(ActionItem.status))).all()
            applied = session.scalars(select(Effect).where(col(Effect.direction) == "apply")).all()
            approvals = session.scalar(select(func.count()).select_from(Approval)) or 0
            outcomes = session.scalars(select(OutcomeRow)).all()
            result.tables = business_tables(session)
        result.items = Counter(statuses)
        alone = sum(effect.approval_id is None for effect in applied)
        result.autonomy_rate = round(alone / len(applied), 4) if applied else 0.0
        asked = approvals + self._operator.answers.refused + self._operator.answers.shown_again
        result.interruptions_per_day = round(asked / days, 3)
        result.operator = self._operator.answers.as_document()
        measured = [row for row in outcomes if row.status == "measured"]
        result.outcomes = {"measured": len(measured), "not_measurable": len(outcomes) - len(measured)}
