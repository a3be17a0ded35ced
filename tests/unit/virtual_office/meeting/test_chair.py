"""The chair chooses by arithmetic: risks first, then money; and nobody is asked too much or too soon."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.prediction import Prediction
from domain.stock import PurchaseLine, PurchaseOrderCreate
from store.tables import ProposalRow
from virtual_office.meeting.chair import Grounds, choose
from virtual_office.meeting.limits import CASH, STOCK_MONEY
from virtual_office.meeting.revision import Revision


def proposal(sku: str, expected_minor: int) -> ProposalRow:
    return ProposalRow(
        id=uuid4(),
        run_id=uuid4(),
        agent="pricing_director",
        request_hash=sku,
        kind="price.update",
        action={"kind": "price.update", "sku": sku, "channel": "shop", "price_minor": 100, "currency": "EUR"},
        text="",
        prediction={},
        expected_minor=expected_minor,
        label="trusted",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


A, B, C = proposal("A", 300), proposal("B", 200), proposal("C", 100)


def reasons(proposals: list[ProposalRow], grounds: Grounds) -> dict[UUID, str]:
    return {entry.proposal_id: entry.reason for entry in choose(proposals, grounds).left_out}


def test_what_brings_most_comes_first_as_far_as_attention_reaches() -> None:
    choice = choose([C, A, B], Grounds({}, attention=2))
    assert choice.adopted == [A.id, B.id]
    assert [entry.proposal_id for entry in choice.left_out] == [C.id]


def test_what_mends_a_risk_comes_before_money() -> None:
    assert choose([A, B, C], Grounds({}, {C.id}, attention=2)).adopted == [C.id, A.id]


def test_of_two_for_one_subject_the_better_is_adopted() -> None:
    worse = proposal("A", 250)
    assert choose([worse, A], Grounds({})).adopted == [A.id]
    assert "another proposal" in reasons([worse, A], Grounds({}))[worse.id]


def test_nobody_is_asked_again_about_what_was_just_refused() -> None:
    refused = {"price.update A @ shop": "rejected on 1 March: no"}
    assert choose([A, B], Grounds(refused)).adopted == [B.id]
    assert reasons([A, B], Grounds(refused)) == {A.id: "rejected on 1 March: no"}


def test_no_proposals_is_no_choice() -> None:
    assert choose([], Grounds({})).adopted == []


def order(supplier: str, expected_minor: int, cost_minor: int) -> ProposalRow:
    action = PurchaseOrderCreate(
        supplier=supplier, lines=(PurchaseLine(sku="A", quantity=1, unit_cost_minor=cost_minor),), currency="EUR"
    )
    row = proposal(supplier, expected_minor)
    row.kind, row.agent, row.action = action.kind, "inventory_forecaster", action.model_dump(mode="json")
    return row


def test_an_order_that_cash_cannot_carry_gives_way_to_two_that_it_can() -> None:
    big, smaller, smallest = order("S1", 500, 9_000), order("S2", 300, 5_000), order("S3", 280, 5_000)
    grounds = Grounds({}, limits={CASH: 10_000}, currency="EUR")
    assert set(choose([big, smaller, smallest], grounds).adopted) == {smaller.id, smallest.id}, (
        "greedy would take the big one"
    )
    said = reasons([big, smaller, smallest], grounds)[big.id]
    assert said == ("it needs €90.00 of cash, and €0.00 is left; it would bring €0.80 less than what we took instead")


def test_what_people_allow_for_stock_leaves_prices_alone() -> None:
    dear, price = order("S1", 500, 9_000), proposal("A", 10)
    choice = choose([dear, price], Grounds({}, limits={STOCK_MONEY: 5_000}, currency="EUR"))
    assert choice.adopted == [price.id]
    assert choice.left_out[0].reason.startswith("it needs €90.00 of the money for stock, and €50.00 is left")


def test_it_says_what_more_attention_would_be_worth() -> None:
    choice = choose([A, B, C], Grounds({}, attention=2, currency="EUR"))
    assert choice.worth_more == ["one item more would bring €1.00"]


def test_an_agent_that_promised_too_much_is_believed_less() -> None:
    boast, modest = order("S1", 500, 10), proposal("A", 400)
    trust = {("inventory_forecaster", "purchase_order.create"): 5_000}
    assert choose([boast, modest], Grounds({}, attention=1)).adopted == [boast.id]
    assert choose([boast, modest], Grounds({}, attention=1, trust_bps=trust)).adopted == [modest.id]


def test_what_a_recomputation_left_nothing_of_mends_no_risk() -> None:
    """Its amounts stand as they were proposed, so adopting it would be to do what the recomputation spoke against."""
    due = order("S1", 500, 9_000)
    check_at = datetime(2026, 3, 9, tzinfo=UTC)
    nothing = Prediction(value=0, low=0, high=0, unit="EUR.minor", horizon_days=7, check_at=check_at)
    grounds = Grounds({}, mending={due.id}, revisions={due.id: Revision(due.action, nothing, 0)}, currency="EUR")
    assert choose([due], replace(grounds, revisions={})).adopted == [due.id]
    assert choose([due], grounds).adopted == []
    assert choose([due, A], grounds).adopted == [A.id]
