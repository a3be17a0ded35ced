"""The agenda: what changed since the last meeting, as the chair looks at it, and what people put on it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.context import Context
from domain.figure import FigureRef
from domain.language import Language
from domain.money import BPS
from language.formats import day_text
from language.lines import as_plain
from store.database import Database
from store.session import BrandSession
from store.tables import Run
from tools.changes import Changes
from tools.receipts import record_figures
from tools.toolbox import Toolbox
from virtual_office.meeting.runs import DONE, MEETING
from virtual_office.minutes.rendering import Figures

CHAIR = "chair"
USUAL_DAYS, LONGEST_DAYS = 7, 92
NOTABLE_BPS = BPS // 10
"""A channel is on the agenda once it sold a tenth more or less than usual."""


@dataclass(frozen=True)
class AgendaPoint:
    """A point of the agenda in both languages, with the codes of its figures."""

    text: str
    german: str
    figures: Mapping[str, str]

    def as_document(self) -> dict[str, Any]:
        return {"text": self.text, "text_de": self.german, "figures": dict(self.figures)}


def points_of(database: Database, ctx: Context, run_id: UUID) -> list[AgendaPoint]:
    """Points on what changed since the last meeting, from the chair's one call of `what_changed` in this run."""
    with database.read(ctx) as session:
        days = _days_since_last(session, run_id)
    toolbox = Toolbox(database, ctx, run_id, CHAIR, ["what_changed"])
    reply = toolbox.call("what_changed", {"days": days})
    if not reply.ok or reply.receipt_id is None:
        return []
    changes = Changes.model_validate(json.loads(reply.content)["result"])
    with database.begin(ctx) as session:
        return [_recorded(session, run_id, reply.receipt_id, *said) for said in _said(changes)]


def opening(session: BrandSession, agenda: str, points: list[dict[str, Any]]) -> str:
    """The agenda as agents read it."""
    figures = Figures(session, (code for point in points for code in point["figures"].values()))
    return "\n".join([agenda, *(figures.render(point["text"], point["figures"], as_plain) for point in points)])


def _days_since_last(session: BrandSession, run_id: UUID) -> int:
    run = session.get_one(Run, (session.ctx.brand_id, run_id))
    last = session.scalar(
        select(col(Run.as_of))
        .where(col(Run.kind) == MEETING, col(Run.status) == DONE, col(Run.started_at) < run.started_at)
        .order_by(col(Run.started_at).desc())
        .limit(1)
    )
    if last is None or run.as_of is None:
        return USUAL_DAYS
    return min(max((run.as_of - last) // timedelta(days=1), 1), LONGEST_DAYS)


_Said = tuple[str, str, dict[str, str]]


def _said(changes: Changes) -> Iterator[_Said]:
    """Sentences with the paths of their figures; only of what is worth a look."""
    for at, channel in enumerate(changes.channels):
        if channel.change is None or abs(channel.change.value) < NOTABLE_BPS:
            continue
        paths = {name: f"/channels/{at}/{name}" for name in ("window", "units", "units_usual", "change", "revenue")}
        until, more = date.fromisoformat(channel.until), channel.change.value > 0
        yield (
            f"Sales in {channel.channel} in {{window}} up to {day_text(until, Language.EN)}: {{units}} for {{revenue}}"
            f", usual were {{units_usual}}; that is {'up ' if more else ''}{{change}}.",
            f"Absatz in {channel.channel} in {{window}} bis {day_text(until, Language.DE)}: {{units}} für {{revenue}}, "
            f"üblich waren {{units_usual}}, also {'ein Plus von ' if more else ''}{{change}}.",
            paths,
        )
    for name, text, german in _COUNTS:
        if getattr(changes, name).value:
            yield text, german, {name: f"/{name}"}
    for status, (text, german) in _ITEMS.items():
        if status in changes.items:
            yield text, german, {"items": f"/items/{status}"}


_COUNTS = (
    (
        "prices_changed",
        "Prices set since the last meeting: {prices_changed}.",
        "Neu gesetzte Preise: {prices_changed}.",
    ),
    (
        "competitor_prices",
        "Competitors' prices seen: {competitor_prices}.",
        "Beobachtete Preise der Wettbewerber: {competitor_prices}.",
    ),
    (
        "orders_received",
        "Lines of supplier orders that came: {orders_received}.",
        "Eingegangene Positionen von Lieferanten: {orders_received}.",
    ),
    (
        "poor_ratings",
        "Messages of one or two stars: {poor_ratings}.",
        "Nachrichten mit einem oder zwei Sternen: {poor_ratings}.",
    ),
)
_ITEMS = {
    "measured": ("Outcomes measured: {items}.", "Gemessene Ergebnisse: {items}."),
    "rejected": ("Action items that people refused: {items}.", "Abgelehnte Maßnahmen: {items}."),
    "expired": ("Action items that nobody answered in time: {items}.", "Verfallene Maßnahmen: {items}."),
    "failed": ("Action items that failed: {items}.", "Fehlgeschlagene Maßnahmen: {items}."),
}


def _recorded(
    session: BrandSession, run_id: UUID, receipt: Any, text: str, german: str, paths: Mapping[str, str]
) -> AgendaPoint:
    refs = {key: FigureRef(receipt=receipt, path=path) for key, path in paths.items()}
    return AgendaPoint(text, german, record_figures(session, run_id, refs))
