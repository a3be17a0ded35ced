"""Events that nothing tells of are told apart from those that other systems may bring."""

import re
from pathlib import Path

import pytest

from automation.references import doubt_about

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("stokc.low", "Is stock.low meant"),
        ("price.exploded", "price.changed"),
        ("stock.lwo", "stock.low"),
        ("action_item.finished", "action_item.done"),
        ("metting.finished", "Is meeting.finished meant"),
    ],
)
def test_a_mistyped_event_is_doubted(event: str, said: str) -> None:
    assert said in doubt_about(event)


@pytest.mark.parametrize(
    "event", ["stock.low", "price.changed", "purchase_order.changed", "trial.happened", "shop.order_paid", "job.dead"]
)
def test_what_may_be_told_of_is_not(event: str) -> None:
    assert doubt_about(event) == ""


def test_every_event_that_the_product_tells_of_by_name_is_known() -> None:
    emitted = set()
    for room in ("actions", "automation", "bootstrap", "connectors", "store", "virtual_office"):
        for file in (CHECKOUT / room).rglob("*.py"):
            emitted |= set(re.findall(r'emit\(session, "([a-z_]+\.[a-z_]+)"', file.read_text()))
    assert len(emitted) > 10
    assert [event for event in sorted(emitted) if doubt_about(event)] == []
