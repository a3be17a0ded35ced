"""Short worlds to look at: made, lived for some days, and compared field by field."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from simulation.happenings import Day
from simulation.practice import StandingRule
from simulation.scenario import Scenario, Schedule, schedule
from simulation.scenario_file import load_scenario
from simulation.world import Plan, World

START = date(2024, 1, 1)
RUN_DAYS = 400


def new_world(seed: int, history_days: int, happens: Schedule | None = None) -> World:
    """A world on its first day, which orders little and often, so that a short life sees many orders."""
    world = World(Plan(seed, START, history_days, RUN_DAYS, happens or Schedule()))
    world.standing_rule = StandingRule(weeks=4.0)
    return world


def live(world: World, days: int, each_morning: Callable[[World], None] | None = None) -> list[Day]:
    """The next days of a world; `each_morning` acts before the shop opens."""
    lived = []
    for _ in range(days):
        if each_morning is not None:
            each_morning(world)
        lived.append(world.step())
    return lived


def opened(seed: int, history_days: int, happens: Schedule | None = None) -> World:
    """A world that has lived its history, on the morning of its first day of the run; scenarios begin no earlier."""
    world = deepcopy(_lived(seed, history_days))
    world.plan = replace(world.plan, schedule=happens or Schedule())
    return world


@cache
def _lived(seed: int, history_days: int) -> World:
    world = new_world(seed, history_days)
    live(world, history_days)
    return world


def shipped(name: str, seed: int = 1, days: int = 150) -> Schedule:
    return schedule([load_scenario(name)], seed, days)


def happening(*events: Mapping[str, Any], seed: int = 1) -> Schedule:
    """A schedule of events that are written as in a scenario's file."""
    document = {"name": "made", "title": "Made", "about": "Made for a test.", "events": list(events)}
    return schedule([Scenario.model_validate(document)], seed, RUN_DAYS)


def same(left: Any, right: Any) -> bool:
    """Whether two things hold the same values all the way down."""
    if isinstance(left, np.ndarray):
        return np.array_equal(left, right)
    if is_dataclass(left) and type(left) is type(right):
        return all(same(getattr(left, each.name), getattr(right, each.name)) for each in fields(left))
    if isinstance(left, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(same(*pair) for pair in zip(left, right, strict=True))
    return bool(left == right)


def differing(left: Sequence[Day], right: Sequence[Day]) -> set[str]:
    """The fields of `Day` in which two lives differ on any day."""
    names = [each.name for each in fields(Day)]
    pairs = list(zip(left, right, strict=True))
    return {name for name in names if not all(same(getattr(a, name), getattr(b, name)) for a, b in pairs)}
