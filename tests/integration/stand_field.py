"""A brand with stands where a coach proposes and an operator answers: what is planned, made, sold and measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from actions.approvals import approve
from actions.gateway import execute, undo
from actions.items import Proposer, adopt
from actions.kinds import handler_of
from connectors.feed import deliver
from domain.action import Action, ItemStatus
from domain.actor import Actor, ActorKind, Role
from domain.autonomy import Autonomy
from domain.clock import FixedClock
from domain.context import Context
from domain.prediction import Outcome, Prediction
from guardrails.cedar import PolicyEngine
from identity.roles import permissions_of
from store.database import Database
from store.tables import (
    ActionItem,
    BrandRules,
    Channel,
    InventoryMovement,
    Location,
    OutboxEvent,
    Product,
    ProposalRow,
    SalesFact,
    StandRefillOrder,
    StockItem,
)
from tests.integration.priced_brand import start_run
from tests.integration.stand_brand import DAY, TRIP

RULES = {**TRIP, "coaching_visit_minor": 4_000}
MARGIN = 500
"""A unit is sold for 9.00 and costs 4.00."""
MONDAY = datetime.fromisoformat("2026-03-02T00:00+00:00")
"""Today."""


@dataclass
class Field:
    """A brand with stands, a coach that proposes, and an operator who answers."""

    database: Database
    engine: PolicyEngine
    owner: Context
    operator: Context
    agent: Proposer

    def advised(self, action: Action, low: int = 0) -> ActionItem:
        """The coach's proposal, adopted by a meeting."""
        run_id = start_run(self.database, self.owner)
        promised = Prediction(
            value=5_000, low=low, high=9_000, unit="EUR.minor", horizon_days=28, check_at=self.owner.now() + 40 * DAY
        )
        with self.database.begin(self.owner) as session:
            row = ProposalRow(
                run_id=run_id, agent="stand_coach", request_hash=str(run_id), kind=action.kind,
                action=action.model_dump(mode="json"), text="It pays.", expected_minor=5_000, label="trusted",
                prediction=promised.model_dump(mode="json"), created_at=self.owner.now(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            return adopt(session, self.engine, row, self.agent, ordinal=1)

    def approved(self, action: Action) -> ActionItem:
        item = self.advised(action)
        assert item.status == ItemStatus.PROPOSED, item.verdict
        approve(self.database, self.operator, self.engine, str(item.id), timedelta(0))
        return item

    def execute(self, item: ActionItem) -> ActionItem:
        return execute(self.database, self.owner, self.engine, item.id)

    def carry_out(self, action: Action) -> ActionItem:
        item = self.execute(self.approved(action))
        assert item.status == ItemStatus.DONE
        return item

    def undo(self, item: ActionItem) -> ActionItem:
        return undo(self.database, self.operator, str(item.id))

    def rows(self, table: type[Any]) -> list[Any]:
        with self.database.read(self.owner) as session:
            return list(session.scalars(select(table)).all())

    def emitted(self, event: str) -> list[Mapping[str, Any]]:
        return [row.envelope["data"] for row in self.rows(OutboxEvent) if row.type == event]

    def later(self, days: float) -> None:
        clock = FixedClock(self.owner.now() + days * DAY)
        self.owner, self.operator = replace(self.owner, clock=clock), replace(self.operator, clock=clock)

    def measured(self, item: ActionItem, action: Action, since: datetime) -> Outcome:
        with self.database.read(self.owner) as session:
            source = f"action_item:{item.id}"
            return handler_of(action.kind).measure(session, action, source, since, self.owner.now())

    def change(self, table: type[Any], **values: Any) -> None:
        """Every place or product is another from now on."""
        with self.database.begin(self.owner) as session:
            for row in session.scalars(select(table)):
                for name, value in values.items():
                    setattr(row, name, value)

    def new_rules(self, version: int = 3, **rules: Any) -> None:
        with self.database.begin(self.owner) as session:
            made = {"author": "test", "reason": "test", "created_at": self.owner.now(), **RULES, **rules}
            session.add(BrandRules(version=version, **made))

    def driver_says(self, units: int) -> None:
        """The delivery note: what came of the trip to ST1, today."""
        (order,) = self.rows(StandRefillOrder)
        note = {"number": order.number, "location": "ST1", "sku": "A", "quantity": order.quantity,
                "ordered_at": order.ordered_at, "planned_at": order.planned_at, "delivered_quantity": units,
                "delivered_at": self.owner.now()}  # fmt: skip
        deliver(self.owner, self.database, "routes", {"stand_refill_orders": [note]})

    def at_stand(self, *events: tuple[str, int, datetime]) -> None:
        """Movements of the product at ST1: kind, units, moment."""
        with self.database.begin(self.owner) as session:
            place = session.scalars(select(Location).where(col(Location.code) == "ST1")).one()
            item = session.scalars(select(StockItem).where(col(StockItem.location_id) == place.id)).one()
            session.add_all(
                InventoryMovement(stock_item_id=item.id, external_id=f"{kind} {at} later", kind=kind, quantity=units,
                                  moved_at=at, known_at=at)
                for kind, units, at in events
            )  # fmt: skip

    def sells(self, stand: str, start: datetime, weekly: Sequence[int]) -> None:
        """Reported sales of the weeks from a Monday on, at the prices of before."""
        with self.database.begin(self.owner) as session:
            place = session.scalars(select(Location).where(col(Location.code) == stand)).one()
            product, channel = session.scalars(select(Product)).one(), session.scalars(select(Channel)).one()
            for at, units in enumerate(weekly):
                week = start + 7 * at * DAY
                session.add(
                    SalesFact(product_id=product.id, channel_id=channel.id, location_id=place.id, period_start=week,
                              period_days=7, units=units, currency="EUR", unit_price_minor=400 + MARGIN,
                              known_at=week + 7 * DAY)
                )  # fmt: skip


def open_field(database: Database, engine: PolicyEngine, owner: Context) -> Field:
    roles = frozenset({Role.OPERATOR})
    actor = Actor(kind=ActorKind.PERSON, id=owner.new_id(), name="op", roles=roles, permissions=permissions_of(roles))
    agent = Proposer(owner.new_id(), Autonomy.ACT_WITHIN_LIMITS)
    return Field(database, engine, owner, replace(owner, actor=actor), agent)
