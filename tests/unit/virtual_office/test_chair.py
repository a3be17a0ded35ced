"""The chair chooses by arithmetic: risks first, then money; and nobody is asked too much or too soon."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from store.tables import ProposalRow
from virtual_office.chair import choose


def proposal(sku: str, expected_minor: int) -> ProposalRow:
    return ProposalRow(
        id=uuid4(),
        run_id=uuid4(),
        agent="pricing_director",
        request_hash=sku,
        kind="price.update",
        action={"sku": sku, "channel": "shop", "zone": ""},
        text="",
        prediction={},
        expected_minor=expected_minor,
        label="trusted",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


A, B, C = proposal("A", 300), proposal("B", 200), proposal("C", 100)


def reasons(proposals: list[ProposalRow], **how: object) -> dict[UUID, str]:
    return {entry.proposal_id: entry.reason for entry in choose(proposals, **how).left_out}  # type: ignore[arg-type]


def test_what_brings_most_comes_first_as_far_as_attention_reaches() -> None:
    choice = choose([C, A, B], {}, attention=2)
    assert choice.adopted == [A.id, B.id]
    assert [entry.proposal_id for entry in choice.left_out] == [C.id]


def test_what_mends_a_risk_comes_before_money() -> None:
    assert choose([A, B, C], {}, mending={C.id}, attention=2).adopted == [C.id, A.id]


def test_of_two_for_one_subject_the_better_is_adopted() -> None:
    worse = proposal("A", 250)
    assert choose([worse, A], {}).adopted == [A.id]
    assert "another proposal" in reasons([worse, A], refused={})[worse.id]


def test_nobody_is_asked_again_about_what_was_just_refused() -> None:
    refused = {"price.update A shop": "rejected on 1 March: no"}
    assert choose([A, B], refused).adopted == [B.id]
    assert reasons([A, B], refused=refused) == {A.id: "rejected on 1 March: no"}


def test_no_proposals_is_no_choice() -> None:
    assert choose([], {}).adopted == []
