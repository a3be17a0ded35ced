"""An office over a small brand with planted demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from bootstrap.office import Office
from domain.actor import Actor, ActorKind, Permission, Role
from domain.clock import FixedClock
from domain.context import Context
from settings import Settings
from store.database import Database
from tests.integration.priced_brand import Planted, plant
from virtual_office.minutes.summary import meeting_document

AGENDA = "Prices"
PRICES_AND_STOCK = ("inventory_forecaster", "pricing_director")


@dataclass
class Firm:
    """A brand, its owner and operator, and the office they work in."""

    office: Office
    owner: Context
    operator: Context

    def meet(self, ctx: Context | None = None, agents: Sequence[str] = PRICES_AND_STOCK) -> dict[str, Any]:
        """Hold a meeting of those who have something to say of this brand; its document."""
        ctx = ctx or self.owner
        return self.document(self.office.meetings.meet(ctx, AGENDA, agents), ctx)

    def document(self, run_id: UUID, ctx: Context | None = None) -> dict[str, Any]:
        with self.office.database.read(ctx or self.owner) as session:
            return meeting_document(session, run_id)

    def rows(self, table: type[Any]) -> list[Any]:
        with self.office.database.read(self.owner) as session:
            return list(session.scalars(select(table)).all())

    def later(self, days: float) -> Context:
        """The owner, some days on."""
        clock = FixedClock(self.owner.now() + timedelta(days=days))
        return replace(self.owner, clock=clock, ids=type(self.owner.ids)(clock))


@pytest.fixture
def firm(database: Database, new_brand: Callable[..., Context], tmp_path: Path) -> Firm:
    """Two products: one too cheap, one priced right."""
    owner = new_brand()
    plant(
        database,
        owner,
        [Planted("CHEAP", 1000, 400, -1.3), Planted("RIGHT", 1000, 500, -2.0, seed=2)],
        max_price_change_bps_per_day=800,
    )
    operator = Actor(
        kind=ActorKind.PERSON,
        id=owner.new_id(),
        name="operator",
        roles=frozenset({Role.OPERATOR}),
        permissions=frozenset({Permission.DATA_READ, Permission.ACTION_APPROVE, Permission.ACTION_UNDO}),
    )
    office = Office(Settings(home=tmp_path), database)
    return Firm(office, owner, replace(owner, actor=operator))
