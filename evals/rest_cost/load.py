"""Load on a server by a few connections that each ask again at once, and the arithmetic of what it cost."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

PERSON, PASSWORD = "operator", "correct horse battery"
Spent = Mapping[str, float]


@dataclass(frozen=True)
class Round:
    """One round of load: requests a second, and for each request its server's CPU, statements and transactions."""

    requests_a_second: float
    cpu_ms: float
    statements: float
    transactions: float


def cost_of(requests: int, seconds: float, before: Spent, after: Spent) -> Round:
    """A round's cost, from what its server had spent before and after."""
    spent = {name: (after[name] - before[name]) / requests for name in before}
    return Round(requests / seconds, 1000 * spent["cpu_seconds"], spent["statements"], spent["transactions"])


def middle(rounds: Sequence[Round]) -> Round:
    """The median of each number."""
    return Round(*(median(numbers) for numbers in zip(*(vars(cost).values() for cost in rounds), strict=True)))


async def ask(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> tuple[int, float]:
    """How many were answered, and in how many seconds; the requests are asked in turn. Raises AssertionError for an
    answer that is no 200."""
    ends = time.monotonic() + seconds
    began = time.monotonic()
    answered = await asyncio.gather(*(_connection(port, requests, ends) for _ in range(connections)))
    return sum(answered), time.monotonic() - began


async def _connection(port: int, requests: Sequence[bytes], ends: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.monotonic() < ends:
        writer.write(requests[answered % len(requests)])
        await _answer(reader)
        answered += 1
    writer.close()
    return answered


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


def request(path: str, headers: Mapping[str, str]) -> bytes:
    """A GET as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()
