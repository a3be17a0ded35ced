"""Readings that several answers of one run build on: made once, by whoever needs them first, the same for all."""

from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import Any

from memory.knowledge import KnowledgeBase


class Readings:
    """A run's readings of the store, as of its one moment, by name. Agents that work side by side share them.

    Whoever asks first reads; who asks meanwhile waits for that. A reading that failed is made anew when asked again.
    `knowledge` searches the brand's documents; without an index unless one is given.
    """

    def __init__(self, knowledge: KnowledgeBase | None = None) -> None:
        self.knowledge = knowledge or KnowledgeBase()
        self._guard = Lock()
        self._locks: dict[Hashable, RLock] = {}
        self._read: dict[Hashable, Any] = {}

    def once(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """The value known under this name, else the one that `make` gives now."""
        with self._guard:
            lock = self._locks.setdefault(name, RLock())
        with lock:
            if name not in self._read:
                self._read[name] = make()
            return self._read[name]
