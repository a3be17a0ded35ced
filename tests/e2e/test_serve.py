"""`mhos serve` answers, says where, and stops when it is asked to."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

from tests.e2e.conftest import CHECKOUT, Terminal


def test_health_is_answered_where_it_says(terminal: Terminal) -> None:
    command = [sys.executable, str(CHECKOUT / "mhos.py"), "serve", "--port", "0"]
    environment = {**os.environ, "MHOS_HOME": str(terminal.home), "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().removeprefix("Listening: ").strip()
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert answer.status == 200
            assert json.load(answer)["ok"] is True
    finally:
        server.send_signal(signal.SIGTERM)
        _, complaints = server.communicate(timeout=60)
    assert complaints == ""


def test_a_port_that_is_taken_is_named(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = terminal.run("serve", "--port", port)
    assert said.code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in said.err
