"""Spending limits that people give a meeting bind its chair, and stand in its minutes."""

import pytest

from domain.errors import InvalidInput
from store.tables import Run
from tests.integration.virtual_office.conftest import AGENDA, Firm


def test_a_meeting_that_may_ask_nobody_anything_adopts_nothing_and_says_why(firm: Firm) -> None:
    bound = firm.document(firm.office.meetings.meet(firm.owner, AGENDA, limits={"attention": 0}))
    assert (bound["action_items"], bound["limits"]) == ([], {"attention": 0})
    assert "- **No more than:** 0 action items" in bound["minutes"]
    assert "What held us back: the places in a meeting (1 proposals)." in bound["minutes"]
    assert bound["worth_more"][0].startswith("one item more would bring €")
    assert firm.meet(firm.later(1))["action_items"], "without the limit there is something to adopt"


def test_money_for_stock_is_said_in_the_brands_currency_and_leaves_prices_alone(firm: Firm) -> None:
    met = firm.document(firm.office.meetings.meet(firm.owner, AGENDA, limits={"stock_money": 500_000, "cash": 0}))
    assert "- **No more than:** €0.00 of cash, €5,000.00 on stock" in met["minutes"]
    assert met["action_items"]


@pytest.mark.parametrize("limits", [{"patience": 3}, {"cash": -1}, {"patience": 3, "attention": 1}])
def test_a_limit_that_is_none_opens_no_meeting(firm: Firm, limits: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        firm.office.meetings.meet(firm.owner, AGENDA, limits=limits)
    assert firm.rows(Run) == []
