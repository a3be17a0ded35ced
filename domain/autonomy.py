"""How far an agent may act alone: the smallest of charter cap, dial and what it has earned."""

from enum import IntEnum


class Autonomy(IntEnum):
    """Levels of acting alone, per brand, agent and action kind."""

    OBSERVE = 0
    SUGGEST = 1
    ACT_WHEN_APPROVED = 2
    ACT_WITHIN_LIMITS = 3
    ACT_AND_REPORT = 4


def effective_autonomy(charter_cap: Autonomy, dial: Autonomy, earned: Autonomy) -> Autonomy:
    """Effective = min(charter cap, dial, earned)."""
    return min(charter_cap, dial, earned)
