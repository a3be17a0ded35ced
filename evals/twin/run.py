"""One run of the twin: the product lives through the days with a crew in charge, and is judged at the end."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from sqlalchemy import func, select
from sqlmodel import col

from evals.twin.bare import FIRST_DAY, HISTORY_DAYS
from evals.twin.crews import Crew, Nobody, Oracle, Textbook
from evals.twin.desk import Desk, DirectDesk, PriceMemory
from evals.twin.fingerprints import business_tables
from evals.twin.limits import violations
from evals.twin.office import TwinOffice, afternoon, cloned, founded, morning, night
from evals.twin.operator import REFUSES, Operator
from evals.twin.results import Curves, Keeper, RunResult
from settings import Settings
from simulation.feed import Feed
from simulation.scenario import Scenario, schedule
from simulation.world import WEEK, Plan, World
from simulation.worth import RUN_OUT_DAYS, net_worth, run_out
from store.database import Database
from store.tables import ActionItem, Approval, Effect, OutcomeRow

Progress = Callable[[str, int, int, Curves | None], None]


def silent(_stage: str, _done: int, _of: int, _curves: Curves | None) -> None:
    """Progress for those who do not watch."""


class Product:
    """The product's own crew: a meeting each Monday, whose action items are answered and carried out."""

    def __init__(self, twin: TwinOffice) -> None:
        self._twin = twin

    def morning(self, world: World, desk: Desk, day: int) -> None:
        if day % WEEK == 0:
            self._twin.meet()


CREWS: dict[str, Callable[[TwinOffice], Crew]] = {
    "none": lambda _: Nobody(),
    "textbook": lambda _: Textbook(),
    "rules": Product,
    "oracle": lambda _: Oracle(),
}
WITHOUT_PRODUCT = frozenset({"none", "textbook"})
"""Who runs the brand as before: the price list is kept outside the product, which only hears of it."""


@dataclass(frozen=True)
class Past:
    """A brand at the opening of the run: the world as it stands, its feed, and the database that holds its history."""

    world: World
    feed: Feed
    memory: PriceMemory
    twin: TwinOffice
    template: str


@contextmanager
def lived_history(
    database: Database, settings: Settings, seed: int, days: int, scenarios: list[Scenario], progress: Progress = silent
) -> Iterator[Past]:
    """Live through a seed's history once; every crew then starts from a copy of it."""
    progress("history", 0, HISTORY_DAYS, None)
    plan = Plan(seed, FIRST_DAY, HISTORY_DAYS, days + RUN_OUT_DAYS, schedule(scenarios, seed, days))
    world = World(plan)
    feed, memory = Feed(world), PriceMemory()

    def lived(day: int) -> None:
        progress("history", day, HISTORY_DAYS, None)

    with founded(database, settings, world, feed, memory, lived) as (twin, template):
        progress("history", HISTORY_DAYS, HISTORY_DAYS, None)
        yield Past(world, feed, memory, twin, template)


def run_crew(
    database: Database, past: Past, crew: str, days: int, scenarios: list[Scenario], *,
    refuses: float = REFUSES, progress: Progress = silent,
) -> RunResult:  # fmt: skip
    """Let a crew run the brand for some days from its opening, then a quarter under the standing practice."""
    world, feed = copy.deepcopy(past.world), copy.deepcopy(past.feed)
    world.lost_units = world.wanted_units = 0.0
    with cloned(database, past.template, past.twin) as twin:
        began = perf_counter()
        feed.reports_prices = crew in WITHOUT_PRODUCT
        live = _Run(twin, world, feed, CREWS[crew](twin), Operator(world.draws, refuses), copy.deepcopy(past.memory))
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
            net_worth=net_worth(world),
            stockout_rate=round(stockouts, 4),
            days_per_second=round(days / seconds, 2),
            world_days_per_second=round(days / live.world_seconds, 1),
            curves=live.keeper.curves,
            violations=live.violations,
        )
        live.tell(result, days)
        return result


class _Run:
    """A run under way."""

    def __init__(
        self, twin: TwinOffice, world: World, feed: Feed, crew: Crew, operator: Operator, memory: PriceMemory
    ) -> None:
        self._twin, self._world, self._feed, self._crew, self._operator = twin, world, feed, crew, operator
        self._memory = memory
        self._desk: Desk = DirectDesk(world, memory) if feed.reports_prices else twin
        self.keeper = Keeper(world)
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
        if (before != world.list_price).any():
            reference = self._memory.reference(world.day)
            self.violations += violations(world.truth, world.unit_cost, before, world.list_price, reference)
        self._memory.see(world.day, world.list_price)
        began = perf_counter()
        lived = world.step()
        self.keeper.see(world, lived)
        self.world_seconds += perf_counter() - began
        twin.at(night(world))
        twin.deliver(self._feed.report(lived))

    def tell(self, result: RunResult, days: int) -> None:
        """What the store has to say about the run."""
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
