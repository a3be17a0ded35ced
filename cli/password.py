"""`mhos password`: choose the password that one logs in to the API with."""

import sys
from typing import Annotated

import typer

from cli.options import AsProfile, Json
from cli.output import console, print_json
from cli.session import open_office


def register(app: typer.Typer) -> None:
    app.command("password")(password)


def password(
    from_stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input, one line.")] = False,
    profile: AsProfile = None,
    as_json: Json = False,
) -> None:
    """Choose a profile's password for the API; who was logged in there with the old one no longer is."""
    with open_office(as_json) as office:
        from bootstrap.people import choose_password

        chosen = sys.stdin.readline().rstrip("\n") if from_stdin else _asked()
        login = choose_password(office, profile, chosen)
    if as_json:
        print_json({"login": login, "changed": True})
    else:
        console().print(f"[bold]{login}[/bold] logs in with the new password from now on.")


def _asked() -> str:
    return typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
