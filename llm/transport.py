"""The providers' HTTP clients, with an end to every answer, whether its bytes trickle or come as a flood."""

import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import httpx2

from llm.errors import AnswerTooLong

_CONNECT_SECONDS = 5.0
_LEAST_BYTES = 4 * 2**20
_BYTES_A_TOKEN = 2**10
"""What a streamed event around a single token takes, at most."""


class _Ending(httpx2.SyncByteStream):
    """A response's bytes as they come over the wire, until its time is up or they are too many."""

    def __init__(self, inner: Any, end: float, monotonic: Callable[[], float], most_bytes: int) -> None:
        self._inner, self._end, self._monotonic, self._most_bytes = inner, end, monotonic, most_bytes

    def __iter__(self) -> Iterator[bytes]:
        for piece in _at_most(self._most_bytes, self._inner):
            if self._monotonic() > self._end:
                raise httpx2.ReadTimeout("the answer did not come to an end in time")
            yield piece

    def close(self) -> None:
        self._inner.close()


def silence_limit(seconds: float) -> httpx2.Timeout:
    """How long a server may be silent; a connection must be there sooner."""
    return httpx2.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds))


def bytes_for(output_tokens: int) -> int:
    """Bytes that an answer of so many tokens has at most."""
    return _LEAST_BYTES + _BYTES_A_TOKEN * output_tokens


def http_client(sdk: ModuleType, silence_seconds: float, total_seconds: float, most_bytes: int) -> Any:
    """An HTTP client with the defaults of `sdk` (the `openai` or `anthropic` module) and these limits.

    No response is read beyond `most_bytes`, on the wire or unpacked: what goes on raises AnswerTooLong.
    """

    def end(response: httpx2.Response) -> None:
        response.stream = _Ending(response.stream, time.monotonic() + total_seconds, time.monotonic, most_bytes)
        unpacked = response.iter_bytes

        def bounded(chunk_size: int | None = None) -> Iterator[bytes]:
            yield from _at_most(most_bytes, unpacked(chunk_size))

        response.iter_bytes = bounded  # what `read` and the SDKs' streams go through

    return sdk.DefaultHttpxClient(timeout=silence_limit(silence_seconds), event_hooks={"response": [end]})


def _at_most(most_bytes: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    read = 0
    for piece in pieces:
        read += len(piece)
        if read > most_bytes:
            raise AnswerTooLong(f"the answer is longer than {most_bytes:,} bytes")
        yield piece
