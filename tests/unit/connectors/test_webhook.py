"""A receiver's answer to a webhook counts by its status; what follows that is not read for ever."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest

from connectors import webhook
from connectors.sending import NotSent, Outgoing
from connectors.webhook import send_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_BLOCK = b"x" * 2**16


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    sent = 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The sender has hung up, which is what these tests are about."""


@contextmanager
def receiver(status: int, piece: bytes, pause: float) -> Iterator[_Http]:
    """Answers with this status and a body of a gigabyte, so many bytes at a time."""
    stopping = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-length", str(2**30))
            self.end_headers()
            while server.sent < 2**30 and not stopping.wait(pause):
                self.wfile.write(piece)
                server.sent += len(piece)

        def log_message(self, format: str, *_: Any) -> None:
            pass

    server = _Http(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()


def send(server: _Http) -> str:
    going = Outgoing(uuid4(), "webhook", "erp", {"title": "A price"}, datetime.now(UTC))
    return send_webhook(f"http://127.0.0.1:{server.server_port}/in", SECRET, going, allow_private=True)


def test_a_body_of_a_gigabyte_is_not_read() -> None:
    with receiver(200, _BLOCK, 0) as server:
        assert send(server) == "answered 200"
        assert server.sent < 32 * 2**20, "what was read, and what the two ends of the connection hold"
    with receiver(503, _BLOCK, 0) as server, pytest.raises(NotSent, match="503"):
        send(server)


def test_a_body_that_trickles_is_left_at_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_LONGEST_ANSWER_SECONDS", 0.2)
    with receiver(200, b"x", 0.02) as server:
        assert send(server) == "answered 200"
        assert server.sent < 2**10
