"""An action proposed in words is completed from the brand's own rows, and refused where they hold no such thing."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from actions.items import propose
from actions.proposing import action_in_words
from domain.action import Action
from domain.context import Context
from domain.errors import DomainError, InvalidInput, NotFound
from domain.stands import StandBonus, StandRefill, StandVisit
from domain.stock import PurchaseOrderCreate, StockTransfer
from guardrails.cedar import PolicyEngine
from language.errors import error_text
from store.database import Database
from store.reads.stock import transfers as places
from tests.integration.actions.conftest import Stockroom
from tests.integration.laddered_brand import Laddered, keep_at, ladder
from tests.integration.stand_brand import PlantedStand, plant_stands
from tests.integration.stand_field import RULES

NewBrand = Callable[..., Context]


def asked(database: Database, ctx: Context, kind: str, *given: str) -> Any:
    with database.read(ctx) as session:
        return action_in_words(session, kind, given)


@pytest.mark.parametrize(("lines", "costs"), [(("A:200",), [400]), (("A:500",), [380]), (("A:500:1.23",), [123])])
def test_a_line_costs_what_the_supplier_asks_for_so_many(
    room: Stockroom, lines: Sequence[str], costs: Sequence[int]
) -> None:
    order = asked(room.database, room.owner, "purchase_order.create", "supplier=S1", f"lines={','.join(lines)}")
    assert isinstance(order, PurchaseOrderCreate)
    assert [line.unit_cost_minor for line in order.lines] == costs
    with room.database.begin(room.owner) as session:
        item = propose(session, room.engine, order, "a person's")
        assert (item.action["lines"][0]["unit_cost_minor"], item.prediction) == (costs[0], None)
        assert item.verdict["decision"] == "allow"


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (["supplier=S1", "lines=Z:5"], NotFound, "S1 offers no Z"),
        (["supplier=S9", "lines=A:5"], NotFound, "No supplier S9"),
        (["lines=A:5"], InvalidInput, "supplier is missing"),
        (["supplier=S1"], InvalidInput, "lines is missing"),
        (["supplier=S1", "lines=A:0"], InvalidInput, "quantity: it has to be more than 0"),
    ],
)
def test_an_order_that_nobody_can_take_is_refused_by_name(
    room: Stockroom, given: list[str], error: type[DomainError], words: str
) -> None:
    with pytest.raises(error) as refused:
        asked(room.database, room.owner, "purchase_order.create", *given)
    assert words in error_text(refused.value)


@pytest.fixture
def stands(database: Database, new_brand: NewBrand) -> Context:
    owner = new_brand()
    plant_stands(database, owner, [PlantedStand("ST1"), PlantedStand("ST2")], rules=RULES)
    return owner


def test_a_trip_and_a_visit_cost_what_the_brands_rules_say(database: Database, stands: Context) -> None:
    refill = ("stand.refill", "planned_day=2026-03-05", "lines=ST1:A:3,ST2:A:4")
    trip = asked(database, stands, *refill)
    assert isinstance(trip, StandRefill)
    assert trip.trip_cost_minor == RULES["trip_fixed_minor"] + 2 * RULES["trip_stop_minor"]
    assert asked(database, stands, *refill, "trip_cost=1").trip_cost_minor == 100
    visit = asked(database, stands, "stand.visit", "stand=ST1", "planned_day=2026-03-05")
    assert isinstance(visit, StandVisit)
    assert visit.cost_minor == RULES["coaching_visit_minor"]


def test_what_the_rules_do_not_say_has_to_be_said(database: Database, new_brand: NewBrand) -> None:
    owner = new_brand()
    plant_stands(database, owner, [PlantedStand("ST1")], rules={})
    with pytest.raises(InvalidInput, match="trip_cost is missing") as refused:
        asked(database, owner, "stand.refill", "planned_day=2026-03-05", "lines=ST1:A:3")
    assert "trip_cost=12.90" in refused.value.remedy
    with pytest.raises(InvalidInput, match="cost"):
        asked(database, owner, "stand.visit", "planned_day=2026-03-05", "stand=ST1")


@pytest.mark.parametrize(
    "action",
    [
        StandBonus(stand="ST1", share_bps=300, weeks=4, cap_minor=9_000, currency="KWD"),
        StandVisit.model_validate({"stand": "ST1", "planned_day": "2026-03-05", "cost_minor": 1, "currency": "KWD"}),
        StandRefill.model_validate(
            {"planned_day": "2026-03-05", "lines": [{"stand": "ST1", "sku": "A", "quantity": 1}],
             "trip_cost_minor": 1, "currency": "KWD"}
        ),
    ],
    ids=lambda action: action.kind,
)  # fmt: skip
def test_an_amount_in_another_currency_does_not_pass_by_the_owners_gate(
    database: Database, stands: Context, engine: PolicyEngine, action: Action
) -> None:
    with database.begin(stands) as session, pytest.raises(InvalidInput, match="counts in EUR, not KWD"):
        propose(session, engine, action, "")


def test_a_transport_costs_what_both_places_say(database: Database, new_brand: NewBrand) -> None:
    owner = new_brand()
    ladder(database, owner, Laddered(products=2))
    keep_at(database, owner, "ST01", {"P-00": 100})
    keep_at(database, owner, "WH", {"P-00": 10}, kind="warehouse")
    with database.begin(owner) as session:
        for code, cost in (("ST01", 700), ("WH", 900)):
            places.location_by_code(session, code).transfer_cost_minor = cost
    given = ("stock.transfer", "sku=P-00", "from_location=ST01", "to_location=WH", "quantity=3")
    move = asked(database, owner, *given)
    assert isinstance(move, StockTransfer)
    assert move.cost_minor == 1_600
    with database.begin(owner) as session:
        places.location_by_code(session, "WH").transfer_cost_minor = None
    with pytest.raises(InvalidInput, match="cost"):
        asked(database, owner, *given)


def test_the_same_asked_again_under_its_id_is_the_same_item(room: Stockroom) -> None:
    order = asked(room.database, room.owner, "purchase_order.create", "supplier=S1", "lines=A:200")
    item_id = room.owner.new_id()
    for _ in range(2):
        with room.database.begin(room.owner) as session:
            assert propose(session, room.engine, order, "", timedelta(minutes=1), item_id).id == item_id
