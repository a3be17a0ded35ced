"""What a server of this benchmark has spent: its CPU, and its statements and transactions; and how it is served."""

import os
import socket
import time
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine, event


def spent_router(engine: Engine) -> APIRouter:
    """A route `/spent`: CPU seconds of this process, statements and transactions of its engine, so far."""
    counted = {"statements": 0, "transactions": 0}

    @event.listens_for(engine, "before_cursor_execute")
    def _statement(*_: Any) -> None:
        counted["statements"] += 1

    @event.listens_for(engine, "begin")
    def _transaction(*_: Any) -> None:
        counted["transactions"] += 1

    router = APIRouter()

    @router.get("/spent")
    async def spent() -> dict[str, float]:
        return {"cpu_seconds": time.process_time(), **counted}

    return router


def serve(app: FastAPI) -> None:
    """Serve on a free port, which is printed first, until this process is ended."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    os.write(1, f"{listening.getsockname()[1]}\n".encode())
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listening])
