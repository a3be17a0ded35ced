"""Overdue money is one action item; who is taken off its list is not reminded, nor brought up again at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bootstrap.office import Office
from domain.context import Context
from settings import Settings
from store.database import Database
from store.tables import ActionItem, ProposalRow
from tests.integration.money_brand import bill
from tests.integration.virtual_office.conftest import Firm
from virtual_office.questions.edits import edit_item

OWED = {"D01": 300_000, "D02": 200_000, "D03": 100_000}


@pytest.fixture
def firm(database: Database, new_brand: Callable[..., Context], tmp_path: Path) -> Firm:
    """Three debtors who pay after fifty to seventy days on terms of thirty, each with an invoice a month overdue."""
    owner = new_brand()
    for debtor, amount in OWED.items():
        bill(database, owner, debtor, [50 + 4 * (at % 6) for at in range(18)], {f"{debtor}-OPEN": 62}, amount)
    return Firm(Office(Settings(home=tmp_path), database), owner, owner)


def meet(firm: Firm, ctx: Context | None = None) -> list[dict[str, Any]]:
    firm.meet(ctx, agents=("finance_analyst",))
    newest = max(firm.rows(ProposalRow), key=lambda row: row.created_at)
    return newest.action["lines"]


def test_three_debtors_are_one_item_that_can_be_ticked_by_line(firm: Firm) -> None:
    assert [line["debtor"] for line in meet(firm)] == ["D01", "D02", "D03"], "most overdue money first"
    (item,) = firm.rows(ActionItem)
    assert item.preview["amount_minor"] == sum(OWED.values())
    kept = [line for line in item.action["lines"] if line["debtor"] != "D02"]
    with firm.office.database.begin(firm.owner) as session:
        edited = edit_item(firm.office.database, session, firm.office.engine, str(item.id), {"lines": kept}, "a friend")
        edited_id, promise = edited.id, edited.prediction
    assert promise is not None and item.prediction is not None
    assert 0 < promise["value"] < item.prediction["value"], "what is left is promised anew, by its own analysis"
    now = {row.id: row for row in firm.rows(ActionItem)}[edited_id]
    assert (now.action["lines"], now.preview["amount_minor"]) == (kept, OWED["D01"] + OWED["D03"])


def test_who_was_taken_off_is_left_alone_for_two_weeks(firm: Firm) -> None:
    meet(firm)
    (item,) = firm.rows(ActionItem)
    kept = [line for line in item.action["lines"] if line["debtor"] != "D02"]
    with firm.office.database.begin(firm.owner) as session:
        edit_item(firm.office.database, session, firm.office.engine, str(item.id), {"lines": kept}, "a friend")
    assert [line["debtor"] for line in meet(firm, firm.later(7))] == ["D01", "D03"]
    assert [line["debtor"] for line in meet(firm, firm.later(15))] == ["D01", "D02", "D03"]
