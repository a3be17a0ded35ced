"""The SuperAdmin's dial: aggressiveness from 0 to 100 as a bounded vector of limits; hard rules are out of its reach.

| aggressiveness | autonomy at most | may change alone | money at stake alone (minor units) |
|---|---|---|---|
| 0 | 0 observe | nothing | nothing |
| 1 to 19 | 1 suggest | nothing | nothing |
| 20 to 59 | 2 act when approved | nothing | nothing |
| 60 to 89 | 3 act within limits | 1 % rising to 3.9 % | 100,000 rising to 390,000 |
| 90 to 100 | 4 act, report after | 4 % rising to 5 % | 400,000 rising to 500,000 |
"""

from dataclasses import dataclass

from domain.autonomy import Autonomy
from domain.errors import InvalidInput


@dataclass(frozen=True)
class DialLimits:
    """How far an agent may go alone at one setting of the dial."""

    autonomy_cap: Autonomy
    alone_limit_bps: int
    alone_limit_minor: int


_STEPS = (
    (90, Autonomy.ACT_AND_REPORT),
    (60, Autonomy.ACT_WITHIN_LIMITS),
    (20, Autonomy.ACT_WHEN_APPROVED),
    (1, Autonomy.SUGGEST),
)
_ALONE_FROM = 60


def dial_limits(aggressiveness: int) -> DialLimits:
    """The limits at a setting of the dial; each rises with it, none falls. Raises InvalidInput outside 0 to 100."""
    if not 0 <= aggressiveness <= 100:
        raise InvalidInput(f"Aggressiveness goes from 0 to 100, not {aggressiveness}.")
    cap = next((level for start, level in _STEPS if aggressiveness >= start), Autonomy.OBSERVE)
    alone_bps = 100 + (aggressiveness - _ALONE_FROM) * 10 if aggressiveness >= _ALONE_FROM else 0
    return DialLimits(cap, alone_bps, alone_bps * 1_000)
