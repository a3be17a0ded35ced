"""Ablations leave out the part of a meeting that they name, and count the difference that it made."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from domain.prediction import Prediction
from domain.stock import PurchaseLine, PurchaseOrderCreate
from evals.twin.ablations import CREW, NO_CHALLENGE, NO_SOLVER, ONE, table, variants
from evals.twin.counted import CHALLENGE, SOLVER, CountedChair
from evals.twin.greedy import greedy
from store.tables import ProposalRow
from virtual_office.meeting.chair import Grounds, choose
from virtual_office.meeting.limits import CASH
from virtual_office.meeting.revision import Revision

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def order(supplier: str, expected_minor: int, cost_minor: int, quantity: int = 1) -> ProposalRow:
    line = PurchaseLine(sku="A", quantity=quantity, unit_cost_minor=cost_minor)
    action = PurchaseOrderCreate(supplier=supplier, lines=(line,), currency="EUR")
    return ProposalRow(
        id=uuid4(), run_id=uuid4(), agent="inventory_forecaster", request_hash=supplier, kind=action.kind,
        action=action.model_dump(mode="json"), text="", prediction={}, expected_minor=expected_minor, label="trusted",
        created_at=WHEN,
    )  # fmt: skip


def promise(value: int) -> Prediction:
    return Prediction(value=value, low=value, high=value, unit="EUR.minor", horizon_days=7, check_at=WHEN)


BIG, ONE_ORDER, OTHER = order("S1", 500, 9_000), order("S2", 300, 5_000), order("S3", 280, 5_000)
TIGHT = Grounds({}, limits={CASH: 10_000}, currency="EUR")
ALL = [BIG, ONE_ORDER, OTHER]


def test_the_best_promise_first_takes_the_big_one_and_the_program_the_two() -> None:
    assert greedy(ALL, TIGHT).adopted == [BIG.id]
    assert set(choose(ALL, TIGHT).adopted) == {ONE_ORDER.id, OTHER.id}


def test_what_was_refused_or_struck_or_promises_nothing_is_not_taken_first_either() -> None:
    grounds = Grounds({"purchase_order.create order @ S1": "no"}, struck={ONE_ORDER.id: "no"}, currency="EUR")
    assert greedy([*ALL, order("S4", 0, 1)], grounds).adopted == [OTHER.id]


def test_a_meeting_without_the_solver_decides_by_the_best_promise_and_both_are_counted() -> None:
    whole, without = CountedChair(), CountedChair([SOLVER])
    assert set(whole(ALL, TIGHT).adopted) == {ONE_ORDER.id, OTHER.id}
    assert without(ALL, TIGHT).adopted == [BIG.id]
    assert (whole.counts.decisions, whole.counts.by_solver, without.counts.by_solver) == (1, 1, 1)
    later = [order("S1", 500, 9_000), order("S2", 300, 5_000)]
    whole(later, Grounds({}, currency="EUR"))
    assert (whole.counts.decisions, whole.counts.by_solver) == (2, 1), "with enough of everything both take all"


def test_a_meeting_that_decides_again_counts_once_by_its_last_decision() -> None:
    whole = CountedChair()
    whole(ALL, TIGHT)
    whole(ALL, Grounds({}, currency="EUR"))
    assert (whole.counts.decisions, whole.counts.by_solver) == (1, 0)


def test_a_challenge_counts_where_it_changed_who_is_adopted_or_an_amount() -> None:
    gone = Revision(BIG.action, promise(0), 0)
    smaller = {**BIG.action, "lines": [{**BIG.action["lines"][0], "quantity": 2}]}
    for revisions, challenged, by_challenge, amounts in (
        ({}, 0, 0, 0),
        ({BIG.id: Revision(BIG.action, promise(490), 490)}, 1, 0, 0),
        ({BIG.id: gone}, 1, 1, 0),
        ({BIG.id: Revision(smaller, promise(500), 500)}, 1, 1, 1),
    ):
        chair = CountedChair()
        chair([BIG], Grounds({}, revisions=revisions, currency="EUR"))
        counts = chair.counts
        assert (counts.challenged, counts.by_challenge, counts.amounts) == (challenged, by_challenge, amounts)


def test_the_variants_differ_by_one_thing_each() -> None:
    by_name = variants(("a", "b"))
    assert by_name[CREW].without == ()
    assert by_name[NO_CHALLENGE].without == (CHALLENGE,)
    assert by_name[NO_SOLVER].without == (SOLVER,)
    assert {by_name[name].agents for name in (CREW, NO_CHALLENGE, NO_SOLVER, "oracle")} == {("a", "b")}
    assert by_name[ONE].agents == ("pricing_director",)


def test_the_table_pairs_by_seed() -> None:
    """Worlds differ by far more than crews: only differences within a seed tell."""

    def run(worth: int) -> dict[str, Any]:
        counts = {"decisions": 13, "challenged": 4, "by_challenge": 3, "amounts": 2, "by_solver": 1}
        return {"net_worth_minor": worth * 100, "violations": 0, "days": 91, "stockout_rate": 0.02, "decisions": counts}

    gains = {"none": 0, "textbook": 10, ONE: 100, CREW: 600, NO_CHALLENGE: 500, NO_SOLVER: 590, "oracle": 1_000}
    runs_by_seed = {
        seed: {name: run(level + gain) for name, gain in gains.items()} for seed, level in ((1, 9_000), (2, 50_000))
    }
    said = table(runs_by_seed)
    assert f"{CREW} - none: +600 (+600 to +600)" in said
    assert f"{CREW} - {NO_CHALLENGE}: +100 (+100 to +100)" in said
    assert "way from none to oracle: 60.0%; alone 10.0%" in said
    assert (
        "of 26 decisions 8 had a challenge that changed a promise, which changed the outcome of 6 (4 amounts)" in said
    )
