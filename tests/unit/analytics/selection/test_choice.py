"""The chair's choice is the best there is, whatever the order, and says why the rest was left out."""

import itertools
import subprocess
import sys
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.selection.choice import Selection, choose
from analytics.selection.contest import Contender, Contest, Limit, greedy
from analytics.selection.program import Constraint, Effort, maximise
from analytics.statistics.errors import InvalidNumbers
from tests.examples import examples

ATTENTION = Limit("attention", 2, step=1)


def bid(key: str, value: int | None, subject: str = "", mends: int = 0, weight: int = 1, **uses: int) -> Contender:
    return Contender(key, value, {"attention": 1, **uses}, subject, mends, weight=weight)


def random_contest(seed: int, most: int = 10) -> Contest:
    """A small contest with everything in it: groups, risks, no-money proposals, losses, things brought in, ties."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, most + 1))
    names = ["attention", "cash", "stock"][: int(random.integers(1, 4))]
    contenders = [
        Contender(
            f"p{place:02d}",
            None if random.random() < 0.2 else int(random.integers(-3, 12)),
            {name: int(random.integers(-2, 7)) for name in names if random.random() < 0.8},
            str(random.integers(0, 4)) if random.random() < 0.5 else "",
            int(random.random() < 0.2) * int(random.integers(1, 3)),
            int(random.choice([10_000, 10_000, 5_000])),
            int(random.integers(0, 3)),
        )
        for place in range(count)
    ]
    return Contest(contenders, [Limit(name, int(random.integers(-2, 16))) for name in names])


def best_by_enumeration(contest: Contest, forced: str = "") -> tuple[int, int, int, int, tuple[str, ...]] | None:
    """Risk mended, money, importance, fewest and earliest: the best of all subsets, by looking at each."""
    best = None
    for taken in itertools.product((False, True), repeat=len(contest.contenders)):
        chosen = [contender for contender, is_taken in zip(contest.contenders, taken, strict=True) if is_taken]
        used = {limit.name: sum(contender.uses.get(limit.name, 0) for contender in chosen) for limit in contest.limits}
        subjects = [contender.subject for contender in chosen if contender.subject]
        if any(used[limit.name] > max(limit.amount, 0) for limit in contest.limits):
            continue
        if len(set(subjects)) < len(subjects) or (forced and forced not in {contender.key for contender in chosen}):
            continue
        places = sum(place for place, is_taken in enumerate(taken) if is_taken)
        merit = (
            sum(contender.mends for contender in chosen),
            sum(contender.worth_minor for contender in chosen),
            sum(contender.importance for contender in chosen),
            -(len(contest.contenders) ** 2 * len(chosen) + places),
            tuple(sorted(contender.key for contender in chosen)),
        )
        best = merit if best is None or merit[:4] > best[:4] else best
    return best


def decide(contest: Contest, explained: int = 60) -> Selection:
    return choose(contest.contenders, contest.limits, explained=explained)


def short_of(selection: Selection, place: int = 0) -> list[tuple[str, int, int]]:
    return [(short.limit, short.needed, short.left) for short in selection.left_out[place].shortfalls]


@pytest.mark.parametrize("seed", range(60))
def test_no_choice_is_better_than_the_one_made(seed: int) -> None:
    contest = random_contest(seed)
    selection, best = decide(contest, explained=0), best_by_enumeration(contest)
    assert best is not None
    by_key = {contender.key: contender for contender in contest.contenders}
    places = {contender.key: place for place, contender in enumerate(contest.contenders)}
    size = len(selection.adopted)
    ties = -(len(by_key) ** 2 * size + sum(places[key] for key in selection.adopted))
    importance = sum(by_key[key].importance for key in selection.adopted)
    assert (selection.mended, selection.value_minor, importance, ties) == best[:4]
    assert selection.proven
    assert selection.at_most_minor == selection.value_minor
    assert sorted([*selection.adopted, *(excluded.key for excluded in selection.left_out)]) == sorted(by_key)


@pytest.mark.parametrize("seed", range(20))
def test_what_each_one_left_out_would_cost_is_the_best_choice_with_it(seed: int) -> None:
    contest = random_contest(seed, most=8)
    selection = decide(contest)
    for excluded in selection.left_out:
        best = best_by_enumeration(contest, forced=excluded.key)
        assert (best is None) == (excluded.reason == "impossible")
        if best is not None:
            assert excluded.instead is not None
            assert excluded.instead.loss_minor == selection.value_minor - best[1]
            assert excluded.instead.mends_lost == selection.mended - best[0]


@pytest.mark.parametrize("seed", range(20))
def test_a_shadow_value_is_what_a_step_more_would_bring(seed: int) -> None:
    contest = random_contest(seed, most=8)
    selection = decide(contest, explained=0)
    for place, use in enumerate(selection.limits):
        wider = replace(contest.limits[place], amount=use.amount + use.relaxed_by)
        best = best_by_enumeration(
            Contest(contest.contenders, [*contest.limits[:place], wider, *contest.limits[place + 1 :]])
        )
        assert best is not None
        assert use.shadow_mends == best[0] - selection.mended
        assert best[0] >= selection.mended
        assert use.shadow_minor == best[1] - selection.value_minor
        assert best[:2] >= (selection.mended, selection.value_minor)


@given(seed=st.integers(0, 10_000), shuffle=st.randoms(use_true_random=False))
@settings(max_examples=examples(25), deadline=None)
def test_the_order_of_the_input_does_not_matter(seed: int, shuffle: object) -> None:
    contest = random_contest(seed)
    contenders, limits = list(contest.contenders), list(contest.limits)
    shuffle.shuffle(contenders)  # type: ignore[attr-defined]
    shuffle.shuffle(limits)  # type: ignore[attr-defined]
    assert choose(contenders, limits) == decide(contest)


def test_a_knapsack_has_its_published_optimum() -> None:
    """P08 of Burkardt's KNAPSACK_01 data (24 objects, capacity 6 404 180): optimum 13 549 094."""
    weights = (
        "382745 799601 909247 729069 467902 44328 34610 698150 823460 903959 853665 551830 610856 670702 488960 951111 "
        "323046 446298 931161 31385 496951 264724 224916 169684"
    )
    profits = (
        "825594 1677009 1676628 1523970 943972 97426 69666 1296457 1679693 1902996 1844992 1049289 1252836 1319836 "
        "953277 2067538 675367 853655 1826027 65731 901489 577243 466257 369261"
    )
    pairs = zip(weights.split(), profits.split(), strict=True)
    bids = [Contender(f"{place:02d}", int(profit), {"kg": int(kg)}) for place, (kg, profit) in enumerate(pairs)]
    selection = choose(bids, [Limit("kg", 6_404_180)], explained=0)
    assert selection.value_minor == 13_549_094
    assert selection.limits[0].used == 6_402_560


@pytest.mark.parametrize(("budget", "optimum"), [(600, 141_278), (500, 130_883)])
def test_capital_budgeting_has_its_published_optimum(budget: int, optimum: int) -> None:
    """Weingartner & Ness 1967, problems 1 and 2, as in OR-Library's mknap2: 28 projects, two budgets."""
    value = (
        "1898 440 22507 270 14148 3100 4650 30800 615 4975 1160 4225 510 11880 479 440 490 330 110 560 24355 2885 "
        "11748 4550 750 3720 1950 10500"
    )
    first = "45 0 85 150 65 95 30 0 170 0 40 25 20 0 0 25 0 0 25 0 165 0 85 0 0 0 0 100"
    second = "30 20 125 5 80 25 35 73 12 15 15 40 5 10 10 12 10 9 0 20 60 40 50 36 49 40 19 150"
    columns = zip(value.split(), first.split(), second.split(), strict=True)
    bids = [Contender(f"{i:02d}", int(v), {"a": int(a), "b": int(b)}) for i, (v, a, b) in enumerate(columns)]
    assert choose(bids, [Limit("a", budget), Limit("b", budget)], explained=0).value_minor == optimum


def best_by_table(uses: list[int], values: list[int], room: int) -> int:
    """Bellman's dynamic program for one limit, in whole numbers (Kellerer, Pferschy & Pisinger 2004, section 2.3)."""
    best = [0] * (room + 1)
    for use, value in zip(uses, values, strict=True):
        for free in range(room, use - 1, -1):
            best[free] = max(best[free], best[free - use] + value)
    return best[room]


@pytest.mark.parametrize("scale", [1, 10**6, 10**9])
def test_large_amounts_lose_no_unit(scale: int) -> None:
    """Amounts of any size fit a capacity that a table of whole numbers solves exactly."""
    random = np.random.default_rng(scale % 97)
    uses = [int(use) for use in random.integers(1, 60, 40)]
    values = [use * scale + int(random.integers(0, 50)) for use in uses]
    best = best_by_table(uses, values, sum(uses) // 4)
    bids = [Contender(f"{i:02d}", values[i], {"room": uses[i]}) for i in range(len(uses))]
    assert choose(bids, [Limit("room", sum(uses) // 4)], explained=0).value_minor == best


def test_the_largest_amounts_of_all_are_chosen_to_within_what_it_says() -> None:
    random = np.random.default_rng(3)
    uses = [int(use) for use in random.integers(1, 60, 25)]
    values = [use * 10**13 + int(random.integers(0, 50)) for use in uses]
    best = best_by_table(uses, values, sum(uses) // 4)
    bids = [Contender(f"{i:02d}", values[i], {"room": uses[i]}) for i in range(len(uses))]
    selection = choose(bids, [Limit("room", sum(uses) // 4)], explained=0)
    assert selection.value_minor <= best <= selection.at_most_minor <= selection.value_minor * (1 + 1e-11)


def test_one_unit_too_much_is_too_much_even_among_the_largest_amounts() -> None:
    whole = 9 * 10**15
    bids = [Contender("a", 5, {"cash": whole // 2}), Contender("b", 4, {"cash": whole // 2 + 1}), Contender("c", 1, {})]
    selection = choose(bids, [Limit("cash", whole)])
    assert selection.adopted == ("a", "c")
    assert selection.left_out[0].shortfalls[0].needed - selection.left_out[0].shortfalls[0].left == 1
    assert choose(bids, [Limit("cash", whole + 1)]).adopted == ("a", "b", "c")


def test_one_left_out_says_what_it_would_displace_and_lose() -> None:
    bids = [bid("a", 900, cash=300), bid("b", 500, cash=300), bid("c", 400, cash=100), bid("d", 300, cash=50)]
    selection = choose(bids, [ATTENTION, Limit("cash", 500)])
    assert selection.adopted == ("a", "c")
    b, d = selection.left_out
    assert (b.key, b.reason, b.rivals) == ("b", "limit", ("a", "c"))
    assert short_of(selection) == [("attention", 1, 0), ("cash", 300, 100)]
    assert b.instead is not None
    assert (b.instead.displaced, b.instead.joining, b.instead.loss_minor) == (("a",), (), 400)
    assert d.instead is not None
    assert (d.instead.displaced, d.instead.loss_minor) == (("c",), 100)
    attention, cash = selection.limits
    assert (attention.used, attention.shadow_minor, attention.joining) == (2, 300, ("d",))
    assert (cash.left, cash.relaxed_by, cash.shadow_minor) == (100, 50, 0)


def test_a_risk_is_mended_before_money_is_made() -> None:
    selection = choose([bid("a", 900), bid("b", 800), bid("c", -50, mends=1)], [ATTENTION])
    assert selection.adopted == ("c", "a")
    assert selection.mended == 1
    assert selection.left_out[0].instead is not None
    assert selection.left_out[0].instead.displaced == ("a",)


def test_a_risk_that_cannot_be_mended_says_what_it_lacks() -> None:
    selection = choose([bid("a", 5), bid("fix", 0, mends=3, cash=700)], [ATTENTION, Limit("cash", 500)])
    assert selection.unmended == ("fix",)
    assert selection.left_out[0].reason == "impossible"
    assert short_of(selection) == [("cash", 700, 500)]


def test_of_one_subject_one_is_adopted() -> None:
    selection = choose([bid("a", 9, "x"), bid("b", 8, "x"), bid("c", 1)], [ATTENTION])
    assert selection.adopted == ("a", "c")
    assert (selection.left_out[0].reason, selection.left_out[0].rivals) == ("same_subject", ("a",))


def test_what_has_no_value_in_money_gets_the_attention_that_money_leaves() -> None:
    free = [bid("slogan", None, weight=2), bid("title", None, weight=5), bid("photo", None, weight=1)]
    assert choose([bid("a", 1), *free], [ATTENTION]).adopted == ("a", "title")
    distrusted = replace(free[1], trust_bps=1_000)
    assert choose([bid("a", 1), free[0], distrusted], [ATTENTION]).adopted == ("a", "slogan")


def test_trust_discounts_hopes_and_not_fears() -> None:
    assert Contender("a", 100, trust_bps=2_500).worth_minor == 25
    assert Contender("a", -100, trust_bps=2_500).worth_minor == -100
    assert [Contender("a", value, trust_bps=5_000).worth_minor for value in (1, 3, 5)] == [0, 2, 2]


def test_nothing_is_adopted_for_nothing() -> None:
    selection = choose([bid("zero", 0), bid("loss", -5), bid("unweighed", None, weight=0)], [ATTENTION])
    assert selection.adopted == ()
    assert {excluded.reason for excluded in selection.left_out} == {"no_gain"}
    assert selection.left_out[-1].instead is not None
    assert selection.left_out[-1].instead.loss_minor == 5


def test_a_loss_is_taken_for_the_cash_that_it_frees() -> None:
    sale, order = bid("clearance", -50, cash=-400), bid("order", 300, cash=500)
    assert choose([sale, order], [ATTENTION, Limit("cash", 100)]).adopted == ("order", "clearance")


def test_an_overdrawn_limit_stops_what_draws_on_it_and_nothing_else() -> None:
    selection = choose([bid("a", 9, cash=1), bid("b", 8)], [ATTENTION, Limit("cash", -300)])
    assert selection.adopted == ("b",)
    assert selection.limits[1].left == 0


def test_equal_choices_are_settled_by_fewer_then_earlier() -> None:
    assert choose([bid("c", 5), bid("b", 5), bid("a", 5)], [ATTENTION]).adopted == ("a", "b")
    assert choose([bid("a", 4), bid("b", 6), bid("c", 10)], [Limit("attention", 9)]).value_minor == 20
    halves = [bid("a", 5, cash=1), bid("b", 5, cash=1), bid("whole", 10, cash=2)]
    assert choose(halves, [ATTENTION, Limit("cash", 2)]).adopted == ("whole",)


def test_it_beats_both_greedy_rules_where_they_go_wrong() -> None:
    bids = [bid("big", 60, cash=10), bid("x", 50, cash=5), bid("y", 50, cash=5)]
    by_value = choose(bids, [ATTENTION, Limit("cash", 10)])
    assert (by_value.value_minor, by_value.by_value_minor) == (100, 60)
    dense = [Contender("small", 10, {"cash": 1}), Contender("large", 90, {"cash": 10})]
    by_density = choose(dense, [Limit("cash", 10)])
    assert (by_density.value_minor, by_density.by_density_minor) == (90, 10)


def test_nothing_to_choose_from_is_an_empty_choice() -> None:
    selection = choose([], [ATTENTION])
    assert (selection.adopted, selection.left_out, selection.value_minor, selection.proven) == ((), (), 0, True)
    assert selection.limits[0].shadow_minor == 0
    assert choose([Contender("a", 5)], []).adopted == ("a",)


def hard(seed: int = 5, count: int = 90, rows: int = 12) -> Contest:
    random = np.random.default_rng(seed)
    uses = random.integers(1, 1000, (count, rows))
    values = uses.mean(axis=1) + random.integers(0, 300, count)
    limits = [Limit(f"r{row}", int(uses[:, row].sum() // 3)) for row in range(rows)]
    bids = [
        Contender(f"{i:03d}", int(values[i]), {f"r{row}": int(use) for row, use in enumerate(uses[i])})
        for i in range(count)
    ]
    return Contest(bids, limits)


@pytest.mark.parametrize("effort", [Effort(nodes=20_000, seconds=0.0), Effort(nodes=1, seconds=1.0)])
def test_out_of_time_it_gives_a_choice_that_holds_and_is_no_worse_than_greedy(effort: Effort) -> None:
    contest = hard()
    selection = choose(contest.contenders, contest.limits, effort=effort)
    chosen = [place for place, contender in enumerate(contest.contenders) if contender.key in selection.adopted]
    assert contest.fits(chosen)
    assert not selection.proven
    assert selection.value_minor >= max(selection.by_value_minor, selection.by_density_minor) > 0
    assert selection.at_most_minor > selection.value_minor
    assert all(
        excluded.reason == "limit" and excluded.shortfalls and excluded.instead is None
        for excluded in selection.left_out
    )
    assert all(use.shadow_minor is None for use in selection.limits)


def test_greedy_takes_what_fits_in_order() -> None:
    contest = Contest([bid("a", 9, cash=9), bid("b", 8, cash=5), bid("c", 7, cash=4)], [ATTENTION, Limit("cash", 9)])
    assert greedy(contest, "value") == {0}
    assert greedy(contest, "density") == {1, 2}


def test_an_answer_that_breaks_a_row_is_not_taken() -> None:
    """Rows too fine for floating point: the cover that broke them is forbidden and the search goes on."""
    fine = Constraint({0: 2**53, 1: 2**53 - 1, 2: 1}, 2**54 - 1)
    solved = maximise([10, 10, 1], [fine], (), Effort().started())
    assert solved.chosen is not None
    assert fine.holds(solved.chosen)
    assert sum([10, 10, 1][index] for index in solved.chosen) == 20


@pytest.mark.parametrize(
    ("contenders", "limits"),
    [
        ([bid("a", 1), bid("a", 2)], [ATTENTION]),
        ([bid("a", 1)], [ATTENTION, ATTENTION]),
        ([bid("a", 1, cash=3)], [ATTENTION]),
        ([bid("a", 1.5)], [ATTENTION]),  # type: ignore[arg-type]
        ([bid("a", float("nan"))], [ATTENTION]),  # type: ignore[arg-type]
        ([bid("a", 2**53 + 1)], [ATTENTION]),
        ([bid("a", 1)], [Limit("attention", float("inf"))]),  # type: ignore[arg-type]
        ([bid("a", 1)], [Limit("attention", 1, step=0)]),
        ([bid("a", 1, mends=-1)], [ATTENTION]),
        ([replace(bid("a", 1), trust_bps=10_001)], [ATTENTION]),
    ],
)
def test_senseless_input_is_refused(contenders: list[Contender], limits: list[Limit]) -> None:
    with pytest.raises(InvalidNumbers):
        choose(contenders, limits)


def test_nothing_of_the_solvers_own_reaches_stdout() -> None:
    """HiGHS prints a stray line on some of these when called plainly."""
    code = (
        "import ctypes, numpy as np; from analytics.selection.contest import Contender, Limit; "
        "from analytics.selection.program import _stdout_kept_clean\n"
        "libc = ctypes.CDLL(None)\n"
        "with _stdout_kept_clean(): libc.puts(b'stray')\n"
        "print('answer')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "answer\n"
    assert "stray" in run.stderr


@given(seed=st.integers(0, 10_000), by=st.sampled_from(["value", "density"]))
@settings(max_examples=examples(200), deadline=None)
def test_the_greedy_choice_takes_each_that_still_fits(seed: int, by: Literal["value", "density"]) -> None:
    contest = random_contest(seed)
    shares = [
        max([row.uses.get(index, 0) / max(row.bound, 1) for row in contest.limit_rows] + [1e-9])
        for index in range(len(contest.contenders))
    ]

    def order(index: int) -> tuple[float, float, int, str]:
        mends, worth, importance, key = contest.contenders[index].rank
        return mends, worth / shares[index] if by == "density" else worth, importance, key

    for start in ((), (0,)):
        chosen = set(start)
        for index in sorted(range(len(shares)), key=order):
            contender = contest.contenders[index]
            gains = contender.mends or contender.worth_minor > 0 or contender.importance > 0
            if gains and contest.fits(chosen | {index}):
                chosen.add(index)
        assert greedy(contest, by, start) == chosen
