"""The providers' HTTP clients, with an end to every answer: bytes that keep trickling in do not count as progress."""

import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import httpx2

_CONNECT_SECONDS = 5.0


class _Ending(httpx2.SyncByteStream):
    """A response's bytes, until its time is up."""

    def __init__(self, inner: Any, end: float, monotonic: Callable[[], float]) -> None:
        self._inner, self._end, self._monotonic = inner, end, monotonic

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._inner:
            if self._monotonic() > self._end:
                raise httpx2.ReadTimeout("the answer did not come to an end in time")
            yield piece

    def close(self) -> None:
        self._inner.close()


def silence_limit(seconds: float) -> httpx2.Timeout:
    """How long a server may be silent; a connection must be there sooner."""
    return httpx2.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))


def http_client(sdk: ModuleType, silence_seconds: float, total_seconds: float) -> Any:
    """An HTTP client with the defaults of `sdk` (the `openai` or `anthropic` module) and these two limits."""

    def end(response: httpx2.Response) -> None:
        response.stream = _Ending(response.stream, time.monotonic() + total_seconds, time.monotonic)

    return sdk.DefaultHttpxClient(timeout=silence_limit(silence_seconds), event_hooks={"response": [end]})
