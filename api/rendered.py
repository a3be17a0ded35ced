"""Rendered rows, kept by the version of the row: one that was changed is rendered anew, and no other."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Rendered(Generic[T]):
    """The most recently shown of one process. A key names the row, its version, and the language it is rendered in."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """None for what is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, rendered: T) -> T:
        """The same, kept in place of what was not shown for longest."""
        with self._lock:
            self._kept[key] = rendered
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return rendered

    def of(self, key: Hashable, render: Callable[[], T]) -> T:
        """What is kept, or is rendered now."""
        kept = self.get(key)
        return self.keep(key, render()) if kept is None else kept
