"""`mhos templates`: words for notifications, emails and chats, with variables."""

import typer

from cli.definition_verbs import definition_verbs

_verbs = definition_verbs("template", "Words for notifications, emails and chats, with {variables}.")


def register(app: typer.Typer) -> None:
    app.add_typer(_verbs, name="templates")
