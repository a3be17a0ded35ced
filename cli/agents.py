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

        agents = describe_agents()
    if as_json:
        print_json({"agents": agents})
        return
    from domain.autonomy import Autonomy

    screen = console()
    for agent in agents:
        most = Autonomy(agent["autonomy"])
        screen.print(f"[bold]{agent['title']}[/bold] [dim]{agent['name']}[/dim]")
        screen.print(f"  {agent['focus']}")
        screen.print(f"  [dim]tools[/dim]        {', '.join(agent['tools'])}")
        screen.print(f"  [dim]may propose[/dim]  {', '.join(agent['action_kinds'])}")
        screen.print(f"  [dim]autonomy[/dim]     {most.value} at most: {most.name.lower().replace('_', ' ')}\n")
