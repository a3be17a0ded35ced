"""Runs a verb of the real command line, kills it (or the database) at a chosen moment, and says in which phase."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from store.embedded import ServerAddress, ensure_running, status

CHECKOUT = Path(__file__).resolve().parents[2]
Target = Literal["process", "database"]
Moment = Literal["any", "transaction"]


@dataclass(frozen=True)
class Kill:
    """One kill: what was run, what was killed, how far it had come, and what the database was doing just then."""

    verb: str
    target: Target
    after_seconds: float
    phase: str
    in_transaction: bool
    survived: bool


class VerbFailed(Exception):
    """A verb that should have worked did not."""


@dataclass(frozen=True)
class Home:
    """A data folder with its own embedded server."""

    path: Path

    def address(self) -> ServerAddress:
        return ensure_running(self.path)

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """As the owner, past every wall: the referee sees all."""
        address = self.address()
        return psycopg.connect(address.dsn(address.owner_role, address.database), autocommit=True)

    def environment(self) -> Mapping[str, str]:
        return {**os.environ, "MHOS_HOME": str(self.path), "MHOS_DATABASE_URL": "", "COLUMNS": "200"}

    def mhos(self, *words: str) -> dict[str, Any]:
        """Run a verb to its end and read its JSON. Raises VerbFailed."""
        done = subprocess.run(_command(*words), env=self.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise VerbFailed(f"mhos {' '.join(words)} failed: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)


def _command(*words: str) -> list[str]:
    return [sys.executable, str(CHECKOUT / "mhos.py"), *words, "--json"]


def run_and_kill(
    home: Home, words: list[str], target: Target, moment: Moment, usual: float, rng: random.Random
) -> Kill:
    """Start the verb, wait for the moment, kill. The verb takes `usual` seconds where nobody kills it."""
    with home.connect() as referee:
        started = time.monotonic()
        victim = subprocess.Popen(
            _command(*words), env=home.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        phase = _wait(referee, victim, moment, rng.uniform(0, usual))
        after = time.monotonic() - started
        survived = victim.poll() is not None
        _kill(home, victim, target)
    return Kill(words[0], target, after, phase, phase.startswith("in transaction"), survived)


def _wait(
    referee: "psycopg.Connection[tuple[Any, ...]]", victim: subprocess.Popen[bytes], moment: Moment, delay: float
) -> str:
    """Wait for a random moment, or from then on for the next writing transaction; what is going on then."""
    deadline = time.monotonic() + delay
    while time.monotonic() < deadline and victim.poll() is None:
        time.sleep(0.001)
    while moment == "transaction" and victim.poll() is None:
        if (phase := _phase(referee)).startswith("in transaction"):
            return phase
    return _phase(referee) if victim.poll() is None else "ended before the moment came"


_WRITES = ("insert", "update", "copy", "create temp", "delete")


def _phase(referee: "psycopg.Connection[tuple[Any, ...]]") -> str:
    """The phase that the application's connections are in at this very moment."""
    rows = referee.execute(
        "select state, xact_start is not null, backend_xid is not null, query from pg_stat_activity "
        "where usename = 'mhos_app' and pid <> pg_backend_pid() order by xact_start nulls last"
    ).fetchall()
    if not rows:
        return "no connection yet"
    for _state, in_transaction, has_written, query in rows:
        words = " ".join(query.lower().split())
        if in_transaction and (has_written or words.startswith(_WRITES)):
            return f"in transaction: {words[:60]}"
    return f"between transactions: {' '.join(rows[0][3].split())[:60]}"


def _kill(home: Home, victim: subprocess.Popen[bytes], target: Target) -> None:
    if target == "process":
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        return
    server = status(home.path)
    if server.server_pid is not None:
        os.kill(server.server_pid, signal.SIGKILL)
    victim.wait()
