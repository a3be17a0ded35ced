"""`mhos webhooks`: where events go that leave the house."""

from typing import Annotated

import typer

from cli.options import AsProfile, BrandOption, Json
from cli.output import console, plain, print_json
from cli.session import open_desk

Name = Annotated[str, typer.Argument(help="The endpoint's name, as rules call it.")]
_verbs = typer.Typer(no_args_is_help=True, help="Where webhooks and chats go: `webhook` and `chat` deeds name them.")


def register(app: typer.Typer) -> None:
    app.add_typer(_verbs, name="webhooks")


@_verbs.command("list")
def list_(profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False) -> None:
    """See the endpoints; their secrets are not shown."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.endpoints import endpoint_document, endpoints

        with desk.office.database.read(desk.ctx) as session:
            documents = [endpoint_document(endpoint) for endpoint in endpoints(session)]
    if as_json:
        print_json({"endpoints": documents})
        return
    for document in documents:
        state = "[green]on[/green]" if document["enabled"] else f"[red]off[/red] {plain(document['state_reason'])}"
        console().print(f"{document['name']}  {document['kind']}  {plain(document['url'])}  {state}")
    if not documents:
        console().print("None yet: `mhos webhooks add NAME URL`.")


@_verbs.command("add")
def add(
    name: Name,
    url: Annotated[str, typer.Argument(help="https://… of a webhook, or an Apprise URL with --chat.")],
    chat: Annotated[bool, typer.Option("--chat", help="A chat that Apprise knows.")] = False,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_json: Json = False,
) -> None:
    """Add an endpoint. A webhook's secret is made and shown now, and never again."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.endpoints import add_endpoint, endpoint_document

        private = desk.office.settings.webhook_private
        with desk.office.database.begin(desk.ctx) as session:
            made = add_endpoint(session, desk.office.parts.secrets, name, url, chat=chat, allow_private=private)
            document = {**endpoint_document(made.endpoint), "secret": made.secret}
    if as_json:
        print_json(document)
        return
    console().print(f"{name} is on." + (f" Its secret, shown this once:\n{document['secret']}" if not chat else ""))


@_verbs.command("enable")
def enable(name: Name, profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False) -> None:
    """Send there again."""
    _switch(name, profile, brand, as_json, on=True)


@_verbs.command("disable")
def disable(name: Name, profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False) -> None:
    """Send nothing there."""
    _switch(name, profile, brand, as_json, on=False)


@_verbs.command("rotate")
def rotate(name: Name, profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False) -> None:
    """Sign with a new secret from now on. It is shown now, and never again."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation import endpoints

        with desk.office.database.begin(desk.ctx) as session:
            made = endpoints.rotate(session, desk.office.parts.secrets, name)
            document = {**endpoints.endpoint_document(made.endpoint), "secret": made.secret}
    if as_json:
        print_json(document)
    else:
        console().print(f"{name} is signed anew from now on. Its secret, shown this once:\n{document['secret']}")


@_verbs.command("remove")
def remove(name: Name, profile: AsProfile = None, brand: BrandOption = None, as_json: Json = False) -> None:
    """Forget an endpoint."""
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.endpoints import remove_endpoint

        with desk.office.database.begin(desk.ctx) as session:
            remove_endpoint(session, name)
    if as_json:
        print_json({"name": name, "removed": True})
    else:
        console().print(f"{name} is removed.")


def _switch(name: str, profile: str | None, brand: str | None, as_json: bool, *, on: bool) -> None:
    with open_desk(profile, brand, None, as_json) as desk:
        from automation.endpoints import endpoint_document, switch

        with desk.office.database.begin(desk.ctx) as session:
            document = endpoint_document(switch(session, name, on=on))
    if as_json:
        print_json(document)
    else:
        console().print(f"{name} is {'on' if on else 'off'}.")
