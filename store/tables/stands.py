"""Stand Program OS: what is to be brought to stands, what partners are promised, and visits to them."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from domain.actor import Role
from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique
from store.tables.catalog import Location, Product
from store.tables.files import File, code, code_of, moment, whole
from store.tables.served import STAFF, Served

_READERS = STAFF | {Role.SALES_MANAGER}


class StandRefillOrder(Fact, table=True):
    """One product for one stand on one trip. A trip's expected cost is the sum over its lines."""

    __tablename__ = "stand_refill_order"
    __table_args__ = (belongs_to(Location), belongs_to(Product), unique("number", "location_id", "product_id"))
    SERVED = Served("stands", "refill-orders", _READERS)
    FILES = (
        File(
            "stand_refill_orders",
            "what a trip brings to a stand; `number` is the trip's, and a delivery note for a trip that the product "
            "planned names it",
            {
                "number": code(),
                "location": code_of("location_id"),
                "sku": code_of("product_id"),
                "quantity": whole(),
                "ordered_at": moment(),
                "planned_at": moment(),
                "delivered_quantity": whole(),
                "delivered_at": moment(),
                "cancelled_at": moment(),
            },
            known_at="ordered_at",
        ),
    )

    number: str = Field(description="the trip's")
    location_id: UUID
    product_id: UUID
    quantity: int = Field(sa_type=BIGINT)
    delivered_quantity: int | None = Field(default=None, sa_type=BIGINT)
    expected_cost_minor: int = Field(default=0, sa_type=BIGINT)
    currency: str = Field(max_length=3)
    ordered_at: datetime = Field(sa_type=MOMENT)
    planned_at: datetime = Field(sa_type=MOMENT)
    delivered_at: datetime | None = Field(default=None, sa_type=MOMENT)
    cancelled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(default="import", description="`import`, or the action item that ordered")


class StandBonusRow(Fact, table=True):
    """A share of a stand's sales that its partner is promised for some time."""

    __tablename__ = "stand_bonus"
    __table_args__ = (belongs_to(Location), unique("location_id", "starts_at", "source"))
    SERVED = Served("stands", "bonuses", _READERS)

    location_id: UUID
    share_bps: int
    cap_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    starts_at: datetime = Field(sa_type=MOMENT)
    ends_at: datetime = Field(sa_type=MOMENT)
    source: str


class StandVisitRow(Fact, table=True):
    """A coaching visit to a stand."""

    __tablename__ = "stand_visit"
    __table_args__ = (belongs_to(Location), unique("location_id", "planned_at", "source"))
    SERVED = Served("stands", "visits", _READERS)

    location_id: UUID
    expected_cost_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    planned_at: datetime = Field(sa_type=MOMENT)
    cancelled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str
