"""How a meeting looks in the terminal: live progress, then minutes and action items."""

from contextlib import ExitStack
from typing import Any, Self

from cli.inbox import items_table
from cli.output import console, plain

_STEPS = {
    "agenda": "Agenda",
    "report": "Report",
    "tool": "Looks up",
    "decide": "Decide",
    "minutes": "Minutes",
    "action_items": "Action items",
}


_LEFT_TO_THE_MINUTES = ("attention", "info", "decisions", "action_items")


def _digest(document: dict[str, Any]) -> str:
    """The minutes without what is only to be looked up, and where to look it up."""
    from domain.language import Language
    from language.speech import say

    heads = tuple(
        say(f"office.minutes.section.{name}", Language(document["language"])) for name in _LEFT_TO_THE_MINUTES
    )
    head, *sections = document["minutes"].split("\n## ")
    kept = [section for section in sections if not section.startswith(heads)]
    rest = f"{len(document['findings'])} findings, and {len(document['left_out'])} proposals left out"
    more = f"The minutes have it all: {rest}. Read them with `mhos minutes {document['meeting_id'][-8:]}`."
    return "\n## ".join([head, *(section.rstrip() + "\n" for section in kept)]) + f"\n{more}\n"


class MeetingView:
    """Shows each step as it happens; silent when not enabled."""

    def __init__(self, enabled: bool) -> None:
        self._console = console()
        self._enabled = enabled
        self._stack = ExitStack()
        self._status: Any = None

    def __enter__(self) -> Self:
        if self._enabled:
            self._status = self._stack.enter_context(self._console.status("The meeting opens"))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def progress(self, step: str, detail: str) -> None:
        """The line that says how far the meeting is."""
        if not self._enabled:
            return
        if step == "meeting":
            self._console.print(f"[dim]Meeting {detail}. If it is interrupted: mhos meet --resume {detail[-8:]}[/dim]")
        elif step == "tool":
            self._status.update(f"{_STEPS[step]} {plain(detail)}")
        else:
            self._console.print(f"[bold cyan]{_STEPS.get(step, step):>13}[/bold cyan]  {plain(detail)}")
            self._status.update(plain(detail))

    def show(self, document: dict[str, Any], *, whole: bool) -> None:
        """The minutes, whole or what one has to know right after the meeting; then the action items."""
        from rich.markdown import Markdown

        from domain.language import Language
        from language.speech import say

        if document["status"] == "waiting":
            self._table(document)
            return
        self._console.print()
        self._console.print(Markdown(document["minutes"] if whole else _digest(document)))
        self._console.print()
        language = Language(document["language"])
        if document["action_items"]:
            self._console.print(items_table(document["action_items"], language))
        else:
            self._console.print(say("office.no_action_items", language))

    def _table(self, document: dict[str, Any]) -> None:
        """Print a waiting meeting's proposals, and the verbs that go on with it."""
        said, meeting = self._console.print, document["meeting_id"][-8:]
        said(f"\n[bold]The meeting waits for you after {document['waits_after']}.[/bold] On its table:\n")
        for proposal in document["proposals"]:
            said(f"[bold]{proposal['id'][-8:]}[/bold]  {plain(proposal['subject'])}: expected {proposal['expected']}")
            said(f"          {plain(proposal['text'])}")
            for challenge in proposal["challenges"]:
                if challenge["status"] == "changed":
                    said(f"          [yellow]{plain(challenge['agent'])}[/yellow]: {plain(challenge['text'])}")
        said("\nSay something: mhos say ask, object ID, strike ID, limit, point or invite.")
        said(f"Then go on: mhos meet --resume {meeting}")
        if until := document["waits_until"]:
            said(f"[dim]Otherwise `mhos work` lets it go on from {until[:16].replace('T', ' ')} UTC on.[/dim]")
