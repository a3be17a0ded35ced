"""Answers of a gigabyte, in each form that a server may give them: what no client may read to the end."""

import json
import zlib
from collections.abc import Iterator
from itertools import chain, repeat

from evals.model_wire import OPENAI, ModelAnswer, events

GIGABYTE = 2**30
_BLOCK = 2**16


def flood(provider: str, kind: str, serial: int) -> tuple[dict[str, str], Iterator[bytes]]:
    """The headers and the body, piece by piece; its end is the connection's."""
    if kind == "events":
        return {"content-type": "text/event-stream"}, _events(provider, serial)
    if kind == "line":
        return {"content-type": "text/event-stream"}, _filled(b"data: ")
    if kind == "packed":
        return {"content-type": "application/json", "content-encoding": "gzip"}, _packed()
    return {"content-type": "application/json"}, _filled(b'{"error": {"message": "')


def _filled(begun: bytes) -> Iterator[bytes]:
    return chain([begun], repeat(b"x" * _BLOCK, GIGABYTE // _BLOCK))


def _events(provider: str, serial: int) -> Iterator[bytes]:
    """A stream that begins well and says the same piece of text again and again."""
    begun = [
        f"event: {name}\ndata: {json.dumps(data)}\n\n".encode() if name else f"data: {json.dumps(data)}\n\n".encode()
        for name, data in events(provider, ModelAnswer("x" * _BLOCK), serial)
    ]
    first = 1 if provider == OPENAI else 2  # what comes before the first piece of text
    return chain(begun[: first + 1], repeat(begun[first], GIGABYTE // len(begun[first])))


def _packed() -> Iterator[bytes]:
    """Zeros by gzip, a thousandth of their size. After a full flush a block can be sent again and again."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    head = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return chain([head], repeat(again, GIGABYTE // 2**20))
