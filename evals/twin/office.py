"""The product as the twin's brand runs it: its own database, its people, deliveries, meetings, jobs and price list."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from actions.hand_over import hand_over, to_hand_over
from actions.items import Proposer, adopt, propose
from bootstrap.meetings import agent_id
from bootstrap.office import Office
from connectors.feed import deliver
from domain.action import Action
from domain.actor import Actor, ActorKind, Role
from domain.autonomy import Autonomy
from domain.clock import FixedClock
from domain.context import Context
from domain.ids import TimeOrderedIds
from domain.labels import Label
from domain.letter import Left
from domain.prediction import Prediction
from domain.pricing import PriceUpdate, dealer_list_opens
from evals.twin.desk import Bid, PriceMemory, Wanted, Wish, worth
from identity.brands import NewBrand, found_brand, founding_context
from identity.people import UserDirectory
from identity.roles import permissions_of
from settings import Settings
from simulation.catalog import CHANNELS, PRODUCTS, SKUS
from simulation.draws import Counts
from simulation.feed import Feed, Files, gathered
from simulation.stands import COACHING_EUROS, DRIVE_EUROS, MOST_STOPS, STOP_EUROS
from simulation.world import World
from store.database import Database
from store.engine import open_engine
from store.reads.pricing import prices as reads
from store.reads.pricing import windows
from store.reads.products import products_by_id
from store.reads.settings import rules_of
from store.scratch import scratch_database
from store.session import BrandSession
from store.tables import Channel, Price, Product, ProposalRow, PurchaseOrder, Run, Supplier
from virtual_office.meeting.chair import Grounds, choose
from virtual_office.meeting.hindsight import refused_lately

BRAND = NewBrand(slug="hairoticmen", name="HAIROTICMEN", currency="EUR", zone="Europe/Berlin")
AGENDA = "Trading review: what changed, and what should we do about it?"
STAND_RULES = {
    "trip_fixed_minor": round(DRIVE_EUROS * 100),
    "trip_stop_minor": round(STOP_EUROS * 100),
    "trip_most_stops": MOST_STOPS,
    "coaching_visit_minor": round(COACHING_EUROS * 100),
}
"""What the brand knows of its drivers' bills."""
SOURCE = "twin"
PRICING, CHARTERED = "pricing_director", 3
_PRICE_SETTLES, _BID_SETTLES = timedelta(weeks=1), timedelta(weeks=2)
"""How long after its horizon what was promised is checked, as the crew's own agents have it."""
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
        """Import the files that the brand's systems report, through the connectors."""
        if files:
            deliver(self.owner, self.database, SOURCE, files)

    def meet(self, agents: Sequence[str] = ()) -> None:
        """The weekly trading review, with some of the crew or all of it."""
        self.office.meetings.meet(self.owner, AGENDA, agents)

    def orders_placed(self) -> list[PurchaseOrder]:
        """The orders that the product placed today: the suppliers have yet to hear of them."""
        today = datetime.combine(self.clock.now().date(), time(), UTC)
        with self.database.read(self.owner) as session:
            own = select(PurchaseOrder).where(
                col(PurchaseOrder.source) != "import", col(PurchaseOrder.ordered_at) >= today
            )
            return list(session.scalars(own.order_by(col(PurchaseOrder.id))))

    def supply(self, world: World) -> None:
        """Pass the orders on to the world's suppliers; what they do not take is called off, as they would write."""
        orders = self.orders_placed()
        if not orders:
            return
        with self.database.read(self.owner) as session:
            skus = {row.id: row.sku for row in session.scalars(select(Product))}
            codes = {row.id: row.code for row in session.scalars(select(Supplier))}
        units, numbers = np.zeros(len(PRODUCTS), dtype=np.int64), dict[int, str]()
        for order in orders:
            product = SKUS.index(skus[order.product_id])
            units[product] += order.quantity
            numbers[product] = order.number
        if not world.order(units, numbers):
            self.deliver({"purchase_orders": [self._called_off(order, skus, codes) for order in orders]})

    def _called_off(
        self, order: PurchaseOrder, skus: Mapping[UUID, str], codes: Mapping[UUID, str]
    ) -> dict[str, object]:
        return {
            "number": order.number, "supplier": codes[order.supplier_id], "sku": skus[order.product_id],
            "quantity": order.quantity, "unit_cost": f"{order.unit_cost_minor / 100:.2f}",
            "ordered_at": order.ordered_at, "expected_at": order.expected_at, "cancelled_at": self.clock.now(),
        }  # fmt: skip

    def work(self) -> None:
        """The daily jobs: carry out what is approved, close what is overdue, measure what is due. What has to leave the
        house the brand's people hand over the same day: no mail server is set in the twin."""
        self.office.run_due(self.owner)
        with self.database.begin(self.operator) as session:
            for item in to_hand_over(session):
                if item.outside["state"] == Left.TO_HAND_OVER:
                    hand_over(session, str(item.id))

    def list_price(self, standing: Counts) -> Counts:
        """(P, C) the price list as the product has it, in cents."""
        with self.database.read(self.owner) as session:
            rows = session.execute(
                select(col(Product.sku), col(Channel.code), col(Price.amount_minor))
                .join(Product, (col(Product.id) == col(Price.product_id)) & (col(Product.brand_id) == Price.brand_id))
                .join(Channel, (col(Channel.id) == col(Price.channel_id)) & (col(Channel.brand_id) == Price.brand_id))
            ).all()
        listed = standing.copy()
        for sku, channel, amount in rows:
            listed[SKUS.index(sku), CHANNELS.index(channel)] = amount
        return listed

    def reference(self) -> Counts:
        """(P, C) the year's median of each price, in cents, as the guardrails compute it."""
        medians = np.zeros((len(PRODUCTS), len(CHANNELS)), dtype=np.int64)
        with self.database.read(self.owner) as session:
            for entry in session.scalars(select(Price)):
                sku = session.get_one(Product, (entry.brand_id, entry.product_id)).sku
                channel = session.get_one(Channel, (entry.brand_id, entry.channel_id)).code
                median = reads.reference_price_minor(session, entry.id) or entry.amount_minor
                medians[SKUS.index(sku), CHANNELS.index(channel)] = median
        return medians

    def ask(self, wishes: Sequence[Wish]) -> None:
        """The owner asks for prices, and needs nobody's approval within the brand's limits."""
        with self.database.begin(self.owner) as session:
            for wish in wishes:
                propose(session, self.office.engine, _price_update(wish), wish.why)

    def propose(self, wanted: Sequence[Wanted]) -> None:
        """Agents propose as the crew's own do: the chair chooses, and the operator has to approve."""
        with self.database.begin(self.owner) as session:
            run = Run(
                id=self.owner.new_id(), kind="oracle", graph_version="", status="done", started_by="twin",
                started_at=self.owner.now(), agents=sorted({*map(_agent, wanted)}) or [PRICING],
            )  # fmt: skip
            session.add(run)
            session.flush()
            rows = {
                row.id: row
                for row in (self._proposal(run, *numbered) for numbered in enumerate(_timely(session, wanted), start=1))
            }
            session.add_all(rows.values())
            session.flush()
            chosen = choose(list(rows.values()), Grounds(refused_lately(session)), explained=0)
            for ordinal, proposal in enumerate(chosen.adopted, start=1):
                proposer = Proposer(agent_id(self.owner, rows[proposal].agent), Autonomy(CHARTERED))
                adopt(session, self.office.engine, rows[proposal], proposer, ordinal)

    def _proposal(self, run: Run, ordinal: int, wanted: Wanted) -> ProposalRow:
        prediction, action = _promised(self.owner, wanted), _action(wanted)
        return ProposalRow(
            id=self.owner.new_id(), run_id=run.id, agent=_agent(wanted), request_hash=f"{ordinal}", kind=action.kind,
            action=action.model_dump(mode="json"), text=wanted.why, label=Label.TRUSTED,
            prediction=prediction.model_dump(mode="json"), expected_minor=prediction.value,
            created_at=self.owner.now(),
        )  # fmt: skip


def _timely(session: BrandSession, wanted: Sequence[Wanted]) -> list[Wanted]:
    """Without the prices that nobody but the owner may change now: whose last change is not measured yet, of dealers'
    lists between their days, and of each channel the least worth beyond so many a week."""
    rules, open_until = rules_of(session), windows.open_windows(session)
    today = session.ctx.known_until.astimezone(ZoneInfo(BRAND.zone)).date()
    dealers_wait = dealer_list_opens(today, rules.dealer_list_months) > today
    closed = {channel for channel in windows.dealers_lists(session) if dealers_wait}
    channels = {channel.code: channel.id for channel in reads.channels(session)}
    products = {product.sku: product.id for product in products_by_id(session).values()}
    set_now = windows.set_this_week(session)
    lists = {channel: reads.prices_now(session, channel) for channel in channels.values()}
    room = {channel: rules.max_price_changes_a_week - len(set_now.get(channel, ())) for channel in channels.values()}
    kept = list[Wanted]()
    for wish in sorted(wanted, key=lambda each: -worth(each)):
        if isinstance(wish, Wish):
            channel = channels[wish.channel]
            price = lists[channel][products[SKUS[wish.product]], ""]
            if channel in closed or price.source in open_until or room[channel] <= 0:
                continue
            room[channel] -= 1
        kept.append(wish)
    return kept


def _agent(wanted: Wanted) -> str:
    return wanted.agent if isinstance(wanted, Bid) else PRICING


def _action(wanted: Wanted) -> Action:
    return wanted.action if isinstance(wanted, Bid) else _price_update(wanted)


def _promised(ctx: Context, wanted: Wanted) -> Prediction:
    gain = round(worth(wanted) * 100)
    days = wanted.horizon_days if isinstance(wanted, Bid) else wanted.weeks * 7
    settles = _BID_SETTLES if isinstance(wanted, Bid) else _PRICE_SETTLES
    return Prediction(
        value=gain,
        low=gain // 2,
        high=gain * 2,
        unit=f"{BRAND.currency}.minor",
        coverage_bps=8_000,
        horizon_days=days,
        check_at=ctx.now() + timedelta(days=days) + settles,
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
    engine = open_engine(database.owner_url, database.revive, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("analyze")
    engine.dispose()


def _found(database: Database, settings: Settings, world: World) -> TwinOffice:
    seed = world.plan.seed
    clock = FixedClock(datetime.combine(world.plan.start - timedelta(days=1), _MORNING, UTC))
    ids = TimeOrderedIds(clock, random.Random(seed))
    people = UserDirectory(database, clock, ids)
    password = "a simulated person"
    owner, operator = (people.add(login, password) for login in ("owner", "operator"))
    ctx = founding_context(clock, ids, owner, "owner", BRAND)
    with found_brand(database, ctx, BRAND, {operator: [Role.OPERATOR]}, STAND_RULES):
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
def cloned(
    database: Database, template: str, twin: TwinOffice, settings: Settings | None = None
) -> Iterator[TwinOffice]:
    """The same brand with the same past, in a database of its own; under other settings where some are given."""
    with scratch_database(database, template) as scratch:
        clock = FixedClock(twin.clock.at)
        ids = TimeOrderedIds(clock, random.Random(twin.clock.at.toordinal()))
        owner = replace(twin.owner, clock=clock, ids=ids)
        operator = replace(twin.operator, clock=clock, ids=ids)
        yield TwinOffice(Office(settings or twin.office.settings, scratch), clock, owner, operator)
