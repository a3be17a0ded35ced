"""A local receiver of webhooks that notes what it is sent, and can do something before it answers."""

from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


class Receiver:
    """Listens on a free port of this machine; `received` counts each webhook-id."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.bodies: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.status = 204
        self.before_answer: Callable[[], None] | None = None
        self._lock = Lock()
        outer = self

        class WebhookHandler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                outer.note(self.headers["webhook-id"], body, {k.lower(): v for k, v in self.headers.items()})
                if outer.before_answer is not None:
                    outer.before_answer()
                self.send_response(outer.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), WebhookHandler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def note(self, message_id: str, body: bytes, headers: dict[str, str]) -> None:
        with self._lock:
            self.received[message_id] += 1
            self.bodies[message_id], self.headers[message_id] = body, headers

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
