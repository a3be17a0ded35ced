"""Stock: the actions that order it from a supplier or move it between the brand's places."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

from domain.kind import ActionKind, Facts, Int64, LeavesHouse, Leaving, Name, Parameters, Reversibility, Way, Words
from domain.money import LARGEST_MINOR, Currency

LARGEST_QUANTITY = 10**9
REVIEW_DAYS = 7
"""An order that is not placed now can be placed at the next weekly meeting: what it brings is counted against that."""
FOREVER_DAYS = 36_500
"""Stock that nobody asks for lasts so many days, as a number that policies can compare."""
TRANSFER_HORIZON_DAYS = 56
"""What a transfer brings is counted over so many days."""


class PurchaseLine(BaseModel):
    """So many units of one product, at the price that the supplier asks for that many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: Name
    quantity: int = Field(gt=0, le=LARGEST_QUANTITY)
    unit_cost_minor: int = Field(ge=0, le=LARGEST_MINOR)


MOST_LINES = 100
"""What a buyer can still look through before saying yes; what is due beyond it waits for the next order."""


class PurchaseOrderCreate(Parameters):
    """`purchase_order.create`: order products from one supplier."""

    kind: Literal["purchase_order.create"] = "purchase_order.create"
    supplier: Name
    lines: tuple[PurchaseLine, ...] = Field(min_length=1, max_length=MOST_LINES)
    currency: Currency

    @field_validator("lines")
    @classmethod
    def _each_product_once(cls, lines: tuple[PurchaseLine, ...]) -> tuple[PurchaseLine, ...]:
        if len({line.sku for line in lines}) < len(lines):
            raise ValueError("a product stands on two lines")
        return lines

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"order @ {self.supplier}"

    @property
    def total_minor(self) -> int:
        """The cost of the order, in minor units."""
        return sum(line.quantity * line.unit_cost_minor for line in self.lines)

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches, which other proposals may share: its products, and the money."""
        return frozenset({"money", *(f"product {line.sku}" for line in self.lines)})


class PurchaseOrderFacts(Facts):
    """Facts of an order to a supplier."""

    amount_minor: Int64 = Field(description="what the order costs")
    below_minimum: StrictBool = Field(description="a line is less than the supplier takes")
    outlives_shelf: StrictBool = Field(description="a line would not sell before it expires, at the recent pace")
    cover_days: Int64 = Field(description="of the line that would last longest, all that is on its way counted in")
    max_cover_days: Int64
    exceeds_cash: StrictBool = Field(description="the brand's accounts, where known, hold less")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


PURCHASE_ORDER_CREATE = ActionKind(
    name="purchase_order.create",
    title="Order from a supplier",
    parameters=PurchaseOrderCreate,
    facts=PurchaseOrderFacts,
    list_title=Words(
        "Order {lines:product|products} from {supplier}", "{lines:Produkt|Produkte} bei {supplier} bestellen"
    ),
    text_title=Words(
        "Order {units:unit|units} of {lines:product|products} from {supplier} for {total_minor}",
        "{units} Stück von {lines:Produkt|Produkten} bei {supplier} für {total_minor} bestellen",
    ),
    told_titles=(
        Words(
            "Order {total} of {product} from {supplier}, here about {arrival}",
            "{product} für {total} bei {supplier} bestellen, da um den {arrival}",
        ),
        Words(
            "Order {total} from {supplier}: {lines:product|products}, here about {arrival}",
            "Für {total} bei {supplier} bestellen: {lines:Produkt|Produkte}, da um den {arrival}",
        ),
        Words(
            "Order {total} from {supplier}, here about {arrival}",
            "Für {total} bei {supplier} bestellen, da um den {arrival}",
        ),
        Words("Order {total} of {product} from {supplier}", "{product} für {total} bei {supplier} bestellen"),
        Words(
            "Order {total} from {supplier}: {lines:product|products}",
            "Für {total} bei {supplier} bestellen: {lines:Produkt|Produkte}",
        ),
        Words("Order {total} from {supplier}", "Für {total} bei {supplier} bestellen"),
    ),
    reversibility=Reversibility.COMPENSABLE,
    leaves_house=LeavesHouse(
        content=Leaving.ORDER_DOCUMENT,
        way=Way.EMAIL,
        by_mail=Words(
            "Yes enters the order and sends it to the supplier by email, with the order as PDF and CSV. It counts as "
            "placed once the supplier confirms or the goods come.",
            "Ein Ja trägt die Bestellung ein und sendet sie dem Lieferanten per E-Mail, mit PDF und CSV. Als "
            "angekommen gilt sie, wenn der Lieferant bestätigt oder die Ware da ist.",
        ),
        by_hand=Words(
            "Yes enters the order here, and nothing else happens: no email can go to this supplier, so send the order"
            " yourself (PDF and CSV are ready), or nothing arrives. Tick it when you have.",
            "Ein Ja trägt die Bestellung nur hier ein: An diesen Lieferanten kann keine E-Mail gehen; bitte die "
            "Bestellung selbst senden (PDF und CSV liegen bereit), sonst kommt nichts. Danach bitte abhaken.",
        ),
        seen_within=timedelta(days=7),
    ),
    names=("supplier", "lines[].sku"),
    uses={"cash": "total_minor", "stock_money": "total_minor"},
    editable=("lines[].quantity",),
    filled_in=("lines[].unit_cost_minor",),
    quiet_after_no=timedelta(days=6),  # stock goes on selling: the next weekly meeting looks at it afresh
)


class StockTransfer(Parameters):
    """`stock.transfer`: move units of one product from one place to another, at a cost."""

    kind: Literal["stock.transfer"] = "stock.transfer"
    sku: Name
    from_location: Name
    to_location: Name
    quantity: int = Field(gt=0, le=LARGEST_QUANTITY)
    cost_minor: int = Field(ge=0, le=LARGEST_MINOR, description="what moving them costs")
    currency: Currency

    @model_validator(mode="after")
    def _two_places(self) -> "StockTransfer":
        if self.from_location == self.to_location:
            raise ValueError("a transfer goes from one place to another")
        return self

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"{self.sku} {self.from_location} > {self.to_location}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({f"product {self.sku}"})


class StockTransferFacts(Facts):
    """Facts of a transfer between two places."""

    quantity: Int64
    amount_minor: Int64 = Field(description="what the goods cost, and moving them")
    exceeds_stock: StrictBool = Field(description="it takes more than is there")
    cost_unknown: StrictBool = Field(description="what a transport costs is not known of one of the places")
    starves_source: StrictBool = Field(description="what is left does not last a month at the recent pace")
    owner_gate_minor: Int64
    prediction_low_minor: Int64


STOCK_TRANSFER = ActionKind(
    name="stock.transfer",
    title="Move stock",
    parameters=StockTransfer,
    facts=StockTransferFacts,
    list_title=Words(
        "Move {sku} from {from_location} to {to_location}", "{sku} von {from_location} nach {to_location} umlagern"
    ),
    text_title=Words(
        "Move {quantity:unit|units} of {sku} from {from_location} to {to_location} for {cost_minor}",
        "{quantity} Stück {sku} von {from_location} nach {to_location} für {cost_minor} umlagern",
    ),
    told_titles=(
        Words(
            "Move {quantity:unit|units} of {sku} from {from_location} to {to_location}, {cost_minor}",
            "{quantity} Stück {sku} von {from_location} nach {to_location} umlagern, {cost_minor}",
        ),
        Words(
            "Move {quantity} {sku} to {to_location}, {cost_minor}", "{quantity} {sku} nach {to_location}, {cost_minor}"
        ),
    ),
    reversibility=Reversibility.COMPENSABLE,
    leaves_house=LeavesHouse(
        content=Leaving.NOTICE,
        way=Way.EMAIL,
        by_hand=Words(
            "The goods are booked from one place to the other. Tell both places yourself; no message is sent. Tick it"
            " when you have.",
            "Die Ware wird umgebucht. Bitte beiden Orten selbst Bescheid geben; es geht keine Nachricht hinaus. "
            "Danach bitte abhaken.",
        ),
    ),
    names=("sku",),
    uses={"cash": "cost_minor"},
    editable=("quantity",),
    filled_in=("cost_minor",),
    quiet_after_no=timedelta(weeks=2),
)
