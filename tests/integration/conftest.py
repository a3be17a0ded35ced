"""A small priced brand, and a meeting's proposal for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from actions.items import Proposer, adopt
from domain.actor import Actor, ActorKind, Role
from domain.autonomy import Autonomy
from domain.context import Context
from domain.prediction import Prediction
from domain.pricing import PriceUpdate
from guardrails.cedar import PolicyEngine
from identity.roles import permissions_of
from store.database import Database
from store.tables import (
    ActionItem,
    Channel,
    Location,
    Price,
    PriceHistory,
    Product,
    ProductCost,
    ProposalRow,
    Run,
    SalesFact,
)

PRICE, COST, WEEKLY = 1000, 500, 100


@dataclass
class Shop:
    """One product in one channel: 10.00 a piece, 5.00 cost, 100 sold a week, no VAT."""

    database: Database
    engine: PolicyEngine
    owner: Context
    operator: Context
    agent_id: UUID

    def propose(self, price_minor: int = 1050, *, autonomy: Autonomy = Autonomy.ACT_WHEN_APPROVED) -> ActionItem:
        """An agent's proposal of this price, adopted by a meeting."""
        with self.database.begin(self.owner) as session:
            run = Run(
                kind="meeting", graph_version="meeting/1", status="done", started_by="test", started_at=self.owner.now()
            )
            session.add(run)
            session.flush()
            proposal = ProposalRow(
                run_id=run.id,
                agent="pricing_director",
                request_hash=str(run.id),
                kind="price.update",
                action=self.action(price_minor),
                text="It sells as well.",
                prediction=self.prediction(),
                expected_minor=10_000,
                label="trusted",
                created_at=self.owner.now(),
            )
            session.add(proposal)
            session.flush()
            return adopt(session, self.engine, proposal, Proposer(self.agent_id, autonomy), ordinal=1)

    def action(self, price_minor: int) -> dict[str, Any]:
        action = PriceUpdate(sku="S-1", channel="shop", price_minor=price_minor, currency="EUR")
        return action.model_dump(mode="json")

    def prediction(self) -> dict[str, Any]:
        check_at = self.owner.now() + timedelta(weeks=9)
        promised = {"value": 10_000, "low": 5_000, "high": 15_000, "unit": "EUR.minor"}
        return Prediction(**promised, horizon_days=56, check_at=check_at).model_dump(mode="json")

    def item(self, item_id: UUID) -> ActionItem:
        with self.database.read(self.owner) as session:
            return session.get_one(ActionItem, (self.owner.brand_id, item_id))

    def rows(self, table: type[Any]) -> list[Any]:
        from sqlalchemy import select

        with self.database.read(self.owner) as session:
            return list(session.scalars(select(table)).all())

    def price(self) -> int:
        return self.rows(Price)[0].amount_minor


@pytest.fixture(scope="session")
def engine() -> PolicyEngine:
    return PolicyEngine()


@pytest.fixture
def shop(database: Database, new_brand: Callable[..., Context], engine: PolicyEngine) -> Shop:
    owner = new_brand()
    operator = Actor(
        kind=ActorKind.PERSON,
        id=owner.new_id(),
        name="operator",
        roles=frozenset({Role.OPERATOR}),
        permissions=permissions_of([Role.OPERATOR]),
    )
    long_ago = owner.now() - timedelta(weeks=40)
    with database.begin(owner) as session:
        product = Product(sku="S-1", title="Shampoo", known_at=long_ago)
        channel = Channel(code="shop", title="Own shop", prices_include_vat=False, known_at=long_ago)
        place = Location(code="L1", known_at=long_ago)
        session.add_all([product, channel, place])
        session.flush()
        dated = {"currency": "EUR", "valid_from": long_ago}
        price = Price(product_id=product.id, channel_id=channel.id, amount_minor=PRICE, **dated)
        session.add(price)
        session.add(ProductCost(product_id=product.id, unit_cost_minor=COST, known_at=long_ago, **dated))
        session.flush()
        session.add(PriceHistory(price_id=price.id, amount_minor=PRICE, source="import", known_at=long_ago, **dated))
        for week in range(1, 9):
            start = owner.now() - timedelta(weeks=week)
            session.add(
                SalesFact(
                    product_id=product.id,
                    channel_id=channel.id,
                    location_id=place.id,
                    period_start=start,
                    period_days=7,
                    units=WEEKLY,
                    unit_price_minor=PRICE,
                    unit_cost_minor=COST,
                    currency="EUR",
                    known_at=start + timedelta(days=7),
                )
            )
    return Shop(database, engine, owner, replace(owner, actor=operator), owner.new_id())
