"""`mhos edit` reads amounts as people write them."""

from typing import Any

import pytest

from cli.edit import changes_of, words_for
from domain.errors import InvalidInput

PRICE = {"kind": "price.update", "sku": "A", "channel": "shop", "zone": "", "price_minor": 1000, "currency": "EUR"}
LINES = [{"stand": "S1", "sku": "A", "quantity": 3}, {"stand": "S2", "sku": "A", "quantity": 4}]
REFILL = {"kind": "stand.refill", "planned_day": "2026-12-01", "lines": LINES, "trip_cost_minor": 9, "currency": "EUR"}
PROMO = {"kind": "promo.schedule", "sku": "A", "channels": ["shop"], "off_bps": 1500, "currency": "EUR"}


def test_money_shares_days_and_lines_are_read() -> None:
    assert changes_of(["price=13.90"], PRICE) == {"price_minor": 1390}
    assert changes_of(["off=12.5%", "last_day=2026-12-05"], PROMO) == {"off_bps": 1250, "last_day": "2026-12-05"}
    both = changes_of(["quantity:S1/A=7", "quantity:S2=8"], REFILL)["lines"]
    assert both == [{**LINES[0], "quantity": 7}, {**LINES[1], "quantity": 8}]


def test_a_debtor_or_one_invoice_is_taken_off_the_list() -> None:
    one, two, three = ({"debtor": debtor, "invoice": number} for debtor, number in (("D", "1"), ("D", "2"), ("E", "3")))
    reminder = {"kind": "invoice.remind", "lines": [one, two, three], "currency": "EUR"}
    assert changes_of(["tick:D=no"], reminder) == {"lines": [three]}
    assert changes_of(["tick:D/2=no", "tick:E=no"], reminder) == {"lines": [one]}
    with pytest.raises(InvalidInput, match="none of its entries"):
        changes_of(["tick:F=no"], reminder)


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("price=13.905", PRICE),
        ("price=much", PRICE),
        ("price", PRICE),
        ("sku=B", PRICE),
        ("price:A=9", PRICE),
        ("quantity=7", REFILL),
        ("quantity:A=7", REFILL),
        ("quantity:S9=7", REFILL),
        ("off=1e99999", PROMO),
        ("off=nan", PROMO),
        ("off=12.345", PROMO),
    ],
)
def test_what_cannot_be_read_is_refused(said: str, action: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        changes_of([said], action)


def test_show_names_what_can_be_edited_as_it_is_written() -> None:
    assert words_for("price.update") == ["price=…"]
    assert words_for("stand.refill") == ["planned_day=…", "quantity:SKU=…"]
    assert words_for("budget.reallocate") == ["weekly:CAMPAIGN=…"]
    assert words_for("invoice.remind") == ["tick:INVOICE=no"]
    assert words_for("expense.flag") == []
