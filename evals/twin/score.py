"""The score over many seeds: how much of the way from nobody to the oracle a crew goes, with its interval."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from threading import Thread
from time import sleep
from typing import Any

import numpy as np
from scipy import special

from evals.twin.bare import new_world, play_bare
from evals.twin.crews import Unlimited
from evals.twin.operator import script
from evals.twin.run import WITHOUT_PRODUCT, lived_history, run_crew
from evals.twin.words import BOUND
from settings import Settings
from simulation.expectation import ANSWERED
from simulation.scenario import Scenario, schedule
from simulation.scenario_file import load_scenario

COMPARED = ("none", "textbook", "oracle")
NO_REFUSALS = "{} without refusals"
COVERAGE = 0.95
_ANSWERS = (0.0, 0.5, ANSWERED)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Match:
    """The terms of a score: a crew against the others, over seeds and days, in a world with these scenarios."""

    crew: str
    seeds: Sequence[int]
    days: int
    scenarios: Sequence[str] = ()
    agents: Sequence[str] = ()
    without_refusals: bool = True


@dataclass
class SeedScore:
    """One seed: each crew's run, and the upper bound's net worth in cents."""

    seed: int
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    upper_bound_minor: int = 0

    def worth(self, crew: str) -> int:
        return self.upper_bound_minor if crew == BOUND else int(self.runs[crew]["net_worth_minor"])


def play_seed(settings: Settings, match: Match, seed: int) -> SeedScore:
    """Play every crew on one seed, each from the same past."""
    from bootstrap import Office

    scenarios = [load_scenario(name) for name in match.scenarios]
    office = Office.open(settings)
    try:
        score = SeedScore(seed)
        with lived_history(office.database, settings, seed, match.days, scenarios) as past:
            for crew in dict.fromkeys((match.crew, *COMPARED)):
                run = run_crew(office.database, past, crew, match.days, scenarios, agents=match.agents)
                score.runs[crew] = run.as_document()
            if match.without_refusals and match.crew not in WITHOUT_PRODUCT:
                free = run_crew(
                    office.database, past, match.crew, match.days, scenarios, agents=match.agents, refuses=0.0
                )
                score.runs[NO_REFUSALS.format(match.crew)] = free.as_document()
    finally:
        office.close()
    score.upper_bound_minor = upper_bound(seed, match.days, scenarios)
    return score


def upper_bound(seed: int, days: int, scenarios: Sequence[Scenario]) -> int:
    """Net worth in cents where stock is always there and prices are the best by the true parameters.

    A relaxation: no lead times, no stock-outs, the best price break for every unit, no limits on prices, nobody to ask;
    and the best of several lists, which differ in how much of the rivals' answer they take as given. Mails and budgets
    stay as they were.
    """
    planned = schedule(scenarios, seed, days)

    def worth(answered: float) -> int:
        world = new_world(seed, days, planned, never_out_of_stock=True)
        return play_bare(world, Unlimited(answered), days).total_minor

    return max(map(worth, _ANSWERS))


def play(settings: Settings, match: Match, report: Progress, processes: int = 2) -> list[SeedScore]:
    """Play all seeds, some at once."""
    scores: list[SeedScore] = []
    alone = {"mp_context": get_context("spawn"), "initializer": end_with, "initargs": (os.getpid(),)}
    with ProcessPoolExecutor(processes, **alone) as pool:
        try:
            waiting = [pool.submit(play_seed, settings, match, seed) for seed in match.seeds]
            for done in as_completed(waiting):
                scores.append(done.result())
                report(f"{len(scores)} of {len(match.seeds)} seeds: seed {scores[-1].seed} is done")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sorted(scores, key=lambda score: score.seed)


def end_with(parent: int) -> None:
    """Let a worker end when the process that asked for it is gone, however that ended."""

    def watch() -> None:
        while os.getppid() == parent:
            sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def score_document(match: Match, scores: Sequence[SeedScore]) -> dict[str, Any]:
    """The keys of `mhos simulate --score`, the table of crews and the runs behind it."""
    worth = {name: np.array([score.worth(name) for score in scores], dtype=float) for name in _names(match, scores)}
    share, low, high = way_to_the_oracle(worth["none"], worth[match.crew], worth["oracle"])
    own = [score.runs[match.crew] for score in scores]
    return {
        "crew": match.crew,
        "agents": list(match.agents),
        "currency": "EUR",
        "days": match.days,
        "scenarios": list(match.scenarios),
        "scenario_seeds": _scenario_seeds(match, own),
        "seeds": list(match.seeds),
        "score": share,
        "score_low": low,
        "score_high": high,
        "violations": sum(int(run["violations"]) for run in own),
        "autonomy_rate": round(float(np.mean([run["autonomy_rate"] for run in own])), 4),
        "interruptions_per_day": round(float(np.mean([run["interruptions_per_day"] for run in own])), 3),
        "per_seed": [
            {"seed": score.seed, "net_worth_minor": {name: score.worth(name) for name in worth}} for score in scores
        ],
        "crews": [_line(name, worth, scores) for name in worth],
        "operator": _operator(own),
    }


def _names(match: Match, scores: Sequence[SeedScore]) -> list[str]:
    order = ["none", "textbook", match.crew, NO_REFUSALS.format(match.crew), "oracle"]
    return [*(name for name in dict.fromkeys(order) if name in scores[0].runs), BOUND]


def _line(name: str, worth: dict[str, np.ndarray], scores: Sequence[SeedScore]) -> dict[str, Any]:
    mean, low, high = interval(worth[name])
    gain, gain_low, gain_high = interval(worth[name] - worth["none"])
    line: dict[str, Any] = {
        "crew": name,
        "net_worth_minor": mean,
        "low": low,
        "high": high,
        "against_none_minor": gain,
        "against_none_low": gain_low,
        "against_none_high": gain_high,
    }
    if name != BOUND:
        runs = [score.runs[name] for score in scores]
        for key in ("stockout_rate", "days_per_second", "world_days_per_second"):
            line[key] = round(float(np.mean([run[key] for run in runs])), 4)
    return line


def interval(values: np.ndarray) -> tuple[int, int, int]:
    """Mean and its 95 % interval by Student's t; the mean alone where there is one value."""
    mean = float(values.mean())
    if values.size < 2:
        return round(mean), round(mean), round(mean)
    reach = float(special.stdtrit(values.size - 1, (1 + COVERAGE) / 2) * values.std(ddof=1) / np.sqrt(values.size))
    return round(mean), round(mean - reach), round(mean + reach)


def way_to_the_oracle(
    none: np.ndarray, crew: np.ndarray, oracle: np.ndarray
) -> tuple[float | None, float | None, float | None]:
    """Mean gain of the crew over mean gain of the oracle, and its 95 % interval: Cochran 1977, equation 6.13, with t.

    Nothing where the oracle itself gains nothing; one seed has no interval but itself.
    """
    gains, best = crew - none, oracle - none
    if best.mean() <= 0:
        return None, None, None
    share = float(gains.mean() / best.mean())
    if none.size < 2:
        return round(share, 4), round(share, 4), round(share, 4)
    error = (gains - share * best).std(ddof=1) / np.sqrt(none.size) / best.mean()
    reach = float(special.stdtrit(none.size - 1, (1 + COVERAGE) / 2) * error)
    return round(share, 4), round(share - reach, 4), round(share + reach, 4)


def _scenario_seeds(match: Match, runs: Sequence[dict[str, Any]]) -> dict[str, int]:
    """On how many of the seeds each scenario began within the run."""
    happened = [{event["scenario"] for event in run.get("events", ())} for run in runs]
    return {name: sum(name in seed for seed in happened) for name in match.scenarios}


def _operator(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The answers of all seeds together."""
    delays: dict[str, int] = {}
    for run in runs:
        for days, count in run["operator"].get("delay_days", {}).items():
            delays[days] = delays.get(days, 0) + count
    answers = {key: sum(run["operator"].get(key, 0) for run in runs) for key in ("approved", "refused", "shown_again")}
    return {"script": script(), "delay_days": dict(sorted(delays.items())), **answers}
