"""Serves one real health request over a socket and stops: what `mhos doctor` asks for."""

import threading
import time

import httpx
import uvicorn

from api.app import create_app
from bootstrap import Office
from domain.errors import Unavailable


def serve_once(office: Office, patience_seconds: float = 15) -> str:
    """Start the server on a free local port, ask for its health, stop it. Raises Unavailable."""
    server = uvicorn.Server(uvicorn.Config(create_app(office), host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        port = _port(server, thread, patience_seconds)
        answer = httpx.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=patience_seconds, trust_env=False)
    finally:
        server.should_exit = True
        thread.join(patience_seconds)
    if answer.status_code != 200:
        raise Unavailable(f"GET /api/v1/health answered {answer.status_code}: {answer.text[:200]}")
    return f"GET /api/v1/health answered {answer.status_code} on port {port}"


def _port(server: uvicorn.Server, thread: threading.Thread, patience_seconds: float) -> int:
    deadline = time.monotonic() + patience_seconds
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise Unavailable("The server did not start.", remedy="Is another program blocking local sockets?")
        time.sleep(0.02)
    return server.servers[0].sockets[0].getsockname()[1]
