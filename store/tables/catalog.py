"""Products and what they cost, where they are sold, where they are kept, and whom the brand buys from."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from domain.actor import Role
from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique
from store.tables.files import File, amount, code, code_of, days, flag, moment, percent, text
from store.tables.served import STAFF, Served


class Product(Fact, table=True):
    __tablename__ = "product"
    __table_args__ = (unique("sku"),)
    SERVED = Served(
        "product",
        "products",
        STAFF
        | {
            Role.PLATFORM_ADMIN,
            Role.SALES_MANAGER,
            Role.SALES_REP,
            Role.DEALER,
            Role.STAND_PARTNER,
            Role.AFFILIATE,
            Role.WL_OWNER,
            Role.MARKETING,
        },
    )
    FILES = (
        File(
            "products",
            "a product; `pack` is free text, `vat_percent` the VAT inside the prices of channels that include it",
            {
                "sku": code(),
                "title": text(),
                "category": text(),
                "pack": text(),
                "vat_percent": percent(),
                "shelf_life_days": days(),
            },
        ),
    )

    sku: str = Field(max_length=64)
    title: str
    category: str = ""
    pack: str = ""
    vat_bps: int = 0
    shelf_life_days: int | None = Field(default=None, description="how long it can be sold from its receipt on")
    status: str = "active"


class ProductCost(Fact, table=True):
    """The cost of one unit to the brand, from `valid_from` on."""

    __tablename__ = "product_cost"
    __table_args__ = (belongs_to("product"), unique("product_id", "valid_from"))
    APPEND_ONLY = True
    SERVED = Served("purchasing", "product-costs", STAFF)
    FILES = (
        File(
            "product_costs",
            "what one unit costs the brand from a day on, without VAT",
            {"sku": code_of("product_id"), "unit_cost": amount(), "valid_from": moment()},
            known_at="valid_from",
        ),
    )

    product_id: UUID
    unit_cost_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)


class Channel(Fact, table=True):
    __tablename__ = "channel"
    __table_args__ = (unique("code"),)
    SERVED = Served("brand", "channels", STAFF | {Role.PLATFORM_ADMIN, Role.SALES_MANAGER, Role.MARKETING})
    FILES = (
        File(
            "channels",
            "where the brand sells; `fee_percent` is what the channel keeps of a sale (after VAT)",
            {"code": code(), "title": text(), "fee_percent": percent(), "prices_include_vat": flag()},
        ),
    )

    code: str = Field(max_length=64)
    title: str
    fee_bps: int = Field(default=0, description="what the channel keeps of the net price")
    prices_include_vat: bool = True


class Location(Fact, table=True):
    """A store, stand or warehouse."""

    __tablename__ = "location"
    __table_args__ = (unique("code"),)
    SERVED = Served("inventory", "locations", STAFF | {Role.SALES_MANAGER})
    FILES = (
        File(
            "locations",
            "a store, stand, warehouse or region; `zone` groups locations that share a price list; `visit_every_days` "
            "is how often somebody calls at a stand by plan; `transfer_cost` is what a transport there or back costs; "
            "`contact` is the email address of who runs it, for rules to write to",
            {
                "code": code(),
                "title": text(),
                "kind": text(),
                "zone": text(),
                "visit_every_days": days(),
                "transfer_cost": amount(),
                "contact": text(),
            },
        ),
    )

    code: str = Field(max_length=64)
    title: str = ""
    kind: str = "store"
    zone: str = ""
    visit_every_days: int | None = Field(default=None, description="how often somebody calls there by plan")
    transfer_cost_minor: int | None = Field(default=None, sa_type=BIGINT, description="of a transport there or back")
    contact: str = Field(default="", description="the email address of who runs it: a stand's partner")


class Supplier(Fact, table=True):
    __tablename__ = "supplier"
    __table_args__ = (unique("code"),)
    SERVED = Served("purchasing", "suppliers", STAFF)
    FILES = (
        File(
            "suppliers",
            "whom the brand buys from; `payment_days` from receipt of the goods to the bill, `email` where orders go",
            {"code": code(), "title": text(), "email": text(), "lead_time_days": days(), "payment_days": days()},
        ),
    )

    code: str = Field(max_length=64)
    title: str = ""
    email: str = Field(default="", description="where orders are sent; empty: a person hands them over")
    lead_time_days: int | None = None
    payment_days: int | None = Field(default=None, description="from receipt of the goods to the bill's payment")
