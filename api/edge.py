"""The outermost edge: every answer gets security headers and is counted, and what nobody foresaw is an envelope."""

import json
import time
import traceback
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.document import template_of
from api.telemetry import Telemetry

log = structlog.get_logger(__name__)
HEADERS: Mapping[bytes, bytes] = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}
UNFORESEEN = {
    "error": {
        "code": "unforeseen",
        "message": "Something went wrong that should not.",
        "details": {"remedy": "Try again; if it stays, look into the server's log.", "written": False},
    }
}


class Edge:
    """ASGI middleware round the whole application."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, largest_body: int) -> None:
        self._app, self._telemetry, self._largest_body = app, telemetry, largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, received = time.perf_counter(), 0, 0

        async def receiving() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._largest_body:
                raise HTTPException(413, f"A body has {self._largest_body:,} bytes at most.")
            return message

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [pair for pair in HEADERS.items() if pair[0] not in present]
            await send(message)

        try:
            await self._app(scope, receiving, sent)
        except Exception:
            trace = traceback.format_exc()  # without the values of variables: passwords are among them
            log.error("api.unforeseen", method=scope["method"], path=template_of(scope) or "none", trace=trace)
            if status:
                raise  # the answer has begun: cutting it off is all that is left
            await _answer(sent, 500, UNFORESEEN)
        finally:
            self._telemetry.request(scope["method"], template_of(scope) or "none", status, time.perf_counter() - began)


async def _answer(send: Send, status: int, document: Mapping[str, Any]) -> None:
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
