"""The agenda: what changed since the last meeting, as the chair looks at it, and what people put on it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.context import Context
from domain.figure import Cell, FigureRef
from domain.language import Language
from domain.message import Message, message
from domain.metrics import Comparison, Metric, MetricQuery, Period, Split
from domain.money import BPS
from language.lines import as_plain
from language.speech import speak
from store.database import Database
from store.session import BrandSession
from store.tables import Run
from tools.changes import Changes
from tools.metrics.results import MetricAnswer
from tools.receipts import record_figures
from tools.toolbox import Toolbox
from virtual_office.meeting.runs import DONE, MEETING
from virtual_office.minutes.names import Names, words_in
from virtual_office.minutes.rendering import Figures

CHAIR = "chair"
USUAL_DAYS, LONGEST_DAYS = 7, 92
NOTABLE_BPS = BPS // 10
"""A channel is on the agenda once it sold a tenth more or less than usual."""
_METRIC = "brand_metric"
_IN_ALL = {
    "more": "office.happened.more", "less": "office.happened.less", "same": "office.happened.same",
}  # fmt: skip
_MOSTLY = {"more": "office.happened.more_mostly", "less": "office.happened.less_mostly"}
_ON_AVERAGE = {
    "more": "office.happened.more_on_average", "less": "office.happened.less_on_average",
    "same": "office.happened.same_on_average",
}  # fmt: skip
_COUNTS = ("prices_changed", "competitor_prices", "orders_received", "poor_ratings")
_STATUSES = ("measured", "rejected", "expired", "failed")


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
        last, days = _since_last(session, run_id)
    toolbox = Toolbox(database, ctx, run_id, CHAIR, ["what_changed"])
    reply = toolbox.call("what_changed", {"days": days} if last is None else {"days": days, "since": last.isoformat()})
    if not reply.ok or reply.receipt_id is None:
        return []
    changes = Changes.model_validate(json.loads(reply.content)["result"])
    with database.begin(ctx) as session:
        return [recorded(session, run_id, reply.receipt_id, *notable) for notable in _notable(changes)]


def happened(database: Database, ctx: Context, run_id: UUID) -> list[AgendaPoint]:
    """How last week's sales went against the week before, without VAT, as the chair asks for it once in this run."""
    toolbox = Toolbox(database, ctx, run_id, CHAIR, [_METRIC])
    query = MetricQuery(
        metric=Metric.REVENUE, period=Period.LAST_WEEK, comparison=Comparison.PERIOD_BEFORE, split=Split.CHANNEL
    )
    reply = toolbox.call(_METRIC, query.model_dump(mode="json", exclude_defaults=True))
    if not reply.ok or reply.receipt_id is None:
        return []
    answer = MetricAnswer.model_validate(json.loads(reply.content)["result"])
    if answer.status != "told" or answer.value is None or answer.covered is None:
        return []
    with database.begin(ctx) as session:
        return [recorded(session, run_id, reply.receipt_id, *_sales(answer))]


def _sales(answer: MetricAnswer) -> tuple[Message, Mapping[str, str]]:
    """The sentence with the paths of its figures: the total, its change, and the channel that moved it most."""
    assert answer.covered is not None
    days = {"last": date.fromisoformat(answer.covered.last_day)}
    if answer.change is None:
        return message("office.happened.alone", **days), {"value": "/value"}
    change = answer.change
    paths = {"value": "/value", "change": "/change"} if change.value else {"value": "/value"}
    moved = [at for at, part in enumerate(answer.parts) if _same_way(part.change, change)]
    way = "more" if change.value > 0 else "less" if change.value < 0 else "same"
    if answer.basis != "total":
        return message(_ON_AVERAGE[way], **days), paths
    if not moved or len(answer.parts) < 2:
        return message(_IN_ALL[way], **days), paths
    most = max(moved, key=lambda at: abs(answer.parts[at].change.value))  # pyright: ignore[reportOptionalMemberAccess]
    return message(_MOSTLY[way], **days, channel=answer.parts[most].title), paths | {"most": f"/parts/{most}/change"}


def _same_way(change: Cell | None, whole: Cell) -> bool:
    return change is not None and change.value * whole.value > 0


def opening(session: BrandSession, agenda: str, points: list[dict[str, Any]]) -> str:
    """The agenda as agents read it."""
    figures = Figures(session, (code for point in points for code in point["figures"].values()))
    return "\n".join([agenda, *(figures.render(point["text"], point["figures"], as_plain) for point in points)])


def _since_last(session: BrandSession, run_id: UUID) -> tuple[datetime | None, int]:
    """The last meeting's moment, if that is not long ago, and the days since."""
    run = session.get_one(Run, (session.ctx.brand_id, run_id))
    last = session.scalar(
        select(col(Run.as_of))
        .where(col(Run.kind) == MEETING, col(Run.status) == DONE, col(Run.started_at) < run.started_at)
        .order_by(col(Run.started_at).desc())
        .limit(1)
    )
    if last is None or run.as_of is None:
        return None, USUAL_DAYS
    days = (run.as_of - last) // timedelta(days=1)
    return (last if days < LONGEST_DAYS else None), min(max(days, 1), LONGEST_DAYS)


def _notable(changes: Changes) -> Iterator[tuple[Message, Mapping[str, str]]]:
    """Sentences with the paths of their figures; only of what is worth a look."""
    for at, channel in enumerate(changes.channels):
        if channel.change is None or abs(channel.change.value) < NOTABLE_BPS:
            continue
        paths = {name: f"/channels/{at}/{name}" for name in ("window", "units", "units_usual", "change")}
        key = "office.point.sales_up" if channel.change.value > 0 else "office.point.sales_down"
        yield message(key, channel=channel.channel, day=date.fromisoformat(channel.until)), paths
    for name in _COUNTS:
        if getattr(changes, name).value:
            yield Message(key=f"office.point.{name}"), {name: f"/{name}"}
    for status in _STATUSES:
        if status in changes.items:
            yield Message(key=f"office.point.{status}"), {"items": f"/items/{status}"}


def recorded(session: BrandSession, run_id: UUID, receipt: Any, said: Message, paths: Mapping[str, str]) -> AgendaPoint:
    refs = {key: FigureRef(receipt=receipt, path=path) for key, path in paths.items()}
    codes = record_figures(session, run_id, refs)
    said = Names(session, words_in(said)).named(said)
    return AgendaPoint(speak(said, Language.EN), speak(said, Language.DE), codes)
