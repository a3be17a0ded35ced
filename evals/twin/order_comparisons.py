"""The product's promised and measured gains of its orders to suppliers, beside the true gains in the twin."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from domain.prediction import OutcomeStatus
from domain.stock import PURCHASE_ORDER_CREATE, REVIEW_DAYS, PurchaseOrderCreate
from evals.twin.comparisons import Compared
from evals.twin.office import TwinOffice, cloned
from evals.twin.operator import Operator
from evals.twin.run import Life, LivedPast, ProductCrew
from simulation.catalog import STANDS
from simulation.draws import Floats
from simulation.happenings import Day, SupplierOrder
from simulation.takings import STORAGE_A_WEEK
from simulation.world import WEEK, World
from store.database import Database
from store.tables import ActionItem, OutcomeRow
from store.tables import PurchaseOrder as OrderRow

PROMISED, MEASURED = "gain of an order, promised", "gain of an order, measured"
FORECASTER = "inventory_forecaster"
_SETTLES_DAYS = 14
"""After the later goods have come: until every stand has been filled up from the warehouse once more."""


@dataclass(frozen=True)
class Placed:
    """An order as the suppliers took it, and the world on the evening of that day."""

    lines: Sequence[SupplierOrder]
    world: World


def compare_orders(database: Database, past: LivedPast, days: int) -> Iterator[Compared]:
    """Let the Inventory Forecaster run the brand for some days: each of its orders, promised, measured and true."""
    world, feed = copy.deepcopy(past.world), copy.deepcopy(past.feed)
    with cloned(database, past.template, past.twin) as twin:
        feed.reports_prices = False
        operator, memory = Operator(world.draws), copy.deepcopy(past.memory)
        life = Life(twin, world, feed, ProductCrew(twin, [FORECASTER]), operator, memory)
        placed: dict[str, Placed] = {}
        for day in range(days):
            life.day(day)
            for number, lines in _taken_yesterday(world).items():
                placed[number] = Placed(lines, copy.deepcopy(world))
        yield from _beside_the_truth(twin, placed)


def _taken_yesterday(world: World) -> dict[str, list[SupplierOrder]]:
    """The orders that the suppliers took on the day just lived, by number."""
    by_number: dict[str, list[SupplierOrder]] = {}
    for order in world.suppliers.open_orders():
        if order.ordered == world.day - 1:
            by_number.setdefault(order.number, []).append(order)
    return by_number


def _beside_the_truth(twin: TwinOffice, placed: dict[str, Placed]) -> Iterator[Compared]:
    with twin.database.read(twin.owner) as session:
        kind = col(ActionItem.kind) == PURCHASE_ORDER_CREATE.name
        numbers = {row.source: row.number for row in session.scalars(select(OrderRow))}
        outcomes = {row.action_item_id: row for row in session.scalars(select(OutcomeRow))}
        for item in session.scalars(select(ActionItem).where(kind).order_by(col(ActionItem.id))):
            order = placed.get(numbers.get(f"action_item:{item.id}", ""))
            if order is None or item.prediction is None:
                continue
            action = PurchaseOrderCreate.model_validate(item.action)
            truth = true_gain(order)
            prediction = item.prediction
            ends = (
                prediction["value"] / 100,
                prediction["low"] / 100,
                prediction["high"] / 100,
                prediction["coverage_bps"] / 10_000,
            )
            yield Compared(PROMISED, "all", action.supplier, truth, *ends)
            if (outcome := outcomes.get(item.id)) is not None:
                yield _measured(outcome, action.supplier, truth)


def _measured(outcome: OutcomeRow, supplier: str, truth: float) -> Compared:
    if outcome.status != OutcomeStatus.MEASURED or outcome.effect is None:
        return Compared(MEASURED, "all", supplier, truth)
    assert outcome.low is not None and outcome.high is not None
    ends = (outcome.effect / 100, outcome.low / 100, outcome.high / 100)
    return Compared(MEASURED, "all", supplier, truth, *ends, outcome.detail.get("coverage_bps", 8_000) / 10_000)


def true_gain(placed: Placed) -> float:
    """Euros that an order brought against the same goods a week later: two lives of the same luck, but for that week.

    What was kept of the sales, less goods at what they cost and the storage of both; nothing else is ordered in either.
    """
    numbers = {line.number for line in placed.lines}
    products = np.unique([line.product for line in placed.lines])
    last = max(line.arrives for line in placed.lines) + REVIEW_DAYS + _SETTLES_DAYS
    real, later = (copy.deepcopy(placed.world) for _ in range(2))
    later.suppliers.postpone(numbers, REVIEW_DAYS)
    earned = [_earned(world, last, products) for world in (real, later)]
    return earned[0] - earned[1]


def _earned(world: World, until: int, products: np.ndarray) -> float:
    """Of some products, from now to a day."""
    world.standing_rule = None
    cost, earned = world.paid_cost.copy(), 0.0
    while world.day <= until:
        day = world.step()
        stored = world.warehouse.on_hand * cost * STORAGE_A_WEEK / WEEK
        earned += float((_profit(day, world, cost) - stored)[products].sum())
    return earned


def _profit(day: Day, world: World, cost: Floats) -> Floats:
    """(P,) euros kept of what was sold on a day, less what it cost."""
    kept = world.truth.kept_share
    profit = (day.online_units * (day.online_price / 100 * kept[:3] - cost[:, None])).sum(axis=1)
    profit += (day.stand_units * (day.stand_price / 100 * kept[STANDS] - cost[:, None])).sum(axis=1)
    for order in day.dealer_orders:
        profit += order.units * (order.price - cost)
    return profit
