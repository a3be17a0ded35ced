"""`mhos serve`: answer over HTTP."""

from typing import Annotated

import typer

from cli.session import open_office


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 picks a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the API (health only, in this version)."""
    with open_office(as_json=False) as office:
        import uvicorn

        from api import create_app

        uvicorn.run(create_app(office), host=host, port=port, log_level="warning")
