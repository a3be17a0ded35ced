"""What a command costs: CPU of its process tree and of the embedded PostgreSQL behind it, and the process's memory."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


class CommandFailed(Exception):
    """A command that is measured has to end well."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds, user and system, and the most memory that one process of the tree held, in bytes."""

    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class ServerCpu:
    """CPU seconds that a server and its processes have spent since its start; no postmaster where none runs."""

    postmaster: int | None
    seconds: float

    def since(self, before: "ServerCpu") -> float:
        """CPU seconds spent after `before`; all of them where the server was started after it."""
        return self.seconds - (before.seconds if self.postmaster == before.postmaster else 0.0)


def run(command: Sequence[str], environment: Mapping[str, str], home: Path, output: Path) -> Cost:
    """Run the command to its end, its standard output into a file; what it cost. Raises CommandFailed.

    This process has to be small: until it is the command, a new process counts as large as the one that starts it.
    """
    before = server_cpu(home)
    with output.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandFailed(f"{' '.join(command)} failed: {output.read_text()[-2000:]}")
    spent = used.ru_utime + used.ru_stime + server_cpu(home).since(before)
    return Cost(spent, used.ru_maxrss * 1024)


def server_cpu(home: Path) -> ServerCpu:
    """What the home's embedded server has spent, those of its processes that have ended with it."""
    try:
        postmaster = int((home / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])
        own = _fields(postmaster)
    except (OSError, ValueError):
        return ServerCpu(None, 0.0)
    return ServerCpu(postmaster, (ticks_of(own) + sum(_children(postmaster))) / _TICKS)


def ticks_of(fields: Sequence[str]) -> int:
    """A process's user and system time and that of its children that have ended, in ticks, out of a `stat` line.

    `fields` are those after the name. See proc(5): `utime`, `stime`, `cutime` and `cstime` are fields 14 to 17, and the
    first after the name is field 3.
    """
    return sum(map(int, fields[11:15]))


def _children(parent: int) -> Iterator[int]:
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields_or_none(int(entry.name))) and int(fields[1]) == parent:
            yield ticks_of(fields)


def _fields_or_none(pid: int) -> list[str] | None:
    try:
        return _fields(pid)
    except OSError:
        return None


def _fields(pid: int) -> list[str]:
    """The fields of a process's `stat` after its name, which may hold anything."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
