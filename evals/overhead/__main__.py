"""Prints what a model crew costs beside its model, as ratios to OpenAI's own client alone, in one run.

Run it: `python -m evals.overhead [--rounds 8] [--latency 0] [--stream] [--agent]`. This crew, LangChain's own agent and
the client make the same requests of the same local server; CPU is this process's, and PostgreSQL's is told beside it.
By default a meeting of twelve agents and a chair, answers in one piece; `--agent` is one agent alone, `--stream` reads
answers as they come, in all three.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from evals.overhead.floor import Floor
from evals.overhead.ours import Ours
from evals.overhead.peer import Peer
from store.embedded import stop

_EXPECTED = "Revenue was 101"
_WARM = 2
_NAMES = ("this crew", "LangChain", "bare client")


class Taken(NamedTuple):
    """Milliseconds: of the clock, of this process's CPU, of PostgreSQL's."""

    wall: float
    cpu: float
    database: float


def main() -> int:
    """The table of one comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--latency", type=int, default=0, help="milliseconds that the server takes for an answer")
    parser.add_argument("--stream", action="store_true", help="read answers as they come")
    parser.add_argument("--agent", action="store_true", help="one agent instead of a meeting")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mhos-overhead-") as folder, _served() as port:
        asked.home = Path(folder)
        base_url = f"http://127.0.0.1:{port}/l{asked.latency}/v1"
        try:
            ours = Ours(Path(folder), base_url, stream=asked.stream)
            try:
                peer, floor = Peer(base_url, stream=asked.stream), Floor(base_url, stream=asked.stream)
                asyncio.run(_compare((ours, peer, floor), asked))
            finally:
                ours.close()
        finally:
            stop(Path(folder))
    return 0


async def _compare(crews: tuple[Ours, Peer, Floor], asked: argparse.Namespace) -> None:
    work = [crew.agent if asked.agent else crew.meeting for crew in crews]
    for _ in range(_WARM):
        for run in work:
            said = await run()
            if _EXPECTED not in said:
                raise AssertionError(said)
    taken: list[list[Taken]] = [[] for _ in work]
    for _ in range(asked.rounds):
        for run, times in zip(work, taken, strict=True):
            times.append(await _timed(run, asked.home))
    print(
        f"{'one agent' if asked.agent else 'twelve agents and a chair'}, {asked.latency} ms an answer, "
        f"{'streamed' if asked.stream else 'in one piece'}, {asked.rounds} rounds, medians"
    )
    print(f"{'':16} {'CPU ms':>9} {'wall ms':>9} {'PostgreSQL CPU ms':>18}")
    middles = [Taken(*map(median, zip(*times, strict=True))) for times in taken]
    for name, middle in zip(_NAMES, middles, strict=True):
        print(f"{name:16} {middle.cpu:9.1f} {middle.wall:9.1f} {middle.database:18.1f}")
    floor = middles[-1]
    for name, middle in zip(_NAMES[:-1], middles, strict=False):
        print(f"{name + ', ratio':16} {middle.cpu / floor.cpu:9.2f} {middle.wall / floor.wall:9.2f}")


async def _timed(work: Callable[[], Awaitable[str]], home: Path) -> Taken:
    before = _now(home)
    await work()
    return Taken(*(1000 * (after - then) for after, then in zip(_now(home), before, strict=True)))


def _now(home: Path) -> Taken:
    return Taken(time.perf_counter(), time.process_time(), _database_seconds(home))


def _database_seconds(home: Path) -> float:
    """CPU of the data folder's PostgreSQL, with what its ended connections took; 0 where there is no /proc."""
    try:
        [pid_file] = home.rglob("postmaster.pid")
        server = pid_file.read_text().splitlines()[0]
        processes = [stat.read_text().rsplit(")", 1)[1].split() for stat in Path("/proc").glob("[0-9]*/stat")]
        own = Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, ValueError):
        return 0.0
    ticks = sum(map(int, own[11:15])) + sum(
        int(fields[11]) + int(fields[12]) for fields in processes if fields[1] == server
    )
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served() -> Iterator[int]:
    """The model server in a process of its own; its port."""
    command = [sys.executable, "-m", "evals.overhead.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
