"""How much one person may ask of one brand, and how often a login may be tried: token buckets in memory."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from math import ceil

from domain.clock import Clock
from domain.errors import TooMany

_MOST_KEYS = 50_000


@dataclass(frozen=True)
class Rate:
    """So many at once, and then so many a minute."""

    burst: int
    a_minute: float


class Buckets:
    """A bucket for each key (Turner 1986, the token bucket). Those not asked for longest are forgotten first."""

    def __init__(self, clock: Clock, rate: Rate) -> None:
        self._clock, self._rate, self._lock = clock, rate, threading.Lock()
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> None:
        """Raises TooMany where the bucket is empty."""
        now = self._clock.now().timestamp()
        with self._lock:
            level, since = self._levels.pop(key, (float(self._rate.burst), now))
            level = min(level + max(now - since, 0.0) * self._rate.a_minute / 60, float(self._rate.burst))
            self._levels[key] = (level - 1 if level >= 1 else level, now)
            while len(self._levels) > _MOST_KEYS:
                self._levels.popitem(last=False)
        if level < 1:
            wait = max(ceil((1 - level) * 60 / self._rate.a_minute), 1)
            raise TooMany("That is too much at once.", remedy=f"Try again in {wait} s.", retry_after=wait)
