"""A snapshot makes each value once, whoever asks, and each read once for the same arguments and moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from store.snapshot import Snapshot, read_once

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BRAND = uuid4()


def session(snapshot: Snapshot | None, moment: datetime = NOW, brand: Any = BRAND) -> Any:
    return SimpleNamespace(
        snapshot=snapshot, identity_map={}, new=(), ctx=SimpleNamespace(brand_id=brand, known_until=moment)
    )


def test_those_who_ask_at_once_wait_for_the_first() -> None:
    snapshot, made, together = Snapshot(), [], Barrier(4)

    def ask() -> int:
        together.wait()
        return snapshot.once("name", lambda: made.append(1) or len(made))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: ask(), range(4))) == [1, 1, 1, 1]


def test_a_reading_that_failed_is_made_anew() -> None:
    snapshot = Snapshot()
    with pytest.raises(ZeroDivisionError):
        snapshot.once("name", lambda: 1 // 0)
    assert snapshot.once("name", lambda: 7) == 7


def test_a_read_is_made_once_for_the_same_arguments_of_one_brand_and_moment() -> None:
    calls: list[Any] = []

    @read_once
    def read(session: Any, names: Any, *, most: int = 5) -> int:
        calls.append((names, most))
        return len(calls)

    snapshot = Snapshot()
    assert read(session(snapshot), ["a", "b"]) == read(session(snapshot), ("a", "b")) == 1
    assert read(session(snapshot), ["b", "a"]) == 2
    assert read(session(snapshot), ["a", "b"], most=6) == 3
    assert read(session(snapshot, NOW + timedelta(days=1)), ["a", "b"]) == 4
    assert read(session(snapshot, brand=uuid4()), ["a", "b"]) == 5
    assert read(session(None), ["a", "b"]) == 6
    assert read(session(None), ["a", "b"]) == 7
