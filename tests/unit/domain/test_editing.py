"""Editable fields of an action: those that its kind names, and never its subject."""

from datetime import date
from typing import Any

import pytest

from domain.action import ACTION_KINDS, Action
from domain.editing import edited
from domain.errors import InvalidInput
from domain.finance import InvoiceRemind, ReminderLine
from domain.kind import EACH
from domain.marketing import BudgetReallocate, CampaignWeekly
from domain.pricing import PromoSchedule
from domain.stands import RefillLine, StandRefill
from domain.stock import PurchaseLine, PurchaseOrderCreate, StockTransfer

LINES = (
    PurchaseLine(sku="A", quantity=100, unit_cost_minor=400),
    PurchaseLine(sku="B", quantity=50, unit_cost_minor=300),
)
ORDER = PurchaseOrderCreate(supplier="S1", lines=LINES, currency="EUR")
PROMO = PromoSchedule(sku="A", channels=("shop",), first_day=date(2026, 12, 1), last_day=date(2026, 12, 7),
                      off_bps=1_500, currency="EUR")  # fmt: skip
REFILL = StandRefill(planned_day=date(2026, 12, 1), lines=(RefillLine(stand="S", sku="A", quantity=5),),
                     trip_cost_minor=900, currency="EUR")  # fmt: skip
BUDGETS = BudgetReallocate(
    budgets=(CampaignWeekly(campaign="X", weekly_minor=100), CampaignWeekly(campaign="Y", weekly_minor=200)),
    currency="EUR",
)
REMINDER = InvoiceRemind(
    lines=tuple(ReminderLine(debtor=debtor, invoice=number) for debtor, number in (("D", "1"), ("D", "2"), ("E", "3"))),
    currency="EUR",
)
TRANSFER = StockTransfer(sku="A", from_location="P", to_location="Q", quantity=4, cost_minor=500, currency="EUR")
SUBJECTS = {"sku", "channel", "channels", "zone", "supplier", "stand", "segment", "lead", "debtor", "invoices",
            "category", "expenses", "campaign", "from_location", "to_location", "kind", "currency"}  # fmt: skip


def lines(*quantities: int) -> list[dict[str, Any]]:
    return [{**line.model_dump(), "quantity": quantity} for line, quantity in zip(LINES, quantities, strict=True)]


def test_no_kind_lets_its_subject_be_edited() -> None:
    for kind in ACTION_KINDS.values():
        assert not SUBJECTS & {name.rpartition(EACH)[2] for name in kind.editable}, kind.name


def test_amounts_and_dates_are_changed_and_all_else_stays() -> None:
    assert edited(PROMO, {"last_day": "2026-12-05", "off_bps": 1_000}) == PROMO.model_copy(
        update={"last_day": date(2026, 12, 5), "off_bps": 1_000}
    )
    order = edited(ORDER, {"lines": lines(80, 50)})
    assert isinstance(order, PurchaseOrderCreate)
    assert [(line.sku, line.quantity, line.unit_cost_minor) for line in order.lines] == [("A", 80, 400), ("B", 50, 300)]


WRONG: list[tuple[Action, dict[str, Any]]] = [
    (ORDER, {"supplier": "S2"}),
    (ORDER, {"lines": [lines(80, 50)[0]]}),
    (ORDER, {"lines": list(reversed(lines(80, 50)))}),
    (ORDER, {"lines": [{**lines(80, 50)[0], "sku": "C"}, lines(80, 50)[1]]}),
    (ORDER, {"lines": [{**lines(80, 50)[0], "unit_cost_minor": 1}, lines(80, 50)[1]]}),
    (ORDER, {"lines": [{**lines(80, 50)[0], "more": 1}, lines(80, 50)[1]]}),
    (ORDER, {"lines": [{"sku": "A", "unit_cost_minor": 400}, lines(80, 50)[1]]}),
    (ORDER, {"lines": lines(0, 50)}),
    (ORDER, {"lines": [1, 2]}),
    (ORDER, {"lines": "AB"}),
    (ORDER, {"lines": lines(100, 50)}),
    (REFILL, {"trip_cost_minor": 0}),
    (REFILL, {"planned_day": "2026-13-01"}),
    (BUDGETS, {"budgets": [{"campaign": "Z", "weekly_minor": 100}, {"campaign": "Y", "weekly_minor": 200}]}),
    (REMINDER, {"debtor": "E"}),
    (REMINDER, {"invoices": ["1"]}),
    (REMINDER, {"lines": []}),
    (REMINDER, {"lines": [{"debtor": "D", "invoice": "9"}]}),
    (REMINDER, {"lines": [{"debtor": "E", "invoice": "3"}, {"debtor": "D", "invoice": "1"}]}),
    (REMINDER, {"lines": [{"debtor": "D", "invoice": "1"}, {"debtor": "D", "invoice": "1"}]}),
    (REMINDER, {"lines": [line.model_dump() for line in REMINDER.lines]}),
    (TRANSFER, {"cost_minor": 0}),
    (TRANSFER, {"to_location": "R"}),
    (PROMO, {"last_day": "2026-11-05"}),
    (PROMO, {"channels": ["shop", "web"]}),
]


def test_lines_are_taken_off_a_list_and_the_others_stay() -> None:
    one, _, three = (line.model_dump() for line in REMINDER.lines)
    assert edited(REMINDER, {"lines": [one, three]}) == REMINDER.model_copy(
        update={"lines": (REMINDER.lines[0], REMINDER.lines[2])}
    )
    assert edited(REMINDER, {"lines": [three]}).touches == {"money", "customer E"}


@pytest.mark.parametrize(("action", "changes"), WRONG)
def test_everything_else_is_refused(action: Action, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        edited(action, changes)
