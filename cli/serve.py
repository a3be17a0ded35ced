"""`mhos serve`: answer over HTTP."""

import socket
from typing import Annotated

import typer

from cli.output import console
from cli.session import open_office


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 picks a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the API until Ctrl-C, and do what is due meanwhile: docs/api.md shows how to call it."""
    with open_office(as_json=False) as office:
        import uvicorn

        from api import create_app
        from bootstrap.brands import brands_of_profiles

        listening = _listen(host, port)
        url = f"http://{host}:{listening.getsockname()[1]}/api/v1/health"
        console().print(f"Listening: {url}", soft_wrap=True)
        app = create_app(office)
        for ctx in brands_of_profiles(office):
            app.state.house.background.know(ctx)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises InvalidInput where the address is taken or not this machine's."""
    from domain.errors import InvalidInput

    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise InvalidInput(
            f"Cannot listen on {host}:{port}: {error.strerror}.", remedy="Choose another --port, or 0 for a free one."
        ) from error
    # What is accepted here inherits it. asyncio does it for sockets of its own alone, and without it the body of an
    # answer waits until the client has acknowledged its head: 40 ms where that is put off.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
