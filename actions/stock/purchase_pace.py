"""How fast a product went while there was stock of it, and how old the last of an order would get."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from store.reads.stock import levels as reads

PACE_DAYS, PACE_WINDOW = 56, timedelta(weeks=52)
_DAY = timedelta(days=1)


def daily_pace(moved: Sequence[reads.Movement], on_hand: int, now: datetime) -> float:
    """Units a day that met demand over the last `PACE_DAYS` days with stock; 0 where there was none all along.

    `moved` is one product's, in the order of time, since `now - PACE_WINDOW`. It is followed backwards from what is on
    hand, so that days on which the shelf was empty do not count as days on which nobody asked.
    """
    level, at, stocked, used = max(on_hand, 0), now, timedelta(0), 0
    for movement in reversed(moved):
        stocked += at - movement.moved_at if level > 0 else timedelta(0)
        at = movement.moved_at
        if stocked >= PACE_DAYS * _DAY:
            break
        if movement.kind != reads.COUNT:
            level = max(level - movement.quantity, 0)
            used -= movement.quantity if movement.kind in reads.USES else 0
    else:
        counted_first = bool(moved) and moved[0].kind == reads.COUNT
        if level > 0 and not counted_first:
            stocked += min(at - (now - PACE_WINDOW), max(PACE_DAYS * _DAY - stocked, timedelta(0)))
    return max(used, 0) / (stocked / _DAY) if stocked else 0.0


def oldest_days(position: int, quantity: int, daily_use: float, lead_days: float) -> float:
    """How many days after its arrival the last unit of an order sells, what is there and under way going first."""
    alone = quantity / daily_use
    return max(alone, (position + quantity) / daily_use - lead_days)
