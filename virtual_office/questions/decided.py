"""Action items as an answer's numbers: what each is worth as it stands, by when, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from math import sqrt
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import select
from sqlmodel import col

from actions.items import inbox
from domain.action import Action, parse_action, resources_used
from domain.figure import Cell
from memory.calibration import calibrations
from memory.journal import entries, entry_of
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import ActionItem, Run
from tools import cells
from tools.base import Access, NoArguments, Tool, ToolAnswer, ToolArguments, ToolEnv, ToolResult
from virtual_office.meeting.limits import CASH
from virtual_office.meeting.recomputed import revisions_of
from virtual_office.meeting.runs import DONE, MEETING


class DecidedArguments(ToolArguments):
    which: Literal["waiting", "last_meeting"] = Field(description="those that wait for a yes, or the last meeting's")


class DecidedItem(ToolResult):
    """An action item; its worth is net of what it costs other channels."""

    item: str
    kind: str
    status: str
    gates: list[str]
    due: str = Field(description="the last moment at which a yes still works")
    check_at: str
    worth: Cell | None
    low: Cell | None
    high: Cell | None
    put_in: Cell | None
    realised: Cell | None


class DecidedKind(ToolResult):
    """Items of one kind together; sums of what is money, their ranges as of independent luck."""

    kind: str
    items: list[str]
    count: Cell
    worth: Cell | None
    low: Cell | None
    high: Cell | None
    put_in: Cell | None


class DecidedItems(ToolResult):
    """Action items, most money first, and those of a kind together."""

    items: list[DecidedItem]
    kinds: list[DecidedKind]
    count: Cell
    worth: Cell | None
    low: Cell | None
    high: Cell | None
    put_in: Cell | None


def decided_items(session: BrandSession, env: ToolEnv, args: DecidedArguments) -> ToolAnswer:
    """List action items with what they are worth as they stand after their challenges, net of what other channels
    lose, by when a yes still works, and what was measured of them."""
    brand = brand_of(session)
    rows = inbox(session) if args.which == "waiting" else _of_last_meeting(session)
    costs = _costs_of_others(session, rows)
    items = [_item(session, row, costs.get(row.id, 0), brand.currency, ZoneInfo(brand.zone)) for row in rows]
    items.sort(key=lambda item: (-_money(item.worth), item.due, item.item))
    names = sorted(
        {item.kind for item in items}, key=lambda name: -sum(_money(i.worth) for i in items if i.kind == name)
    )
    kinds = [_kind(name, [item for item in items if item.kind == name], brand.currency) for name in names]
    return ToolAnswer(DecidedItems(items=items, kinds=kinds, **_together(items, brand.currency)))


def _of_last_meeting(session: BrandSession) -> Sequence[ActionItem]:
    run = session.scalars(
        select(Run)
        .where(col(Run.kind) == MEETING, col(Run.status) == DONE, col(Run.finished_at) <= session.ctx.known_until)
        .order_by(col(Run.started_at).desc(), col(Run.id).desc())
        .limit(1)
    ).first()
    if run is None:
        return ()
    adopted = col(ActionItem.proposal_id).is_not(None)
    return session.scalars(select(ActionItem).where(col(ActionItem.run_id) == run.id, adopted)).all()


def _costs_of_others(session: BrandSession, items: Sequence[ActionItem]) -> dict[UUID, int]:
    """What other channels lose by an item, in minor units, by its id: what the meeting took off its promise."""
    costs: dict[UUID, int] = {}
    for run_id in {item.run_id for item in items if item.run_id}:
        of_run = {item.proposal_id: item for item in items if item.run_id == run_id and item.proposal_id}
        for proposal, revision in revisions_of(session, run_id, list(of_run)).items():
            if proposal in of_run and revision.prediction.unit.endswith(".minor"):
                costs[of_run[proposal].id] = max(revision.prediction.value - revision.expected_minor, 0)
    return costs


def _item(session: BrandSession, row: ActionItem, costs: int, currency: str, zone: ZoneInfo) -> DecidedItem:
    action, prediction = parse_action(row.action), row.prediction or {}
    unit = str(prediction.get("unit", ""))
    worth, low, high = (
        Cell(value=int(prediction[end]) - costs, unit=unit) if prediction else None for end in ("value", "low", "high")
    )
    outcome = entry_of(session, row.id)
    realised = outcome.outcome if outcome and outcome.outcome.effect is not None else None
    put_in = resources_used(action).get(CASH, 0)
    return DecidedItem(
        item=str(row.id), kind=row.kind, status=row.status, gates=list(row.verdict.get("gates", [])),
        due=_due(row, action, zone).isoformat(), check_at=str(prediction.get("check_at", "")), worth=worth, low=low,
        high=high, put_in=cells.money(put_in, currency) if put_in else None,
        realised=Cell(value=realised.effect or 0, unit=realised.unit) if realised else None,
    )  # fmt: skip


def _due(row: ActionItem, action: Action, zone: ZoneInfo) -> datetime:
    """When its approval lapses; no later than the beginning of the day that it is planned for."""
    planned = getattr(action, "planned_day", None)
    if planned is None:
        return row.expires_at
    return min(row.expires_at, datetime.combine(planned, time(), zone))


def _kind(name: str, items: Sequence[DecidedItem], currency: str) -> DecidedKind:
    return DecidedKind(kind=name, items=[item.item for item in items], **_together(items, currency))


def _together(items: Sequence[DecidedItem], currency: str) -> dict[str, Any]:
    """Sums of what is money. A range is as wide as if the items' luck were independent."""
    told = [(i.worth, i.low, i.high) for i in items if i.worth and i.low and i.high and i.worth.unit.endswith(".minor")]
    put_in = sum(_money(item.put_in) for item in items)
    fields: dict[str, Any] = {
        "count": cells.count(len(items)), "worth": None, "low": None, "high": None,
        "put_in": cells.money(put_in, currency) if put_in else None,
    }  # fmt: skip
    if not told:
        return fields
    value = sum(worth.value for worth, _, _ in told)
    down, up = (
        sqrt(sum((worth.value - end.value) ** 2 for worth, end in ends))
        for ends in ([(w, low) for w, low, _ in told], [(w, high) for w, _, high in told])
    )
    money: Mapping[str, float] = {"worth": value, "low": value - down, "high": value + up}
    return fields | {name: cells.money(amount, currency) for name, amount in money.items()}


def _money(cell: Cell | None) -> int:
    return round(cell.value) if cell is not None and cell.unit.endswith(".minor") else 0


class Record(ToolResult):
    """One agent's promises of one kind: sums of what was measured, and the share of ranges that held."""

    agent: str
    kind: str
    promised: Cell
    realised: Cell
    held: Cell


class TrackRecord(ToolResult):
    """How far promises held; `aimed` is the share of ranges that should."""

    records: list[Record]
    held: Cell
    aimed: Cell


def track_record(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """Tell by agent and kind what was promised, what came of it, and how many of the ranges held."""
    rows = [row for row in calibrations(entries(session)) if row.measured]
    total = sum(row.measured for row in rows)
    records = [
        Record(
            agent=row.agent, kind=row.kind, promised=Cell(value=row.promised, unit=row.unit),
            realised=Cell(value=row.realised, unit=row.unit), held=cells.rate(row.inside_bps or 0),
        )
        for row in rows
    ]  # fmt: skip
    held, aimed = (
        sum((share or 0) * row.measured for row, share in shares) / total if total else 0
        for shares in ([(row, row.inside_bps) for row in rows], [(row, row.promised_bps) for row in rows])
    )
    return ToolAnswer(TrackRecord(records=records, held=cells.rate(held), aimed=cells.rate(aimed)))


RECORD_TOOL = Tool("track_record", Access.READ, NoArguments, TrackRecord, track_record)
DECIDED_TOOL = Tool("decided_items", Access.READ, DecidedArguments, DecidedItems, decided_items)
