"""Print what the chair's exact choice brings over the greedy rules, and its time against a plain call of scipy's milp.

Run `python -m evals.chair_solver [INSTANCES]`: seeded meetings of three sizes. Both solve the same money program in the
same run; the chair's time holds checking in whole numbers and settling ties, and in the last column the reasons for
those left out and the limits' shadow values as well.
"""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from analytics.selection.choice import choose
from analytics.selection.contest import Contender, Contest, Limit

_WEEKS, _PRODUCTS = 8, 20


@dataclass(frozen=True)
class Meeting:
    """How many proposals compete, how many people can look at, and which share of all that is asked for there is.

    Of each thing there is enough for any single proposal.
    """

    proposals: int
    attention: int
    share: float


MEETINGS: Mapping[str, Meeting] = {
    "20 proposals, 5 looked at": Meeting(20, 5, 0.25),
    "200 proposals, 10 looked at": Meeting(200, 10, 0.05),
    "200 proposals, 60 looked at": Meeting(200, 60, 0.10),
}


def meeting(seed: int, size: Meeting) -> Contest:
    """Proposals that need attention, money, cash of one week and units of one product; a third share a subject."""
    random = np.random.default_rng(seed)
    money = random.lognormal(11, 1, size.proposals).astype(int)
    weeks, products = random.integers(0, _WEEKS, size.proposals), random.integers(0, _PRODUCTS, size.proposals)
    units = random.integers(1, 200, size.proposals)
    shared = random.random(size.proposals) < 1 / 3
    contenders = [
        Contender(
            f"p{place:03d}",
            int(money[place] * random.uniform(0.02, 0.6)),
            {
                "attention": 1,
                "money": int(money[place]),
                f"cash {weeks[place]}": int(money[place]),
                f"stock {products[place]:02d}": int(units[place]),
            },
            f"s{place // 3}" if shared[place] else "",
            trust_bps=int(random.integers(3_000, 10_001)),
        )
        for place in range(size.proposals)
    ]
    names = sorted({name for contender in contenders for name in contender.uses})
    asked = {name: sum(contender.uses.get(name, 0) for contender in contenders) for name in names}
    largest = {name: max(contender.uses.get(name, 0) for contender in contenders) for name in names}
    limits = [Limit(name, max(int(asked[name] * size.share), largest[name])) for name in names if name != "attention"]
    return Contest(contenders, [Limit("attention", size.attention, step=1), *limits])


def plain(contest: Contest) -> Callable[[], float]:
    """A plain call of `scipy.optimize.milp` on the same program, to optimality, made ready beforehand."""
    rows = [*contest.limit_rows, *contest.subject_rows]
    matrix = np.zeros((len(rows), len(contest.contenders)))
    for number, row in enumerate(rows):
        matrix[number, list(row.uses)] = list(row.uses.values())
    worth = np.array([float(contender.worth_minor) for contender in contest.contenders])
    bounds = np.array([float(row.bound) for row in rows])
    limits = LinearConstraint(csr_array(matrix), -np.inf, bounds)  # pyright: ignore[reportArgumentType]
    whole = np.ones(len(worth))

    def solve() -> float:
        optimum = milp(-worth, integrality=whole, bounds=Bounds(0, 1), constraints=limits, options={"mip_rel_gap": 0.0})
        return -float(optimum.fun)

    return solve


def main(instances: int = 20) -> None:
    """Print the table."""
    choose([Contender("a", 1, {"attention": 1})], [Limit("attention", 0)])
    over = ("over value", "over density", "worst")
    table = Table("meeting", "limits", "proven", *over, "milp", "chair", "×", "with reasons", box=None)
    for name, size in MEETINGS.items():
        table.add_row(name, *_row([meeting(seed, size) for seed in range(instances)]))
    console = Console(width=max(Console().width, 150))
    console.print(table)
    console.print("Value of the exact choice over the greedy ones: means, and the worst greedy; times are medians.")


def _row(contests: list[Contest]) -> list[str]:
    measured = [_measure(contest) for contest in contests]
    proven, by_value, by_density, plainly, chair, reasons = (np.array(column) for column in zip(*measured, strict=True))
    return [
        f"{np.mean([len(contest.limits) for contest in contests]):.0f}",
        f"{proven.sum():.0f}/{len(contests)}",
        f"{by_value.mean():.3f}",
        f"{by_density.mean():.3f}",
        f"{max(by_value.max(), by_density.max()):.3f}",
        f"{1e3 * np.median(plainly):.0f} ms",
        f"{1e3 * np.median(chair):.0f} ms",
        f"{np.median(chair / plainly):.1f}",
        f"{np.median(reasons):.2f} s",
    ]


def _measure(contest: Contest) -> tuple[float, ...]:
    solve = plain(contest)
    began = time.perf_counter()
    optimum = solve()
    plainly = time.perf_counter() - began
    began = time.perf_counter()
    quick = choose(contest.contenders, contest.limits, explained=0, shadows=False)
    chair = time.perf_counter() - began
    began = time.perf_counter()
    choose(contest.contenders, contest.limits)
    reasons = time.perf_counter() - began
    if quick.proven and abs(quick.value_minor - optimum) > 0.5:
        raise AssertionError(f"the chair found {quick.value_minor}, a plain call {optimum}")
    value = quick.value_minor
    return quick.proven, value / quick.by_value_minor, value / quick.by_density_minor, plainly, chair, reasons


if __name__ == "__main__":
    main(*(int(count) for count in sys.argv[1:2]))
