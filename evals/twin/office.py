"""The product as the twin's brand runs it: its own database, its people, deliveries, meetings, jobs and price list."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
from sqlalchemy import create_engine, select
from sqlmodel import col

from actions.items import Proposer, adopt, propose
from bootstrap.office import Office, agent_id
from connectors.feed import deliver
from domain.actor import Actor, ActorKind, Role
from domain.autonomy import Autonomy
from domain.clock import FixedClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from domain.labels import Label
from domain.prediction import Prediction
from domain.pricing import PriceUpdate
from evals.twin.desk import PriceMemory, Wish
from identity.brands import NewBrand, found_brand, founding_context
from identity.people import People
from identity.roles import permissions_of
from settings import Settings
from simulation.catalog import CHANNELS, PRODUCTS, SKUS
from simulation.draws import Counts
from simulation.feed import Feed, Files, gathered
from simulation.world import World
from store.database import Database
from store.reads import pricing as reads
from store.scratch import scratch_database
from store.tables import Channel, Price, Product, ProposalRow, Run

BRAND = NewBrand(slug="hairoticmen", name="HAIROTICMEN", currency="EUR", zone="Europe/Berlin")
AGENDA = "Trading review: what changed, and what should we do about it?"
SOURCE = "twin"
PRICING, CHARTERED = "pricing_director", 3
_HORIZON_WEEKS = 8
_HISTORY_CHUNK_DAYS = 35
_MORNING, _AFTERNOON, _NIGHT = time(8), time(16), time(0, 5)


@dataclass(frozen=True)
class TwinOffice:
    """One brand in one database. The clock is the world's; `at` moves it."""

    office: Office
    clock: FixedClock
    owner: Context
    operator: Context

    @property
    def database(self) -> Database:
        return self.office.database

    def at(self, moment: datetime) -> None:
        self.clock.at = moment

    def deliver(self, files: Files) -> None:
        """What the brand's systems report, through the connectors."""
        if files:
            deliver(self.owner, self.database, SOURCE, files)

    def meet(self) -> None:
        """The weekly trading review."""
        self.office.meet(self.owner, AGENDA)

    def work(self) -> None:
        """The daily jobs: carry out what is approved, close what is overdue, measure what is due."""
        self.office.run_due(self.owner)

    def list_price(self, standing: Counts) -> Counts:
        """(P, C) the price list as the product has it, in cents."""
        with self.database.read(self.owner) as session:
            rows = session.execute(
                select(col(Product.sku), col(Channel.code), col(Price.amount_minor))
                .join(Product, (col(Product.id) == col(Price.product_id)) & (col(Product.brand_id) == Price.brand_id))
                .join(Channel, (col(Channel.id) == col(Price.channel_id)) & (col(Channel.brand_id) == Price.brand_id))
            ).all()
        found = standing.copy()
        for sku, channel, amount in rows:
            found[SKUS.index(sku), CHANNELS.index(channel)] = amount
        return found

    def reference(self) -> Counts:
        """(P, C) the year's median of each price, in cents, as the guardrails compute it."""
        found = np.zeros((len(PRODUCTS), len(CHANNELS)), dtype=np.int64)
        with self.database.read(self.owner) as session:
            for entry in session.scalars(select(Price)):
                sku = session.get_one(Product, (entry.brand_id, entry.product_id)).sku
                channel = session.get_one(Channel, (entry.brand_id, entry.channel_id)).code
                median = reads.reference_price_minor(session, entry.id) or entry.amount_minor
                found[SKUS.index(sku), CHANNELS.index(channel)] = median
        return found

    def ask(self, wishes: Sequence[Wish]) -> None:
        """The owner asks for prices, and needs nobody's approval within the brand's limits."""
        with self.database.begin(self.owner) as session:
            for wish in wishes:
                propose(session, self.office.engine, _price_update(wish), wish.why)

    def propose(self, wishes: Sequence[Wish]) -> None:
        """An agent proposes prices, as the crew's own does: the operator has to approve them."""
        with self.database.begin(self.owner) as session:
            run = Run(
                id=self.owner.new_id(), kind="oracle", graph_version="", status="done", started_by="twin",
                started_at=self.owner.now(), agents=[PRICING],
            )  # fmt: skip
            session.add(run)
            session.flush()
            for ordinal, wish in enumerate(wishes, start=1):
                row = ProposalRow(
                    id=self.owner.new_id(), run_id=run.id, agent=PRICING, request_hash=f"{ordinal}",
                    kind="price.update", action=_price_update(wish).model_dump(mode="json"), text=wish.why,
                    prediction=_promised(self.owner, wish).model_dump(mode="json"), label=Label.TRUSTED,
                    created_at=self.owner.now(),
                )  # fmt: skip
                session.add(row)
                session.flush()
                proposer = Proposer(agent_id(self.owner, PRICING), Autonomy(CHARTERED))
                adopt(session, self.office.engine, row, proposer, ordinal)


def _promised(ctx: Context, wish: Wish) -> Prediction:
    gain = round(wish.gain * _HORIZON_WEEKS * 100)
    return Prediction(
        value=gain,
        low=gain // 2,
        high=gain * 2,
        unit=f"{BRAND.currency}.minor",
        coverage_bps=8_000,
        horizon_days=_HORIZON_WEEKS * 7,
        check_at=ctx.now() + timedelta(weeks=_HORIZON_WEEKS + 1),
    )


def _price_update(wish: Wish) -> PriceUpdate:
    return PriceUpdate(sku=SKUS[wish.product], channel=wish.channel, price_minor=wish.price, currency=BRAND.currency)


def morning(world: World) -> datetime:
    """When the day's jobs run and meetings are held."""
    return datetime.combine(world.today, _MORNING, UTC)


def afternoon(world: World) -> datetime:
    """When the operator goes through the inbox."""
    return datetime.combine(world.today, _AFTERNOON, UTC)


def night(world: World) -> datetime:
    """When the day's reports arrive, after midnight; the world has lived the day already."""
    return datetime.combine(world.today, _NIGHT, UTC)


@contextmanager
def founded(
    database: Database, settings: Settings, world: World, feed: Feed, memory: PriceMemory, lived: Callable[[int], None]
) -> Iterator[tuple[TwinOffice, str]]:
    """A scratch database in which the brand lives through its history; and that database's name, to clone it."""
    with scratch_database(database) as scratch:
        twin = _found(scratch, settings, world)
        twin.deliver(feed.opening())
        _live_history(twin, world, feed, memory, lived)
        name = str(scratch.owner_url.database)
        scratch.close()
        _analyse(scratch)
        yield twin, name


def _analyse(database: Database) -> None:
    """Let the planner know the tables, as a server that runs for days would by itself."""
    engine = create_engine(database.owner_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("analyze")
    engine.dispose()


def _found(database: Database, settings: Settings, world: World) -> TwinOffice:
    seed = world.plan.seed
    clock = FixedClock(datetime.combine(world.plan.start - timedelta(days=1), _MORNING, UTC))
    ids = TimeOrderedIds(clock, random.Random(seed))
    people = People(database, clock, ids)
    password = "a simulated person"
    owner, operator = (people.add(login, password) for login in ("owner", "operator"))
    ctx = founding_context(clock, ids, owner, "owner", BRAND)
    with found_brand(database, ctx, BRAND, {operator: [Role.OPERATOR]}):
        pass
    roles = frozenset({Role.OPERATOR})
    acting = Actor(kind=ActorKind.PERSON, id=operator, name="operator", roles=roles, permissions=permissions_of(roles))
    return TwinOffice(Office(settings, database), clock, ctx, replace(ctx, actor=acting))


def _live_history(
    twin: TwinOffice, world: World, feed: Feed, memory: PriceMemory, lived: Callable[[int], None]
) -> None:
    waiting: list[Files] = []
    while world.is_history:
        waiting.append(feed.report(world.step()))
        memory.see(world.day, world.list_price)
        if world.day % _HISTORY_CHUNK_DAYS == 0 or not world.is_history:
            twin.at(night(world))
            twin.deliver(gathered(waiting))
            waiting = []
            lived(world.day)


@contextmanager
def cloned(database: Database, template: str, twin: TwinOffice) -> Iterator[TwinOffice]:
    """The same brand with the same past, in a database of its own."""
    with scratch_database(database, template) as scratch:
        clock = FixedClock(twin.clock.at)
        ids = TimeOrderedIds(clock, random.Random(twin.clock.at.toordinal()))
        owner = replace(twin.owner, clock=clock, ids=ids)
        operator = replace(twin.operator, clock=clock, ids=ids)
        yield TwinOffice(Office(twin.office.settings, scratch), clock, owner, operator)
