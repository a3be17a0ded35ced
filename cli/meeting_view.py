"""How a meeting looks in the terminal: live progress, then minutes and action items."""

from contextlib import ExitStack
from typing import Any, Self

from cli.inbox import items_table
from cli.output import console, plain

_STEPS = {
    "agenda": "Agenda",
    "report": "Report",
    "tool": "Looks up",
    "challenge": "Recompute",
    "decide": "Decide",
    "minutes": "Minutes",
    "action_items": "Action items",
}


def _who(step: str, detail: str) -> str:
    """Who recomputes, said once however much it is; of every other step what it says."""
    return detail.partition(":")[0] if step == "challenge" else detail


class MeetingView:
    """Shows each step as it happens; silent when not enabled."""

    def __init__(self, enabled: bool) -> None:
        self._console = console()
        self._enabled = enabled
        self._last = ("", "")
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
        elif (step, who := _who(step, detail)) != self._last:
            self._last, detail = (step, who), who
            self._console.print(f"[bold cyan]{_STEPS.get(step, step):>13}[/bold cyan]  {plain(detail)}")
            self._status.update(plain(detail))

    def show(self, document: dict[str, Any]) -> None:
        """The one page, and the action items; where the meeting waits, what lies on its table."""
        from rich.markdown import Markdown

        from domain.language import Language
        from language.speech import say

        if document["status"] == "waiting":
            self._table(document)
            return
        language = Language(document["language"])
        self._console.print()
        self._console.print(Markdown(document["page"]))
        self._console.print()
        if document["action_items"]:
            self._console.print(items_table(document["action_items"], language))
        else:
            self._console.print(say("office.no_action_items", language))
        left_out = str(len(document["left_out"]))
        more = say("office.more_in_minutes", language, meeting=document["meeting_id"][-8:], left_out=left_out)
        self._console.print(f"\n[dim]{more}[/dim]")

    def _table(self, document: dict[str, Any]) -> None:
        """Print a waiting meeting's proposals, and the verbs that go on with it."""
        said, meeting = self._console.print, document["meeting_id"][-8:]
        said(f"\n[bold]The meeting waits for you after {document['waits_after']}.[/bold] On its table:\n")
        for proposal in document["proposals"]:
            said(f"[bold]{proposal['id'][-8:]}[/bold]  {plain(proposal['title'])}: expected {proposal['expected']}")
            said(f"          {plain(proposal['text'])}")
            for challenge in proposal["challenges"]:
                if challenge["status"] == "changed":
                    said(f"          [yellow]{plain(challenge['agent'])}[/yellow]: {plain(challenge['text'])}")
        said("\nSay something: mhos say ask, object ID, strike ID, limit, point or invite.")
        said(f"Then go on: mhos meet --resume {meeting}")
        if until := document["waits_until_locally"]:
            said(f"[dim]Otherwise `mhos work` lets it go on from {until} on.[/dim]")
