"""What became of the last meeting's promises: its action items as they stand, and what was measured since."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.action import ItemStatus, parse_action
from domain.language import Language
from domain.prediction import OutcomeStatus
from store.session import BrandSession
from store.tables import ActionItem, OutcomeRow, Run
from virtual_office.meeting.runs import DONE, MEETING
from virtual_office.minutes.names import Names, words_of

_ORDER = tuple(ItemStatus)


def promises_since(session: BrandSession, run: Run) -> dict[str, Any]:
    """Counts by status of the last meeting's items, sums of what was measured since, and what is measured next."""
    last = _last_meeting(session, run)
    if last is None:
        return {"items": {}, "measured": {"count": 0}}
    items = session.scalars(select(ActionItem).where(col(ActionItem.run_id) == last.id)).all()
    counts = {status.value: sum(item.status == status for item in items) for status in _ORDER}
    return {
        "met_at": last.started_at.isoformat(),
        "items": {status: count for status, count in counts.items() if count},
        "measured": _measured(session, last),
        "next": _next(session),
    }


def _last_meeting(session: BrandSession, run: Run) -> Run | None:
    return session.scalars(
        select(Run)
        .where(col(Run.kind) == MEETING, col(Run.status) == DONE, col(Run.started_at) < run.started_at)
        .order_by(col(Run.started_at).desc(), col(Run.id).desc())
        .limit(1)
    ).first()


def _measured(session: BrandSession, last: Run) -> dict[str, int]:
    """Outcomes in money since the last meeting, beside what was promised of them."""
    rows = session.scalars(
        select(OutcomeRow).where(
            col(OutcomeRow.measured_at) > last.started_at,
            col(OutcomeRow.measured_at) <= session.ctx.known_until,
            col(OutcomeRow.status) == OutcomeStatus.MEASURED,
        )
    ).all()
    told = [row for row in rows if row.predicted and row.effect is not None and row.unit.endswith(".minor")]
    return {
        "count": len(told),
        "promised": sum(int((row.predicted or {})["value"]) for row in told),
        "realised": sum(row.effect or 0 for row in told),
    }


def _next(session: BrandSession) -> dict[str, Any] | None:
    """The carried-out item whose outcome is looked at first."""
    rows = session.scalars(select(ActionItem).where(col(ActionItem.status) == ItemStatus.DONE)).all()
    due = sorted((str((item.prediction or {}).get("check_at", "")), str(item.id)) for item in rows)
    open_items = {str(item.id): item for item in rows}
    for check_at, item_id in due:
        if check_at and check_at > session.ctx.known_until.isoformat():
            item = open_items[item_id]
            names = Names(session, words_of(item.action))
            action = parse_action(item.action)
            return {"at": check_at, "title": {language.value: names.title(action, language) for language in Language}}
    return None
