"""A served meeting outlives its server: killed half-way, it is gone on with by the next, and told of once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.e2e.conftest import CHECKOUT, SAMPLE, Terminal

PASSWORD = "correct horse battery"


@contextmanager
def serving(terminal: Terminal) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A server in a process of its own; its API's address."""
    command = [sys.executable, str(CHECKOUT / "mhos.py"), "serve", "--port", "0"]
    environment = {**os.environ, "MHOS_HOME": str(terminal.home), "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().removeprefix("Listening: ").strip().removesuffix("/health"), server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def events(client: httpx.Client, path: str, *, until: str) -> list[dict[str, object]]:
    received: list[dict[str, object]] = []
    with client.stream("GET", path, timeout=120) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                received.append(json.loads(line.removeprefix("data: ")))
                if received[-1]["kind"] == until:
                    break
    return received


@contextmanager
def signed_in(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        token = client.post("/auth/login", json={"login": "owner", "password": PASSWORD}).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.mark.long
def test_a_meeting_outlives_a_kill_of_its_server(terminal: Terminal) -> None:
    terminal.json("import", str(SAMPLE), "--brand", "served")
    chosen = subprocess.run(
        [sys.executable, str(CHECKOUT / "mhos.py"), "password", "--stdin", "--json"],
        env={**os.environ, "MHOS_HOME": str(terminal.home)}, input=PASSWORD, text=True, capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(chosen.stdout) == {"login": "owner", "changed": True}
    with serving(terminal) as (url, server), signed_in(url) as client:
        meeting = client.post("/meetings", json={"agenda": "Prices and stock"}).json()["id"]
        seen = events(client, f"/meetings/{meeting}/events", until="progress")
        server.kill()
        server.wait()
    with serving(terminal) as (url, _), signed_in(url) as client:
        replayed = events(client, f"/meetings/{meeting}/events", until="finished")
        assert replayed[: len(seen)] == seen
        assert [event["seq"] for event in replayed] == list(range(1, len(replayed) + 1))
        kinds = [event["kind"] for event in replayed]
        assert (kinds.count("started"), kinds.count("finished")) == (1, 1)
        assert kinds.count("held") == 2
        items = client.get(f"/meetings/{meeting}").json()["action_items"]
        assert len({(item["kind"], item["subject"]) for item in items}) == len(items) > 0
        assert client.get("/audit/verify").json()["ok"] is True
