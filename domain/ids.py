"""Identifiers: UUIDv7 (RFC 9562, section 5.7) made from a Context's clock, and their types."""

import os
import random
from typing import NewType, Protocol
from uuid import UUID, uuid5

from domain.clock import Clock

BrandId = NewType("BrandId", UUID)
UserId = NewType("UserId", UUID)
RunId = NewType("RunId", UUID)
ReceiptId = NewType("ReceiptId", UUID)
ActionItemId = NewType("ActionItemId", UUID)

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM_BITS = 74


class Ids(Protocol):
    """A source of new identifiers."""

    def new(self) -> UUID: ...

    def fork(self, name: str) -> "Ids":
        """A source of its own for work of this name that goes on beside other work, whoever comes first."""
        ...


class TimeOrderedIds:
    """UUIDv7s that rise strictly within this source, even when its clock stands still or steps back."""

    def __init__(self, clock: Clock, rng: random.Random | None = None) -> None:
        self._clock = clock
        self._rng = rng
        self._last_ms = -1
        self._tail = 0

    def fork(self, name: str) -> "TimeOrderedIds":
        """Seeded by the name where this source is seeded, so that what runs side by side gets the same ids again."""
        return TimeOrderedIds(self._clock, None if self._rng is None else random.Random(name))

    def _random(self, bits: int) -> int:
        if self._rng is not None:
            return self._rng.getrandbits(bits)
        return int.from_bytes(os.urandom((bits + 7) // 8), "big") >> (-bits % 8)

    def new(self) -> UUID:
        """The next identifier: 48 bits of milliseconds, then 74 bits that start at random and count up."""
        now_ms = int(self._clock.now().timestamp() * 1000)
        if now_ms > self._last_ms:
            self._last_ms, self._tail = now_ms, self._random(_RANDOM_BITS - 1)
        else:
            self._tail += 1 + self._random(24)
        tail = self._tail & ((1 << _RANDOM_BITS) - 1)
        high, low = tail >> 62, tail & ((1 << 62) - 1)
        return UUID(int=(self._last_ms << 80) | _VERSION | (high << 64) | _VARIANT | low)


def derived_id(namespace: UUID, name: str) -> UUID:
    """The same id for the same name in a namespace, always (UUIDv5, RFC 9562, section 5.5)."""
    return uuid5(namespace, name)
