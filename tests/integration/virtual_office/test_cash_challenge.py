"""An order is put to the Finance Analyst: what cash cannot carry when its bill falls due is left out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bootstrap.office import Office
from domain.context import Context
from domain.money import format_minor
from settings import Settings
from store.database import Database
from store.tables import ActionItem, ChallengeRow, ProposalRow, Receipt, Run
from tests.integration.money_brand import receive, spend
from tests.integration.stocked_brand import Stocked, stock
from tests.integration.virtual_office.conftest import Firm

STOCK_AND_MONEY = ("inventory_forecaster", "finance_analyst")
RISES, ENOUGH = 200_000, 2_000_000
"""Each week 80.00 more go than come, so that of 2,000.00 in the bank 960.00 are left after the quarter."""
LEFT = RISES - 13 * 8_000


@dataclass(frozen=True)
class Meeting:
    """A meeting about one order: its proposal, the challenge to it, and the action items."""

    firm: Firm
    document: dict[str, Any]

    @property
    def proposal(self) -> ProposalRow:
        (row,) = [row for row in self.firm.rows(ProposalRow) if row.kind == "purchase_order.create"]
        return row

    @property
    def challenge(self) -> ChallengeRow:
        (row,) = self.firm.rows(ChallengeRow)
        assert (row.agent, row.tool) == ("finance_analyst", "recompute_order_within_cash")
        assert row.proposal_id == self.proposal.id
        return row

    @property
    def items(self) -> list[ActionItem]:
        return [row for row in self.firm.rows(ActionItem) if row.kind == "purchase_order.create"]

    def receipt(self, tool: str) -> dict[str, Any]:
        (row,) = [row for row in self.firm.rows(Receipt) if row.tool == tool]
        return row.result

    def gain_of(self, sku: str) -> int:
        lines = self.receipt("order_advice")["lines"]
        return next(line["gain"]["value"] for line in lines if line["sku"] == sku)


def cost_of(action: dict[str, Any], *skus: str) -> int:
    return sum(line["quantity"] * line["unit_cost_minor"] for line in action["lines"] if line["sku"] in skus)


@pytest.fixture
def meet(database: Database, new_brand: Callable[..., Context], tmp_path: Path) -> Callable[..., Meeting]:
    """A meeting about two products that run out: one keeps 10.00 of a unit that costs 4.00, the other 6.00."""

    def make(cash_minor: int | None, weeks: int = 20) -> Meeting:
        owner = new_brand()
        products = [Stocked("RICH", 100, kept_minor=1_000, noise=0.0), Stocked("POOR", 100, kept_minor=600, noise=0.0)]
        stock(database, owner, products, cash_minor=cash_minor)
        receive(database, owner, [170_000] * weeks)
        spend(database, owner, "rent", [178_000] * weeks)
        firm = Firm(Office(Settings(home=tmp_path), database), owner, owner)
        return Meeting(firm, firm.meet(agents=STOCK_AND_MONEY))

    return make


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever advises on orders does not ask first what cash carries."""
    monkeypatch.setattr("tools.stock.order_advice.cash_carries", lambda *_: None)


def test_an_order_is_put_within_what_cash_carries_from_the_start(meet: Callable[..., Meeting]) -> None:
    """What brings most for its money is ordered whole, the other as far as 960.00 reach."""
    met = meet(RISES)
    quantity = {line["sku"]: line["quantity"] for line in met.proposal.action["lines"]}
    assert quantity["RICH"] > quantity["POOR"]
    assert LEFT - 400 < cost_of(met.proposal.action, "RICH", "POOR") <= LEFT
    assert met.challenge.status == "stands"
    assert [item.action for item in met.items] == [met.proposal.action]


@pytest.mark.usefixtures("careless")
def test_what_brings_least_for_its_money_is_left_out_until_cash_carries_the_order(meet: Callable[..., Meeting]) -> None:
    met = meet(RISES)
    proposed = met.proposal.action
    assert cost_of(proposed, "RICH") < LEFT < cost_of(proposed, "RICH", "POOR") < RISES, "today's balance would do"
    assert met.gain_of("RICH") / cost_of(proposed, "RICH") > met.gain_of("POOR") / cost_of(proposed, "POOR")
    challenge = met.challenge
    assert challenge.status == "changed"
    assert challenge.action is not None
    assert challenge.action["lines"] == [line for line in proposed["lines"] if line["sku"] == "RICH"]
    assert challenge.expected_minor == met.gain_of("RICH") == met.proposal.expected_minor - met.gain_of("POOR")
    cells = met.receipt("recompute_order_within_cash")["cells"]
    assert {name: cell["value"] for name, cell in cells.items()} == {
        "amount": cost_of(proposed, "RICH"), "amount_before": cost_of(proposed, "RICH", "POOR"), "risk": 10_000,
    }  # fmt: skip


@pytest.mark.usefixtures("careless")
def test_the_item_orders_what_was_recomputed_and_keeps_the_dissent(meet: Callable[..., Meeting]) -> None:
    met = meet(RISES)
    (item,) = met.items
    assert item.action == met.challenge.action
    assert item.preview["amount_minor"] == cost_of(item.action, "RICH")
    assert item.prediction is not None
    assert item.prediction["value"] == met.gain_of("RICH")
    assert item.prediction["low"] <= item.prediction["value"] <= item.prediction["high"]
    (dissent,) = item.dissent
    before, after = (format_minor(cost_of(met.proposal.action, *skus), "EUR") for skus in (("RICH", "POOR"), ("RICH",)))
    assert dissent.startswith(f"Finance Analyst: Paying {before} for it, cash would run out within the quarter")
    assert f"what cash carries of it is {after}, which brings " in dissent
    assert str(met.challenge.receipt_id) in item.receipts
    assert "operator" in item.verdict["gates"]
    (proposal,) = [row for row in met.document["proposals"] if row["kind"] == "purchase_order.create"]
    assert (proposal["promised"], proposal["expected"]) == tuple(
        format_minor(amount, "EUR") for amount in (met.proposal.expected_minor, met.gain_of("RICH"))
    )


@pytest.mark.usefixtures("careless")
def test_an_order_of_which_cash_carries_nothing_is_not_adopted(meet: Callable[..., Meeting]) -> None:
    """1,700.00 pay for all of it today; 660.00 are left after the quarter, which either line would use up."""
    met = meet(170_000)
    assert cost_of(met.proposal.action, "RICH", "POOR") < 170_000
    assert min(cost_of(met.proposal.action, sku) for sku in ("RICH", "POOR")) > 170_000 - 13 * 8_000
    assert (met.challenge.status, met.challenge.expected_minor) == ("changed", 0)
    assert met.items == []


def test_with_enough_cash_the_order_stands(meet: Callable[..., Meeting]) -> None:
    met = meet(ENOUGH)
    assert (met.challenge.status, met.challenge.action) == ("stands", None)
    assert met.challenge.expected_minor == met.proposal.expected_minor
    (item,) = met.items
    assert (item.action, item.prediction, item.dissent) == (met.proposal.action, met.proposal.prediction, [])


@pytest.mark.parametrize(
    ("cash_minor", "weeks", "reason"),
    [
        (None, 20, "No balance of the brand's accounts is known."),
        (RISES, 7, "Cash ahead needs at least 8 whole weeks of what came in and went out."),
    ],
)
def test_without_a_balance_or_its_weeks_it_abstains_and_says_why(
    meet: Callable[..., Meeting], cash_minor: int | None, weeks: int, reason: str
) -> None:
    met = meet(cash_minor, weeks)
    assert (met.challenge.status, met.challenge.text) == ("abstained", reason)
    (item,) = met.items
    assert (item.action, item.dissent) == (met.proposal.action, [])
    assert {line["sku"] for line in item.action["lines"]} == {"RICH", "POOR"}


def test_the_lowest_cash_counts_what_was_adopted_by_its_due_date(meet: Callable[..., Meeting]) -> None:
    """Cash falls by 80.00 a week. The order's bill falls due in the seventh week (two of delivery, thirty days to pay):
    from then on there is less by all of it, so that the last week is the lowest."""
    met = meet(ENOUGH)
    (item,) = met.items
    cost = cost_of(item.action, "RICH", "POOR")
    told = met.receipt("cash_after_decisions")
    names = ("decided", "lowest", "lowest_without", "lowest_week", "risk")
    assert {name: told[name]["value"] for name in names} == {
        "decided": cost, "lowest": ENOUGH - 13 * 8_000 - cost, "lowest_without": ENOUGH - 13 * 8_000,
        "lowest_week": 13, "risk": 0,
    }  # fmt: skip
    (run,) = met.firm.rows(Run)
    assert [entry["risk"] for entry in (run.result or {})["cash_after"]] == [False]
    assert "With all of this" in met.document["minutes"]


def test_who_has_no_payments_on_file_gets_no_order_cut_for_want_of_cash(
    database: Database, new_brand: Callable[..., Context], tmp_path: Path
) -> None:
    """2,000.00 in the bank and rent of 1,780.00 a week: it would be gone at once, were sales not bringing any money."""
    owner = new_brand()
    stock(database, owner, [Stocked("RICH", 100, kept_minor=1_000, noise=0.0)], cash_minor=RISES)
    spend(database, owner, "rent", [178_000] * 20)
    firm = Firm(Office(Settings(home=tmp_path), database), owner, owner)
    met = Meeting(firm, firm.meet(agents=STOCK_AND_MONEY))
    assert (met.challenge.status, met.challenge.text) == (
        "abstained", "No money that came in is known: payments.csv is missing.",
    )  # fmt: skip
    assert [item.action for item in met.items] == [met.proposal.action]
    assert "Cash may run out" not in met.document["minutes"]
    assert "import payments.csv" in met.document["minutes"]
