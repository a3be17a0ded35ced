"""Waits double, keep what a provider asked for, and come to an end."""

from llm.errors import NotAuthorised, Overloaded, RateLimited
from llm.patience import Patience
from llm.translation import retry_after_of

PATIENCE = Patience(attempts=4, first_wait=1.0, longest_wait=60.0)


def test_waits_double_and_agents_do_not_come_back_together() -> None:
    waits = [PATIENCE.wait_before(attempt, Overloaded("busy"), "a") for attempt in range(1, 5)]
    assert waits[3] is None
    assert all(0.75 * 2**at <= float(wait or 0) <= 2**at for at, wait in enumerate(waits[:3]))
    assert len({PATIENCE.wait_before(1, Overloaded("busy"), name) for name in "abcdef"}) == 6


def test_a_provider_is_not_asked_before_it_said() -> None:
    assert PATIENCE.wait_before(1, RateLimited("later", retry_after=42.0), "a") == 42.0
    assert PATIENCE.wait_before(1, RateLimited("much later", retry_after=61.0), "a") is None
    assert PATIENCE.wait_before(1, NotAuthorised("no"), "a") is None


def test_retry_after_is_read_in_all_its_forms() -> None:
    date = {"date": "Sat, 21 Nov 2026 20:00:00 GMT"}
    assert retry_after_of({"retry-after": "7"}) == 7.0
    assert retry_after_of({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert retry_after_of({"retry-after": "Sat, 21 Nov 2026 20:00:30 GMT", **date}) == 30.0
    assert retry_after_of({"retry-after": "Sat, 21 Nov 2026 19:00:00 GMT", **date}) == 0.0
    for odd in ({}, {"retry-after": "soon"}, {"retry-after": "inf"}, {"retry-after": "-3"}, {"retry-after": "nan"}):
        assert retry_after_of(odd) is None
