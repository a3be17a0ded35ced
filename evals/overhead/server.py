"""A model server that costs its callers as little as can be: OpenAI's Chat Completions, the latency named by the path.

Run it: `python -m evals.overhead.server PORT`. A base URL is `http://127.0.0.1:PORT/l200/v1` (200 ms an answer). Asked
with tools it calls `get_metric` twice, one call a turn, then answers: by `submit_report` where there is one, with
figures that cite the receipts it was given, else in a sentence. It streams where it is asked to.
"""

import asyncio
import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

CALLS = ('{"name":"revenue","day":"2026-01-05"}', '{"name":"churn","day":"2026-01-06"}')
FINAL = "Revenue was 101 and churn was 102, so the plan stays as it is. The team should look again next week."
REPORTED = "Revenue was {revenue} and churn was {churn}, so the plan stays as it is. The team should look again."
_PATH = re.compile(r"^/l(\d+)/v1/chat/completions$")
_PIECE = 24
"""Characters of text or arguments in one streamed event."""


class Serving(asyncio.Protocol):
    """One kept-alive connection."""

    serial = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._read = b""

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._read[:end].decode("latin1").split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            size = end + 4 + int(headers.get("content-length", 0))
            if len(self._read) < size:
                return
            body, self._read = self._read[end + 4 : size], self._read[size:]
            self._asked(first.split(" ")[1], body)

    def _asked(self, path: str, body: bytes) -> None:
        match = _PATH.match(path)
        if match is None:
            self._send(404, "application/json", b'{"error": {"message": "no such path"}}')
            return
        request = json.loads(body)
        Serving.serial += 1
        message = answer_to(request, Serving.serial)
        if request.get("stream"):
            kind, reply = "text/event-stream", streamed(message, Serving.serial)
        else:
            kind, reply = "application/json", json.dumps(whole(message, Serving.serial)).encode()
        asyncio.get_running_loop().call_later(int(match[1]) / 1000, self._send, 200, kind, reply)

    def _send(self, status: int, kind: str, body: bytes) -> None:
        if not self._transport.is_closing():
            head = f"HTTP/1.1 {status} OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)


def answer_to(request: Mapping[str, Any], serial: int) -> dict[str, Any]:
    """The message that a request is answered by."""
    names = {tool["function"]["name"] for tool in request.get("tools") or ()}
    results = [message["content"] for message in request["messages"] if message["role"] == "tool"]
    if "get_metric" in names and len(results) < len(CALLS):
        return _calling("get_metric", CALLS[len(results)], serial)
    if "submit_report" in names:
        return _calling("submit_report", json.dumps({"summary": _summary(results)}), serial)
    return {"role": "assistant", "content": FINAL, "refusal": None}


def whole(message: Mapping[str, Any], serial: int) -> dict[str, Any]:
    """The body of an answer in one piece."""
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(message)}
    return {**_envelope("chat.completion", serial), "choices": [choice], "usage": _USAGE}


def streamed(message: Mapping[str, Any], serial: int) -> bytes:
    """The body of an answer as events."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in _pieces(message["content"] or "")]
    for call in message.get("tool_calls", ()):
        named = {**call, "index": 0, "function": {"name": call["function"]["name"], "arguments": ""}}
        deltas.append({"tool_calls": [named]})
        pieces = _pieces(call["function"]["arguments"])
        deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    choices: list[list[Any]] = [[{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas]
    choices.append([{"index": 0, "delta": {}, "finish_reason": _finish(message)}])
    head = _envelope("chat.completion.chunk", serial)
    chunks = [*({**head, "choices": choice} for choice in choices), {**head, "choices": [], "usage": _USAGE}]
    return b"".join(b"data: %s\n\n" % part.encode() for part in (*map(json.dumps, chunks), "[DONE]"))


_USAGE = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}


def _calling(name: str, arguments: str, serial: int) -> dict[str, Any]:
    call = {"id": f"call_{serial}", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}


def _summary(results: Sequence[str]) -> dict[str, Any]:
    receipts = [json.loads(result)["receipt"] for result in results]
    cited = zip(("revenue", "churn"), receipts, strict=True)
    return {"text": REPORTED, "figures": {key: {"receipt": receipt, "path": "/value"} for key, receipt in cited}}


def _finish(message: Mapping[str, Any]) -> str:
    return "tool_calls" if message.get("tool_calls") else "stop"


def _envelope(kind: str, serial: int) -> dict[str, Any]:
    return {"id": f"chatcmpl-{serial}", "object": kind, "created": 1_790_000_000, "model": "local-model"}


def _pieces(text: str) -> list[str]:
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Serving, "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) if sys.argv[1:] else 0))
