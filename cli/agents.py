"""`mhos agents`: who is in the crew."""

import typer

from cli.options import Json
from cli.output import console, print_json
from cli.session import errors_as_sentences


def register(app: typer.Typer) -> None:
    app.command("agents")(agents)


def agents(as_json: Json = False) -> None:
    """See the crew: what each agent looks at, may propose, and how far it may act alone."""
    with errors_as_sentences(as_json):
        from agents.crew import describe_agents

        found = describe_agents()
    if as_json:
        print_json({"agents": found})
        return
    from rich.table import Table

    table = Table("Name", "Title", "Tools", "May propose", "Autonomy cap")
    for agent in found:
        table.add_row(
            agent["name"],
            agent["title"],
            ", ".join(agent["tools"]),
            ", ".join(agent["action_kinds"]),
            str(agent["autonomy"]),
        )
    console().print(table)
