"""`mhos serve` and `mhos worker` bring a killed database back by themselves, and go on with all that they did."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from bootstrap import Office
from bootstrap.held_runs import queue_run
from domain.context import Context
from identity.open_context import open_context
from settings import Settings
from store.embedded import status
from store.tables import Run
from tests.e2e.conftest import CHECKOUT, SAMPLE, Terminal
from tests.e2e.test_serve_meetings import PASSWORD, events, serving, signed_in
from virtual_office.meeting.graph import Invitation, open_meeting

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")


@pytest.fixture(scope="module")
def brand(terminal: Terminal) -> Terminal:
    terminal.json("import", str(SAMPLE), "--brand", "served")
    command = [sys.executable, str(CHECKOUT / "mhos.py"), "password", "--stdin", "--json"]
    environment = {**os.environ, "MHOS_HOME": str(terminal.home)}
    chosen = subprocess.run(command, env=environment, input=PASSWORD, text=True, capture_output=True, check=True)
    assert json.loads(chosen.stdout)["changed"] is True
    return terminal


def kill_the_database(terminal: Terminal) -> None:
    pid = status(terminal.home).server_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def eventually(holds: Callable[[], bool], seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_requests_are_answered_and_a_meeting_is_held_to_its_end_though_the_database_is_killed(brand: Terminal) -> None:
    with serving(brand) as (url, _), signed_in(url) as client:
        assert client.get("/inbox").status_code == 200
        kill_the_database(brand)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _number: client.get("/inbox"), range(24)))
        assert {answer.status_code for answer in answers} <= {200, 503}
        assert eventually(lambda: client.get("/inbox").status_code == 200)
        assert client.get("/health").json()["ok"] is True
        meeting = client.post("/meetings", json={"agenda": "Prices", "agents": ["pricing_director"]}).json()["id"]
        events(client, f"/meetings/{meeting}/events", until="progress")
        kill_the_database(brand)
        kinds = [event["kind"] for event in events(client, f"/meetings/{meeting}/events", until="finished")]
        assert (kinds.count("started"), kinds.count("finished")) == (1, 1)
        assert client.get(f"/meetings/{meeting}").json()["status"] == "done"


def test_a_worker_works_on_though_the_database_is_killed(brand: Terminal) -> None:
    command = [sys.executable, str(CHECKOUT / "mhos.py"), "worker", "--every", "0.2"]
    environment = {**os.environ, "MHOS_HOME": str(brand.home), "PYTHONUNBUFFERED": "1"}
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert worker.stdout is not None
        assert "served" in worker.stdout.readline()
        time.sleep(1)  # it looks round
        kill_the_database(brand)
        assert eventually(lambda: not status(brand.home).running)
        assert eventually(lambda: status(brand.home).running)  # nobody else is there to start it
        assert worker.poll() is None
        office = Office.open(Settings(home=brand.home))
        ctx = open_context(office.database, brand.home, "owner", brand="served")
        run_id = _queued(office, ctx)
        assert eventually(lambda: _status_of(office, ctx, run_id) == "done")
        office.close()
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0


def _queued(office: Office, ctx: Context) -> UUID:
    with office.database.begin(ctx) as session:
        run_id = open_meeting(session, office.meetings.called(ctx, Invitation("Prices", ["pricing_director"])))
        queue_run(session, run_id, "asked")
    return run_id


def _status_of(office: Office, ctx: Context, run_id: UUID) -> str:
    with office.database.read(ctx) as session:
        return session.get_one(Run, (ctx.brand_id, run_id)).status
