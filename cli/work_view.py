"""What `mhos work` says: what it did, what lapsed and what lapses next, and what is due after that."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from cli.output import console, plain

if TYPE_CHECKING:
    from automation.worker import JobResult
    from domain.language import Language
    from store.session import BrandSession
    from store.tables import ActionItem, Job

_SOON, _NEXT = timedelta(days=1), 3
_JOBS = {
    "action.execute": "item.work.job.action_execute",
    "outcome.measure": "item.work.job.outcome_measure",
    "meeting.hold": "item.work.job.meeting_hold",
    "meeting.call": "item.work.job.meeting_call",
    "meeting.go_on": "item.work.job.meeting_go_on",
    "delivery.send": "item.work.job.delivery_send",
    "automation.run": "item.work.job.automation_run",
    "automation.tell": "item.work.job.automation_tell",
    "facts.look": "item.work.job.facts_look",
    "run.hold": "item.work.job.run_hold",
}
_OF_ITEMS = frozenset({"action.execute", "outcome.measure"})


def work_document(
    session: "BrandSession", results: "Sequence[JobResult]", since: datetime, language: "Language"
) -> dict[str, Any]:
    """The jobs that ran, the items that lapsed since then or lapse within a day, and the jobs that come next."""
    from actions.items import OPEN
    from domain.action import ItemStatus
    from store.jobs import QUEUED
    from store.tables import ActionItem, Job

    now = session.ctx.now()
    lapsed = (col(ActionItem.status) == ItemStatus.EXPIRED) & (col(ActionItem.updated_at) >= since)
    lapses = col(ActionItem.status).in_(OPEN) & col(ActionItem.expires_at).between(now, now + _SOON)
    coming = select(Job).where(col(Job.status) == QUEUED, col(Job.run_at) > now).order_by(col(Job.run_at)).limit(_NEXT)
    return {
        "jobs": [
            {"id": str(job.id), "kind": job.kind, "ok": job.ok, "outcome": job.outcome,
             "said": _said(session, job, language)}
            for job in results
        ],
        "lapsed": _items(session, lapsed, language),
        "lapses": _items(session, lapses, language),
        "next": [
            {"kind": job.kind, "at": job.run_at.isoformat(), "said": _coming(session, job.kind, job.payload, language),
             "when": _moment(session, job.run_at, language)}
            for job in session.scalars(coming)
            if _still_stands(session, job)
        ],
    }  # fmt: skip


def show_work(document: dict[str, Any], language: "Language") -> None:
    """A line for each; that nothing was due where nothing was."""
    from language.speech import say

    screen = console()
    for job in document["jobs"]:
        screen.print(f"{'[green]✓[/green]' if job['ok'] else '[red]✗[/red]'} {plain(job['said'])}")
    for part, style in (("lapsed", "red"), ("lapses", "yellow")):
        for item in document[part]:
            said = say(f"item.work.{part}", language, title=item["title"], moment=item["when"])
            screen.print(f"[{style}]![/] {plain(said)}")
    if not document["jobs"] and not document["lapsed"]:
        screen.print(say("item.work.nothing", language))
    for job in document["next"]:
        screen.print(f"[dim]{plain(say('item.work.next', language, what=job['said'], moment=job['when']))}[/dim]")


def _said(session: "BrandSession", job: "JobResult", language: "Language") -> str:
    """An item by its title and where it stands; anything else in the words of who ran it."""
    from language.speech import say, speak
    from store.tables import OutcomeRow
    from virtual_office.questions.item_view import item_line

    item = _item(session, job.payload) if job.ok and job.kind in _OF_ITEMS else None
    if item is None:
        return say("item.work.other", language, what=_name(job.kind, language), outcome=job.outcome)
    line = item_line(item, language)
    if job.kind == "outcome.measure":
        from domain.prediction import Outcome

        row = session.scalars(select(OutcomeRow).where(col(OutcomeRow.action_item_id) == item.id)).first()
        if row is not None:
            known = {name: value for name, value in row.detail.items() if name != "subject"}
            return f"{line['title']}: {speak(Outcome.model_validate(known).message(), language)}"
    status = say(f"item.status.{line['status']}", language)
    return f"{line['title']}: {status}" + (f" ({line['status_reason']})" if line["status_reason"] else "")


def _coming(session: "BrandSession", kind: str, payload: dict[str, Any], language: "Language") -> str:
    from virtual_office.questions.item_view import item_line

    item = _item(session, payload) if kind in _OF_ITEMS else None
    name = _name(kind, language)
    return name if item is None else f"{name}: {item_line(item, language)['title']}"


def _still_stands(session: "BrandSession", job: "Job") -> bool:
    """Whether there is still something to do: not about an item that was taken back."""
    item = _item(session, job.payload) if job.kind in _OF_ITEMS else None
    return item is None or item.status in ("approved", "running", "done")


def _name(kind: str, language: "Language") -> str:
    from language.speech import say

    return say(_JOBS[kind], language) if kind in _JOBS else kind


def _item(session: "BrandSession", payload: Any) -> "ActionItem | None":
    from uuid import UUID

    from store.tables import ActionItem

    return session.get(ActionItem, (session.ctx.brand_id, UUID(payload["item"])))


def _items(session: "BrandSession", wanted: Any, language: "Language") -> list[dict[str, Any]]:
    from store.tables import ActionItem
    from virtual_office.questions.item_view import item_line

    rows: Iterable[ActionItem] = session.scalars(select(ActionItem).where(wanted).order_by(col(ActionItem.expires_at)))
    return [
        {"id": str(item.id), "title": item_line(item, language)["title"],
         "when": _moment(session, item.expires_at, language)}
        for item in rows
    ]  # fmt: skip


def _moment(session: "BrandSession", moment: datetime, language: "Language") -> str:
    from language.formats import moment_text
    from store.reads.settings import brand_of

    zone = ZoneInfo(brand_of(session).zone)
    return moment_text(moment.astimezone(zone), language, session.ctx.now().astimezone(zone).year)
