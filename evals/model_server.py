"""A local HTTP server that speaks both providers' protocols, and fails in the ways that real ones do."""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from evals.model_flood import flood
from evals.model_wire import ANTHROPIC, MODEL, OPENAI, ModelAnswer, ModelRequest, asked, events, problem_of, whole

_PATHS = {"/v1/chat/completions": OPENAI, "/v1/messages": ANTHROPIC}
_PING = b'event: ping\ndata: {"type": "ping"}\n\n'
_COUNT = "/v1/messages/count_tokens"
_TYPES = {429: "rate_limit_error", 401: "authentication_error", 529: "overloaded_error", 500: "api_error"}


@dataclass(frozen=True)
class Status:
    """An error instead of an answer, in the provider's own shape."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    message: str = "try again later"


@dataclass(frozen=True)
class Silence:
    """Nothing for so long, then the answer."""

    seconds: float


@dataclass(frozen=True)
class Cut:
    """The connection breaks after so many events (bytes, when not streamed); `politely` ends the stream as if done."""

    answer: ModelAnswer
    after: int
    politely: bool = False


@dataclass(frozen=True)
class Garbage:
    """A body that is not what the protocol says, with status 200."""

    body: str = "<html>Welcome to this hotel's network</html>"
    content_type: str = "application/json"


@dataclass(frozen=True)
class ErrorEvent:
    """A stream that begins well and then says that it failed."""

    kind: str = "overloaded_error"


@dataclass(frozen=True)
class Unstreamed:
    """The answer in one piece, though a stream was asked for: some compatible servers cannot do otherwise."""

    answer: ModelAnswer


@dataclass(frozen=True)
class Trickle:
    """A stream that is kept alive and never says anything."""


@dataclass(frozen=True)
class Flood:
    """A gigabyte instead of an answer: as events of a stream, one line of it, a body, a packed one, or an error."""

    kind: Literal["events", "line", "body", "packed", "error"]


Step = Flood | Unstreamed | Trickle | ModelAnswer | Status | Silence | Cut | Garbage | ErrorEvent
Script = Callable[[ModelRequest], Step]


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has hung up is what many faults are about; anything else is told as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class ModelServer:
    """Plays a script. `heard` are the requests that were well-formed, `refused` why others were not."""

    def __init__(self, script: Script | Sequence[Step]) -> None:
        self.heard: list[ModelRequest] = []
        self.refused: list[str] = []
        self.counted = 0
        self.counts = 123
        """Tokens of every request, for a provider that is asked for them before."""
        self.flooded = 0
        """Bytes of floods that were sent, until the client hung up."""
        self.stopping = threading.Event()
        self._script = script
        self._lock = threading.Lock()
        self.http = _Http(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def step(self, request: ModelRequest) -> tuple[Step, int]:
        """The next step of the script, and the request's number; a list's last step is repeated."""
        with self._lock:
            at = len(self.heard)
            self.heard.append(request)
            if callable(self._script):
                return self._script(request), at
            return self._script[min(at, len(self._script) - 1)], at


@contextmanager
def serving(script: Script | Sequence[Step]) -> Iterator[ModelServer]:
    """A server on a free port of this machine, stopped at the end."""
    server = ModelServer(script)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.http.shutdown()
        server.http.server_close()


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class ModelHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            listed = {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 1, "owned_by": "us"}]}
            self._send(200, listed)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            provider = ANTHROPIC if self.path == _COUNT else _PATHS.get(self.path)
            if provider is None:
                return self._send(404, _error(OPENAI, 404, "not_found_error", f"no {self.path}"))
            problem = problem_of(provider, body, counting=self.path == _COUNT)
            if problem:
                server.refused.append(problem)
                return self._send(400, _error(provider, 400, "invalid_request_error", problem))
            if self.path == _COUNT:
                server.counted += 1
                return self._send(200, {"input_tokens": server.counts})
            request = asked(provider, body, {name.lower(): value for name, value in self.headers.items()})
            step, serial = server.step(request)
            return self._play(request, step, serial)

        def _play(self, request: ModelRequest, step: Step, serial: int) -> None:
            match step:
                case Silence(seconds):
                    server.stopping.wait(seconds)
                    self._answer(request, ModelAnswer(text="late"), serial)
                case Status(status, headers, code, message):
                    kind = code or _TYPES.get(status, "api_error")
                    self._send(status, _error(request.provider, status, kind, message), headers)
                case Garbage(body, content_type):
                    self._raw(200, body.encode(), content_type)
                case ErrorEvent(kind):
                    self._stream([*list(events(request.provider, ModelAnswer(text="Well"), serial))[:2]], end=False)
                    data = _error(request.provider, 500, kind, "it broke")
                    self._event("error" if request.provider == ANTHROPIC else "", data)
                    self._finish()
                case Trickle():
                    self._head(200, "text/event-stream", {"transfer-encoding": "chunked"})
                    while not server.stopping.wait(0.05):
                        self._piece(b": keep-alive\n\n" if request.provider == OPENAI else _PING)
                case Flood(kind):
                    self._flood(request, kind, serial)
                case Unstreamed(answer):
                    self._send(200, whole(request.provider, answer, serial))
                case Cut():
                    self._cut(request, step, serial)
                case ModelAnswer():
                    self._answer(request, step, serial)

        def _answer(self, request: ModelRequest, answer: ModelAnswer, serial: int) -> None:
            if request.stream:
                self._stream(events(request.provider, answer, serial))
            else:
                self._send(200, whole(request.provider, answer, serial))

        def _cut(self, request: ModelRequest, cut: Cut, serial: int) -> None:
            if request.stream:
                self._stream(list(events(request.provider, cut.answer, serial))[: cut.after], end=False)
                if cut.politely:
                    self._finish()
            else:
                data = json.dumps(whole(request.provider, cut.answer, serial)).encode()
                self._head(200, "application/json", {"content-length": str(len(data))})
                self.wfile.write(data[: cut.after])
            self.wfile.flush()
            self.close_connection = True

        def _flood(self, request: ModelRequest, kind: str, serial: int) -> None:
            headers, pieces = flood(request.provider, kind, serial)
            self._head(500 if kind == "error" else 200, headers.pop("content-type"), headers)
            self.close_connection = True
            for piece in pieces:
                self.wfile.write(piece)
                server.flooded += len(piece)

        def _stream(self, events: Any, *, end: bool = True) -> None:
            self._head(200, "text/event-stream", {"transfer-encoding": "chunked"})
            for name, data in events:
                self._event(name, data)
            if end:
                if self.path == "/v1/chat/completions":
                    self._piece(b"data: [DONE]\n\n")
                self._finish()

        def _event(self, name: str, data: Any) -> None:
            head = f"event: {name}\n" if name else ""
            self._piece(f"{head}data: {json.dumps(data)}\n\n".encode())

        def _piece(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

        def _finish(self) -> None:
            self.wfile.write(b"0\r\n\r\n")

        def _send(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
            self._raw(status, json.dumps(body).encode(), "application/json", headers)

        def _raw(self, status: int, data: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
            self._head(status, kind, {"content-length": str(len(data)), **(headers or {})})
            self.wfile.write(data)

        def _head(self, status: int, kind: str, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {"content-type": kind, **headers}.items():
                self.send_header(name, value)
            self.end_headers()

    return ModelHandler


def _error(provider: str, status: int, kind: str, message: str) -> dict[str, Any]:
    if provider == OPENAI:
        return {"error": {"message": message, "type": kind, "param": None, "code": kind if status < 500 else None}}
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
