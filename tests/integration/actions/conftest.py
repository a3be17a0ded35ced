"""A stockroom: one product, one supplier, an agent that proposes orders and an operator who answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from actions.approvals import approve
from actions.gateway import execute
from actions.items import Proposer, adopt
from connectors.feed import deliver
from domain.actor import Actor, ActorKind, Role
from domain.autonomy import Autonomy
from domain.clock import FixedClock
from domain.context import Context
from domain.prediction import Prediction
from domain.stock import PurchaseLine, PurchaseOrderCreate
from guardrails.cedar import PolicyEngine
from identity.roles import permissions_of
from store.database import Database
from store.reads.pricing.prices import product_by_sku
from store.reads.stock.levels import supplier_by_code
from store.tables import ActionItem, ProposalRow, PurchaseOrder, StockItem, SupplierOffer
from tests.integration.priced_brand import start_run
from tests.integration.stocked_brand import Stocked, Supply, moved, stock

NO_DELAY = timedelta(0)
DAY = timedelta(days=1)
TIERS = ((100, 400), (500, 380))
A = Stocked("A", 150, noise=0.0, tiers=TIERS, weeks=16)
"""Ten a day, 150 on hand; a unit keeps 10.00 and costs 4.00, from 500 on 3.80."""
NewBrand = Callable[..., Context]


@dataclass
class Stockroom:
    """One product in one warehouse, and one supplier that takes fourteen days."""

    database: Database
    engine: PolicyEngine
    owner: Context
    operator: Context
    agent: Proposer

    def advised(self, quantity: int, *, sku: str = "A", low: int = 5_000) -> ActionItem:
        """An agent's proposal to order so many, adopted by a meeting."""
        run_id = start_run(self.database, self.owner)
        check_at = self.owner.now() + timedelta(days=34)
        promised = Prediction(value=20_000, low=low, high=40_000, unit="EUR.minor", horizon_days=20, check_at=check_at)
        with self.database.begin(self.owner) as session:
            row = ProposalRow(
                run_id=run_id,
                agent="inventory_forecaster",
                request_hash=str(run_id),
                kind="purchase_order.create",
                action=order(quantity, sku).model_dump(mode="json"),
                text="It runs out.",
                prediction=promised.model_dump(mode="json"),
                expected_minor=20_000,
                label="trusted",
                created_at=self.owner.now(),
            )
            session.add(row)
            session.flush()
            return adopt(session, self.engine, row, self.agent, ordinal=1)

    def carry_out(self, quantity: int = 200) -> ActionItem:
        item = self.advised(quantity)
        approve(self.database, self.operator, self.engine, str(item.id), NO_DELAY)
        return execute(self.database, self.owner, self.engine, item.id)

    def rows(self, table: type[Any]) -> list[Any]:
        with self.database.read(self.owner) as session:
            return list(session.scalars(select(table)).all())

    def item(self, item: ActionItem) -> ActionItem:
        with self.database.read(self.owner) as session:
            return session.get_one(ActionItem, (self.owner.brand_id, item.id))

    def ordered(self) -> PurchaseOrder:
        """The one order that an action item placed."""
        (row,) = [row for row in self.rows(PurchaseOrder) if row.source != "import"]
        return row

    def move(self, *events: tuple[str, int, datetime], sku: str = "A") -> None:
        """Movements of a product: kind, units, moment."""
        with self.database.begin(self.owner) as session:
            product = product_by_sku(session, sku)
            item = session.scalars(select(StockItem).where(col(StockItem.product_id) == product.id)).one()
            session.add_all(moved(item.id, f"{kind} {at} later", kind, units, at) for kind, units, at in events)

    def asks(self, unit_cost_minor: int, sku: str = "A") -> None:
        """The supplier has another price from now on."""
        with self.database.begin(self.owner) as session:
            price = {"unit_cost_minor": unit_cost_minor, "currency": "EUR", "valid_from": self.owner.now()}
            supplier, product = supplier_by_code(session, "S1"), product_by_sku(session, sku)
            session.add(SupplierOffer(supplier_id=supplier.id, product_id=product.id, from_quantity=100, **price))

    def confirmed(self, row: PurchaseOrder, **said: Any) -> None:
        """The supplier's confirmation comes by import."""
        line = {"number": row.number, "supplier": "S1", "sku": "A", "quantity": row.quantity, "unit_cost": "4.00"}
        deliver(self.owner, self.database, "erp", {"purchase_orders": [line | {"ordered_at": row.ordered_at} | said]})

    def later(self, moment: datetime) -> None:
        clock = FixedClock(moment)
        self.owner, self.operator = replace(self.owner, clock=clock), replace(self.operator, clock=clock)


def order(quantity: int, sku: str = "A", unit_cost_minor: int = 400) -> PurchaseOrderCreate:
    line = PurchaseLine(sku=sku, quantity=quantity, unit_cost_minor=unit_cost_minor)
    return PurchaseOrderCreate(supplier="S1", lines=(line,), currency="EUR")


@pytest.fixture
def open_room(database: Database, new_brand: NewBrand, engine: PolicyEngine) -> Callable[..., Stockroom]:
    def make(*products: Stocked, supply: Supply | None = None, **rules: Any) -> Stockroom:
        owner = new_brand()
        stock(database, owner, products or (A,), (supply or Supply(),), **rules)
        roles = frozenset({Role.OPERATOR})
        operator = Actor(
            kind=ActorKind.PERSON, id=owner.new_id(), name="op", roles=roles, permissions=permissions_of(roles)
        )
        proposer = Proposer(owner.new_id(), Autonomy.ACT_WITHIN_LIMITS)
        return Stockroom(database, engine, owner, replace(owner, actor=operator), proposer)

    return make


@pytest.fixture
def room(open_room: Callable[..., Stockroom]) -> Stockroom:
    return open_room()
