"""Brand OS: the tenant, its rules, and how far its agents may go."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.actor import Role
from store.tables.base import BIGINT, MOMENT, BrandOwned, unique
from store.tables.served import IN_CHARGE, Served

_READERS = IN_CHARGE | {Role.PLATFORM_ADMIN, Role.AI_ENGINEER}


class Brand(SQLModel, table=True):
    """The tenant itself. Its `id` is every other row's `brand_id`."""

    __tablename__ = "brand"
    __table_args__ = (UniqueConstraint("slug"),)

    id: UUID = Field(primary_key=True)
    slug: str = Field(max_length=64)
    name: str
    currency: str = Field(max_length=3)
    zone: str = "UTC"
    created_at: datetime = Field(sa_type=MOMENT)


class BrandRules(BrandOwned, table=True):
    """The owner's limits, versioned: the newest version rules; earlier ones stay."""

    __tablename__ = "brand_rules"
    __table_args__ = (unique("version"),)
    APPEND_ONLY = True
    SERVED = Served("guardrails", "brand-rules", _READERS)

    version: int
    min_margin_bps: int = 1_500
    max_price_change_bps_per_day: int = 1_000
    corridor_low_bps: int = Field(default=7_000, description="lowest price allowed, against the price a year's median")
    corridor_high_bps: int = Field(default=13_000, description="highest price allowed, against the same reference")
    price_step_minor: int = 1
    owner_gate_minor: int = Field(default=1_000_000, sa_type=BIGINT, description="money at stake that needs the owner")
    holding_bps_a_year: int = Field(default=2_000, description="what keeping stock costs a year, of its unit cost")
    max_cover_days: int = Field(default=180, description="stock for more days than this needs the owner")
    trip_fixed_minor: int | None = Field(default=None, sa_type=BIGINT, description="a driver's trip, once")
    trip_stop_minor: int | None = Field(default=None, sa_type=BIGINT, description="and for each stand called at")
    trip_most_stops: int | None = Field(default=None, description="stands that a driver can call at in a day")
    coaching_visit_minor: int | None = Field(default=None, sa_type=BIGINT, description="a visit to a stand's partner")
    bonus_gate_bps: int = Field(default=500, description="a bonus of more of a stand's sales needs the owner")
    max_messages_a_week: int = Field(default=5_000, description="recipients of messages in any seven days")
    message_rest_days: int = Field(default=28, description="who was written to is left alone for so long")
    message_cost_per_thousand_minor: int = Field(default=1_200, description="what a thousand messages cost")
    capital_bps_a_year: int = Field(default=1_000, description="what money that is out costs a year; 0: not known")
    reminder_every_days: int = Field(default=14, description="no debtor is reminded of an invoice more often")
    max_budget_change_bps: int = Field(default=2_000, description="of a campaign's weekly budget at once")
    max_price_changes_a_week: int = Field(default=3, description="of a channel's list; more need the owner")
    dealer_list_months: int = Field(default=3, description="dealers' lists change so many months apart; 0: any day")
    language: str = Field(default="en", max_length=2, description="what minutes are written in unless asked otherwise")
    author: str = ""
    reason: str = ""
    created_at: datetime = Field(sa_type=MOMENT)


class AIConfig(BrandOwned, table=True):
    """The SuperAdmin's setting for one agent and action kind, versioned."""

    __tablename__ = "ai_config"
    __table_args__ = (unique("agent", "action_kind", "version"),)
    APPEND_ONLY = True
    SERVED = Served("guardrails", "agent-settings", _READERS)

    agent: str
    action_kind: str
    version: int
    aggressiveness: int = Field(default=40, ge=0, le=100)
    earned_autonomy: int = 2
    stopped: bool = False
    author: str = ""
    reason: str = ""
    created_at: datetime = Field(sa_type=MOMENT)
