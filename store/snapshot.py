"""A run's snapshot: facts that were read once as of its one moment, and that all its sessions share."""

from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from threading import Lock, RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

from store.session import BrandSession

P = ParamSpec("P")
T = TypeVar("T")


class Snapshot:
    """Values by name: made once, by whoever needs them first, the same for all.

    Whoever asks first reads; who asks meanwhile waits for that. A reading that failed is made anew when asked again.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._locks: dict[Hashable, RLock] = {}
        self._read: dict[Hashable, Any] = {}

    def once(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """The value known under this name, else the one that `make` gives now."""
        if name in self._read:
            return self._read[name]
        with self._guard:
            lock = self._locks.setdefault(name, RLock())
        with lock:
            if name not in self._read:
                self._read[name] = make()
            return self._read[name]


def read_once(
    read: Callable[Concatenate[BrandSession, P], T],
) -> Callable[Concatenate[BrandSession, P], T]:
    """A read of facts that is made once a run for the same arguments. Its result is shared, and must not be changed.

    Sessions without a snapshot read each time.
    """

    @wraps(read)
    def reading(session: BrandSession, /, *args: P.args, **kwargs: P.kwargs) -> T:
        snapshot = session.snapshot
        if snapshot is None:
            return read(session, *args, **kwargs)
        context = session.ctx
        name = (read, context.brand_id, context.known_until, _key(args), _key(kwargs))
        value: T = snapshot.once(name, lambda: _detached(session, lambda: read(session, *args, **kwargs)))
        return value

    return reading


def _detached(session: BrandSession, read: Callable[[], T]) -> T:
    """What `read` gives, its rows let go by the session, whose rollback would expire them for all who share them."""
    before = [*session.identity_map.values(), *session.new]
    known = {id(row) for row in before}
    value = read()
    for row in [row for row in session.identity_map.values() if id(row) not in known]:
        session.expunge(row)
    return value


def _key(arguments: Any) -> Hashable:
    """Arguments as what a dictionary takes for a key; a value that is none raises TypeError there."""
    if isinstance(arguments, list | tuple):
        return tuple(map(_key, arguments))
    if isinstance(arguments, set | frozenset):
        return frozenset(arguments)
    if isinstance(arguments, Mapping):
        return tuple((name, _key(value)) for name, value in arguments.items())
    return arguments
